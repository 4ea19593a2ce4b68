"""Which cells of a sweep are one task."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bench.spec.cells import Cell

#: A cell in one of its rounds, whose number is from 0.
Turn = tuple[int, Cell]


def groups(turns: Sequence[Turn]) -> list[list[int]]:
    """Places of the cells that one machine runs: each alone, or where there are several rounds all of a case.

    Those of a case then take turns there, so that what is compared was measured on one machine.
    """
    places = range(len(turns))
    if all(number == 0 for number, _ in turns):
        return [[place] for place in places]

    def case(place: int) -> tuple[str, str]:
        cell = turns[place][1]
        return cell.suite, cell.case.name

    return [list(group) for _, group in groupby(sorted(places, key=case), case)]  # stable: in their turns
