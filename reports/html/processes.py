"""What represents a cell that has several records: the median over the processes of its newest key.

Records of one `key` are processes that differ in nothing that could change the result; records of an older
key of their cell are superseded, and no longer ranked. Those with probes or under audit are ranked where
there are no others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple

from reports.html.derived import standing
from reports.record import Record, Status
from reports.settings import untimed
from reports.statistics.robust import median

#: The numbers of a record that are ranked; one that lacks any of them is not ranked.
Measure = Callable[[Record], tuple[float | None, ...]]

#: The keys of one cell, without probes and with them: key → places of its processes.
_Keys = dict[bool, dict[str, list[int]]]


class Ranked(NamedTuple):
    """What a cell is ranked by.

    Attributes:
        group: number of the conditions that it was measured under.
        places: where its processes are in the report, oldest first.
        medians: over them, one for each number of the measure.
        middle: place of the process that is nearest to the first of the medians, of two the lesser.
    """

    group: int
    places: list[int]
    medians: tuple[float, ...]
    middle: int


def ranked(records: Sequence[Record], grouped: Sequence[int], measure: Measure) -> list[Ranked]:
    """For each cell in each group, its newest key that has a measure; secure records alone."""
    cells: defaultdict[Hashable, _Keys] = defaultdict(lambda: {False: {}, True: {}})
    numbers: dict[int, tuple[float, ...]] = {}
    for place, (record, group) in enumerate(zip(records, grouped, strict=True)):
        found = tuple(one for one in measure(record) if one is not None)
        if standing(record) == "secure" and len(found) == len(measure(record)):
            numbers[place] = found
            keys = cells[group, record.cell][untimed(record)]
            keys[record.key] = [*keys.pop(record.key, []), place]  # the newest key is the last
    preferred = [keys[False] or keys[True] for keys in cells.values()]
    return [_ranked(grouped, [*keys.values()][-1], numbers) for keys in preferred]


def _ranked(grouped: Sequence[int], places: list[int], numbers: Mapping[int, tuple[float, ...]]) -> Ranked:
    medians = tuple(map(median, zip(*(numbers[place] for place in places), strict=True)))
    middle = sorted(places, key=lambda place: numbers[place][0])[(len(places) - 1) // 2]
    return Ranked(grouped[places[0]], places, medians, middle)


def newest(records: Sequence[Record], grouped: Sequence[int]) -> list[bool]:
    """Whether each record still answers its cell: it has the newest key that ended ok in its group.

    A run with probes or under audit has no times, so neither it nor a run with times supersedes the other.
    What did not end ok is superseded by a later run that did, and not by other processes of its own run.
    """
    keys: dict[Hashable, str] = {}
    finished: defaultdict[Hashable, dict[str, int]] = defaultdict(dict)
    for place, (record, group) in enumerate(zip(records, grouped, strict=True)):
        if record.status is Status.OK:
            keys[group, record.cell, untimed(record)] = record.key
            finished[group, record.cell][record.run_id] = place
    return [
        keys[group, record.cell, untimed(record)] == record.key
        if record.status is Status.OK
        else not any(
            last > place for run, last in finished[group, record.cell].items() if run != record.run_id
        )
        for place, (record, group) in enumerate(zip(records, grouped, strict=True))
    ]
