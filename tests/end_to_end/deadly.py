"""A cell whose first evaluator kills itself in the middle of its work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from backends.parameters import ParameterSet
from backends.planner import plan
from backends.program import Program
from backends.registry import get
from bench.parties.messages import Evaluated
from bench.parties.wire import Crossed
from bench.run.exchanges import Evaluation
from bench.run.program_parties import Found, ProgramParties
from bench.run.splitting import Splitting
from bench.run.survival import Survival
from tests.end_to_end.harness import bootstraps, refresh_of, session
from tests.end_to_end.saboteur import KILLED, install
from tests.random_vit import random_inputs, random_vit
from tests.toy import BOOTSTRAPS, ROUND_TRIPS

GRAPH, INPUTS = random_vit(7, blocks=1), random_inputs(7, 2, 12, 5)


class Noting(ProgramParties):
    """Notes the digests of what evaluators hand in."""

    def _surviving(self, work: Callable[[], Found], again: Callable[[], Found]) -> Found:
        answer = super()._surviving(work, again)
        if isinstance(answer, Evaluated):
            noted.append([shipment.sha256 for shipment in answer.outputs])
        return answer


noted: list[list[str]] = []


@dataclass(frozen=True)
class Deadly:
    """A cell whose first evaluator kills itself late in its work.

    Attributes:
        planned: relinearisations of one batch.
        call: the one at which it dies.
    """

    backend: str
    parameters: ParameterSet
    program: Program
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def planned(self) -> int:
        return self.program.counts["relinearisations"]

    @property
    def call(self) -> int:
        return int(0.85 * self.planned)

    def survived(self, survival: Survival) -> Survived:
        """Evaluate twice, and die once in the first."""
        module = self.folder / "elsewhere"
        module.mkdir()
        self.monkeypatch.syspath_prepend(module)
        sys.modules.pop("sabotage", None)
        spoil = KILLED.format(method="relinearise", call=self.call)
        noted.clear()
        with session(self.backend, self.folder, install(module, get(self.backend).adapter, spoil)) as opened:
            parties = Noting(opened, self.parameters, survival=survival)
            keys = parties.generate_keys(self.program, self.program.counts["bootstraps"] > 0).files
            parties.prepare(self.program, keys)
            batches = parties.encrypt(INPUTS, self.program).batches
            splitting = Splitting(parties, self.program, INPUTS, np.inf)
            evaluations, crossed = [], []
            for repeat in range(2):
                before = opened.wire.crossed
                evaluations.append(splitting.evaluate(batches, repeat))
                crossed.append(opened.wire.crossed - before)
            folder = opened.wire.folder("evaluator")
            calls = [len(path.read_text().split()) for path in sorted(folder.glob("calls-*"))]
        return Survived(evaluations, crossed, calls)


@dataclass(frozen=True)
class Survived:
    """Two evaluations, what crossed for each, and how often each evaluator called the method."""

    evaluations: list[Evaluation]
    crossed: list[Crossed]
    calls: list[int]


def deadly(backend: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Deadly:
    """The cell on a backend, with bootstraps where it has them."""
    parameters = BOOTSTRAPS if bootstraps(backend) else ROUND_TRIPS
    program = plan(GRAPH, parameters, refresh_of(backend, parameters))
    return Deadly(backend, parameters, program, folder, monkeypatch)
