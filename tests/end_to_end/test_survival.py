"""An evaluator is killed in the middle: another finishes its work, and what is exact is as if nothing was."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from backends.parameters import ParameterSet
from backends.planner import plan
from backends.program import Program
from backends.registry import get
from bench.parties.errors import PartyError
from bench.parties.messages import BatchFigures, Evaluated
from bench.parties.wire import Crossed
from bench.run.exchanges import Evaluation
from bench.run.program_parties import Found, ProgramParties
from bench.run.splitting import Splitting, decode_each
from bench.run.survival import Survival
from models import reference
from reports.scoring.precision import precision_bits
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


@pytest.fixture
def deadly(backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deadly:
    parameters = BOOTSTRAPS if bootstraps(backend) else ROUND_TRIPS
    program = plan(GRAPH, parameters, refresh_of(backend, parameters))
    return Deadly(backend, parameters, program, tmp_path, monkeypatch)


def executions(measured: BatchFigures) -> dict[tuple[str, int], int]:
    return {(one.operation, one.level): one.executions for one in measured.primitives}


def test_an_evaluation_goes_on_from_where_it_was_kept(deadly: Deadly) -> None:
    survival = Survival(allowed=1, checkpoint_s=1e-6)
    found = deadly.survived(survival)
    disturbed, undisturbed = (one.measured[0] for one in found.evaluations)
    assert (survival.restarts, len(survival.key_sets)) == (1, 1)
    assert survival.checkpoints > 2
    assert Counter(disturbed.counts) == Counter(undisturbed.counts) == deadly.program.counts
    assert executions(disturbed) == executions(undisturbed)
    assert found.crossed[0] == found.crossed[1]
    # What the first evaluator had done is not done again, but for what came after its last checkpoint.
    first, second = found.calls
    assert first == deadly.call
    assert 2 * deadly.planned - deadly.call <= second <= 2 * deadly.planned - deadly.call + 3
    if not deadly.program.counts["round_trips"]:  # whose fresh ciphertexts are random
        assert noted[0] == noted[1]
    for one in found.evaluations:
        logits = decode_each(deadly.program, deadly.program.output_layout, one.outputs, one.held)
        bits = precision_bits(logits.reshape(len(INPUTS), -1), reference.logits(GRAPH, INPUTS))
        assert bits is None or bits > 8
    logs = sorted(path.name for path in deadly.folder.glob("*.log"))
    assert logs == ["evaluator.2.log", "evaluator.log", "key_owner.log"]
    assert list(deadly.folder.glob(".parties-*")) == []


def test_without_a_checkpoint_the_batch_begins_again(deadly: Deadly) -> None:
    survival = Survival(allowed=1)
    found = deadly.survived(survival)
    disturbed, undisturbed = (one.measured[0] for one in found.evaluations)
    assert (survival.restarts, survival.checkpoints) == (1, 0)
    assert Counter(disturbed.counts) == Counter(undisturbed.counts)
    assert found.crossed[0] == found.crossed[1]
    assert found.calls == [deadly.call, 2 * deadly.planned]
    assert survival.lost_s > 0


def test_an_evaluator_is_not_started_again_where_that_is_not_allowed(deadly: Deadly) -> None:
    with pytest.raises(PartyError, match="SIGKILL") as caught:
        deadly.survived(Survival(checkpoint_s=1e-6))
    assert caught.value.kind == "Died"
