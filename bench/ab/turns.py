"""Two builds measured in turns: every cell in fresh processes of the baseline's checkout and of this one.

A machine drifts over minutes and hours. Where the builds alternate cell by cell, the drift falls on both, and
only then do their times compare. The order is A B B A, so that neither is always the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bench.ab.builds import Side
from bench.spec.cells import Cell
from reports.gate.rules import TimeRule
from reports.gate.sides import read_side
from reports.gate.times import needed_at, times_tested

Say = Callable[[str], None]


def run_both(
    cells: Sequence[Cell],
    suite: Path,
    sides: tuple[Side, Side],
    processes: int | None,
    rule: TimeRule,
    say: Say,
) -> None:
    """Run every cell in as many processes a side as are asked for, or as a rule about times needs.

    How many times the cells have, and so how many processes they take, is known once each has run.

    Args:
        cells: the suite's cells, as this build reads it.
        suite: its file, the same for both.
        sides: the baseline's build and the candidate's.
        processes: a side; None for as many as find the rule's difference in any of the cells' times.
        rule: the rule about times that decides it.
        say: told of every process, and of their number where it is found.
    """
    take_turns(cells, suite, sides, range(processes or 1), say)
    if processes is None:
        times = times_tested(read_side(sides[1].output), rule)
        take_turns(cells, suite, sides, range(1, _enough(times, rule, say)), say)


def take_turns(cells: Sequence[Cell], suite: Path, sides: tuple[Side, Side], turns: range, say: Say) -> None:
    """Run every cell once on each side in each of the turns.

    Args:
        cells: the suite's cells, as this build reads it.
        suite: its file, the same for both.
        sides: the two builds; the first begins in even turns.
        turns: their numbers, from 0; the last one is that of processes a side, less one.
        say: told of every process.

    Raises:
        UserError: a build refuses the request, runs another cell, or is ended.
    """
    for cell in cells:
        for turn in turns:
            for build in sides if turn % 2 == 0 else reversed(sides):
                name = f"{cell.case.name} on {cell.backend} at {cell.parameter_set.names[0]}"
                say(f"{name}: process {turn + 1} of {turns.stop}, {build.name}")
                build.run(cell, suite)


def _enough(times: int, rule: TimeRule, say: Say) -> int:
    """Processes a side that are enough for so many times; the number is reported."""
    if not times:  # nothing ended well, and more processes would show no more
        return 1
    count = needed_at(rule.spread, times, rule)
    found = f"find a difference of {rule.difference - 1:.0%} in any of {times} times"
    say(f"{count} processes a side {found} at a spread of {rule.spread:.0%}")
    return count
