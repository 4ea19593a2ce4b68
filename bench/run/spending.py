"""What the parties spend, stage by stage: seconds of the clock and of the processor, and context switches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from bench.parties.spent import NOTHING, Spent
from bench.parties.wire import EVALUATOR, Side
from reports.costs import StageCost

#: The stage of all evaluations after the first, and those of which a wrong output gives no times.
REPEATS = "repeats"
EVALUATED = ("evaluate", "decrypt", REPEATS)


@dataclass(frozen=True)
class StageSpent:
    """What a party spent on all that it was asked in a stage."""

    stage: str
    party: str
    spent: Spent


class Spending:
    """Adds up what each party spends, by the stages that a suite limits.

    What a party spent that died over a request is not told; what it was asked again counts again.
    """

    def __init__(self) -> None:
        self._spent: dict[tuple[str, Side], Spent] = {}
        self._stage, self._held = "start", False

    def begin(self, stage: str) -> None:
        """What is asked from now on is of this stage, unless another one is held."""
        if not self._held:
            self._stage = stage

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """What is asked meanwhile is of this stage, whichever begins; unless one is held already."""
        if self._held:
            yield
            return
        before, self._stage, self._held = self._stage, stage, True
        try:
            yield
        finally:
            self._stage, self._held = before, False

    def note(self, side: Side, spent: Spent) -> None:
        """A party has done what it was asked for."""
        self._add(self._stage, side, spent)

    @property
    def so_far(self) -> tuple[StageSpent, ...]:
        """All of it, in the order in which stages and parties came."""
        return tuple(StageSpent(stage, side, spent) for (stage, side), spent in self._spent.items())

    def take_up(self, before: tuple[StageSpent, ...]) -> None:
        """Key owners go on with what they did in a run before; an evaluator begins anew."""
        for one in before:
            if one.party != EVALUATOR:
                self._add(one.stage, one.party, one.spent)

    def _add(self, stage: str, side: Side, spent: Spent) -> None:
        self._spent[stage, side] = self._spent.get((stage, side), NOTHING) + spent

    def stages(self, *, correct: bool) -> list[StageCost] | None:
        """As the record has it; None where nothing was asked."""
        return [_recorded(one) for one in self.so_far if correct or one.stage not in EVALUATED] or None


def _recorded(one: StageSpent) -> StageCost:
    """The record's entry; what a clock rounds to less than nothing is nothing."""
    spent = one.spent
    idle_s = spent.wall_s - spent.waited_s - spent.user_s - spent.system_s
    figures = {**asdict(spent), "idle_s": idle_s}
    above = {name: max(type(value)(0), value) for name, value in figures.items()}
    return StageCost.model_validate({"stage": one.stage, "party": one.party, **above})
