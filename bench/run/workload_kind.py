"""What a model and a layer have in common, whatever computes them: samples, clear rungs, and scoring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bench.run import runaways, scoring
from bench.run.kind import CellKind, Subject
from bench.run.outcome import Outcome
from bench.run.raw_outputs import decrypted, raw_outputs
from bench.run.workload import Workload
from bench.spec.file import Limits
from reports.ladder import Ladder
from reports.record import Runaways
from reports.store import RawOutputs


@dataclass(frozen=True)
class WorkloadKind(CellKind):
    """A kind of cell whose case is a workload, which scores what was decrypted."""

    workload: Workload

    scored_again: ClassVar[bool] = True

    @property
    def subject(self) -> Subject:
        """The workload."""
        return self.workload

    def check(self, outcome: Outcome, limits: Limits) -> None:
        """See `bench.run.scoring.check`."""
        if outcome.decrypted is not None:
            scoring.check(self.workload, outcome.decrypted, limits)
            outcome.reason = runaways.told(self.runaways(outcome))

    def runaways(self, outcome: Outcome) -> Runaways | None:
        """See `bench.run.runaways`."""
        return runaways.found(self.workload, outcome.decrypted, outcome.figures.evaluations)

    def ladder(self, outcome: Outcome) -> Ladder:
        """See `bench.run.scoring.ladder`."""
        return scoring.ladder(self.workload, outcome.decrypted, outcome.held_out)

    def raw_outputs(self, outcome: Outcome) -> RawOutputs | None:
        """See `bench.run.raw_outputs`."""
        compared = self.workload.scores if outcome.held_out is not None else {}
        return raw_outputs(self.workload, outcome.decrypted, compared)

    def restored(self, outcome: Outcome, raw: RawOutputs) -> Outcome:
        """See `bench.run.raw_outputs`; the clear rungs are compared anew."""
        outcome.decrypted = decrypted(raw)
        outcome.held_out = scoring.held_out(self.workload)
        return outcome
