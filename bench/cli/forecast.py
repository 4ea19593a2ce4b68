"""How long it still takes: of the stage under way, and of all cells that were asked for.

What the plan expects is corrected by the stages that have ended, and where a stage tells how far it is, by
its own pace. What is left follows from a clock, so it is counted down while nothing is heard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

#: The stages of a cell in their order, each with the seconds that are expected of it.
Stages = Sequence[tuple[str, float]]
#: The part of a stage below which its pace foretells nothing.
LEAST_DONE = 0.02
#: What an estimate may be off before a stage counts as late: a part of it, and seconds.
LATE_SHARE, LATE_S = 0.2, 1.0


@dataclass(frozen=True)
class Ahead:
    """A cell that was asked for: its backend, whose times are its own, and what is expected of its stages."""

    backend: str
    stages: Stages = ()


@dataclass
class _Ended:
    """Stages that have ended: what they took together, and what was expected of them."""

    took: float = 0.0
    expected: float = 0.0


@dataclass
class Forecast:
    """Told of cells and stages as they begin.

    Attributes:
        clock: seconds from any beginning.
        cells: all that were asked for, in their order.
        number: of the cell under way, from 1.
        stage: its stage.
    """

    clock: Callable[[], float]
    cells: Sequence[Ahead] = ()
    number: int = 0
    stage: str = ""
    _began: float = 0.0
    _expected: float | None = None
    _total: float | None = None
    _later: Stages = ()
    _ended: defaultdict[tuple[str, ...], _Ended] = field(default_factory=lambda: defaultdict(_Ended))

    def begin_cell(self) -> None:
        """The next cell begins."""
        self.end_stage()
        self.number += 1
        self._later = self._cell.stages

    def begin_stage(self, name: str) -> None:
        """A stage begins, and with it ends the one before."""
        self.end_stage()
        self.stage, self._began = name, self.clock()
        for place, (later, seconds) in enumerate(self._later):
            if later == name:
                self._expected, self._later = seconds or None, self._later[place + 1 :]
                return

    def end_stage(self) -> None:
        """The stage under way has ended; what it took corrects what is expected of its like."""
        if self._expected:
            for like in self._likes(self.stage):
                self._ended[like].took += self.so_far
                self._ended[like].expected += self._expected
        self.stage, self._expected, self._total = "", None, None

    def done(self, share: float) -> None:
        """So much of the stage is done, from 0 to 1."""
        if share > LEAST_DONE:
            self._total = self.so_far / share

    @property
    def so_far(self) -> float:
        """Seconds since the stage began."""
        return self.clock() - self._began if self.stage else 0.0

    @property
    def stage_left(self) -> float | None:
        """Seconds until the stage ends, 0 where that is due; None where nothing is known."""
        total = self._stage_total
        return None if total is None else max(0.0, total - self.so_far)

    @property
    def late(self) -> bool:
        """Whether the stage takes longer than was expected of it, and has no pace of its own."""
        total = self._stage_total
        return total is not None and self._total is None and self.so_far > total * (1 + LATE_SHARE) + LATE_S

    @property
    def share(self) -> float | None:
        """How much of the stage is done, from 0 to 1; None where nothing is known."""
        total = self._stage_total
        if total is None:
            return None
        return min(1.0, self.so_far / total) if total > 0 else 1.0

    @property
    def all_left(self) -> float | None:
        """Seconds until the last cell ends; None where nothing is expected of any."""
        if not any(cell.stages for cell in self.cells):
            return None
        ahead = self.cells[self.number :]
        later = sum(self._corrected(self._cell.backend, *one) for one in self._later)
        others = sum(self._corrected(cell.backend, *one) for cell in ahead for one in cell.stages)
        return (self.stage_left or 0.0) + later + others

    @property
    def _cell(self) -> Ahead:
        inside = 0 < self.number <= len(self.cells)
        return self.cells[self.number - 1] if inside else Ahead("")

    @property
    def _stage_total(self) -> float | None:
        if self._total is not None or self._expected is None:
            return self._total
        return self._corrected(self._cell.backend, self.stage, self._expected)

    def _corrected(self, backend: str, name: str, expected: float) -> float:
        """Seconds of a stage as those of its like turn out: of the same backend, of any, or under way."""
        for like in ((backend, name), (name,)):
            if (ended := self._ended.get(like)) is not None:
                return expected * ended.took / ended.expected
        if name == self.stage and self._expected and self._total is not None:
            return expected * self._total / self._expected
        return expected

    def _likes(self, name: str) -> tuple[tuple[str, ...], ...]:
        return (self._cell.backend, name), (name,)
