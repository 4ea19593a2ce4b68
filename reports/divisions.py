"""Divisions: cells whose figures answer one question, and how they rank in it.

Who has a key owner that answers at every refresh has another problem than who has none, so interactive and
non-interactive cells are never one ranking; nor are secure and INSECURE ones, or those of other machines or
other numbers of threads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from reports.floors import FLOORS, Floors, interactive, under_floor
from reports.gate.sides import Processes, side
from reports.html.glance import Ranking
from reports.record import Record, Status
from reports.statistics.robust import median
from reports.store import Stored


class Division(NamedTuple):
    """What the cells of a ranking have in common.

    Attributes:
        suite: its name.
        case: its name.
        interactive: whether the key owner was asked on the way: a client-aided refresh (round trip).
        secure: whether keys reach 128 bits.
        threads: that the evaluator had.
        cpu: of the evaluator's machine.
        evaluator: its address, where it is another machine than the key owner's.
    """

    suite: str
    case: str
    interactive: bool
    secure: bool
    threads: int | None
    cpu: str | None
    evaluator: str | None = None


@dataclass(frozen=True)
class Place:
    """A cell in its division.

    Attributes:
        record: the process that stands for all of the cell: that of the median of what ranks it.
        processes: how many of it ended ok.
        value: that median; None where nothing was measured that ranks it.
        ratio: the value divided by the best of the division, where less is better.
        under: which floor it is under, so that it is ranked with none; None where it is above them.
        failed: those of its processes that did not end ok, from the first on that did: what failed before it
            was made good.
    """

    record: Record
    processes: int
    value: float | None
    ratio: float | None = None
    under: str | None = None
    failed: tuple[Record, ...] = ()

    @property
    def ranks(self) -> bool:
        """Whether there is a value that is compared with those of others."""
        return self.value is not None and self.under is None


@dataclass(frozen=True)
class Standings:
    """Every division, its best first; and a record of each cell that did not end ok."""

    divisions: dict[Division, list[Place]]
    unfinished: list[Record]


def division(record: Record) -> Division:
    """Where a record that ended ok is ranked."""
    return Division(
        suite=record.suite,
        case=record.case,
        interactive=interactive(record),
        secure=record.security.secure,
        threads=record.environment.threads,
        cpu=record.environment.cpu,
        evaluator=record.evaluator,
    )


def standings(records: Iterable[Record], ranking: Ranking, floors: Floors = FLOORS) -> Standings:
    """How cells rank by a measure, by the newest build of each; what does not rank comes last."""
    divisions: defaultdict[Division, list[Place]] = defaultdict(list)
    unfinished = []
    for processes in side(Stored(record, None, None) for record in records).cells.values():
        if processes.finished:
            place = _place(processes, ranking, floors)
            divisions[division(place.record)].append(place)
        else:
            unfinished.append(processes.worst())
    return Standings(
        {one: _ranked(divisions[one], ranking) for one in sorted(divisions, key=_order)}, unfinished
    )


def _order(one: Division) -> tuple[str, str, bool, bool, int, str, str]:
    """Secure ones first, and of them those in which nobody is asked."""
    machines = one.cpu or "", one.evaluator or ""
    return one.suite, one.case, not one.secure, one.interactive, one.threads or 0, *machines


def _place(processes: Processes, ranking: Ranking, floors: Floors) -> Place:
    finished = [one.record for one in processes.finished]
    under = under_floor(finished, floors)
    since = processes.records[processes.records.index(finished[0]) :]
    failed = tuple(record for record in since if record.status is not Status.OK)
    values = [
        (value, number) for number, one in enumerate(finished) if (value := ranking.value(one)) is not None
    ]
    if not values:
        return Place(finished[-1], len(finished), None, under=under, failed=failed)
    _, middle = sorted(values)[(len(values) - 1) // 2]
    value = median([value for value, _ in values])
    return Place(finished[middle], len(finished), value, under=under, failed=failed)


def _ranked(places: list[Place], ranking: Ranking) -> list[Place]:
    sign = -1.0 if ranking.more_is_better else 1.0
    known = sorted(
        (sign * one.value, number) for number, one in enumerate(places) if one.ranks and one.value is not None
    )
    best = None if ranking.more_is_better or not known else known[0][0]
    return [
        replace(one, ratio=value / best if best else None)
        for value, one in ((value, places[number]) for value, number in known)
    ] + [one for one in places if not one.ranks]
