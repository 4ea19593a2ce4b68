"""Who is told what a run is doing: a screen, a log, a notebook, or nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backends.costs import Costs
from backends.program import Program
from bench.environments.steps import Step
from bench.run.session import News
from bench.spec.cells import Cell

#: Told how many of how many samples have passed the clear stages of conversion.
Progress = Callable[[int, int], None]
#: Foretells the seconds of a cell's stages, by name and in their order; nothing where it cannot run. A cell
#: is planned for it, which takes time.
Expected = Callable[[Cell], Sequence[tuple[str, float]]]


class Listener:
    """The service and the kinds of cells call these as they go; none of them changes what is done.

    This one does nothing, for whoever wants the records alone; a subclass overrides what it shows.
    """

    def cells(self, cells: Sequence[Cell], expected: Expected) -> None:
        """So many cells follow, in this order; what to expect of each may be asked for now."""

    def begin(self, cell: str) -> None:
        """A cell starts."""

    def say(self, line: str) -> None:
        """Something happened that a reader of the log wants to find there."""

    def environment(self, step: Step) -> None:
        """A backend's environment is being made."""

    def held_out(self, done: int, total: int) -> None:
        """So many of a case's held-out samples have passed the clear stages of conversion."""

    def planned(self, program: Program, costs: Costs, batches: int) -> None:
        """The program of a cell is known, before anything is encrypted."""

    def report(self, news: News) -> None:
        """A stage of a cell begins, or a party tells how far it is."""
