"""A measure over a history: its values, and the commits between which it went to another level.

Times and memory are one machine's: their series are apart where processor, cores or threads differ. The other
kinds are the same everywhere. Where a setting of the run changes a measure, as `--probes` does messages, each
setting has a series.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log

from reports.history import CellEntry, Entry, Machine
from reports.measures import UNJUDGED, Kind
from reports.settings import told
from reports.statistics.robust import median
from reports.statistics.steps import changes, steps

OF_A_MACHINE = (Kind.TIME, Kind.MEMORY)
#: Noise of neighbours is taken to be at least this, of logarithms except for bits. Counts have none.
LEAST_NOISE: Mapping[Kind, float] = {
    Kind.TIME: 0.01,
    Kind.MEMORY: 0.01,
    Kind.SIZE: 0.003,
    Kind.BITS: 0.1,
    Kind.METRIC: 0.001,
}


@dataclass(frozen=True)
class Point:
    """One value of a measure's history."""

    at: datetime
    commit: str | None
    value: float


@dataclass(frozen=True)
class Series:
    """A measure's values over time, oldest first, on one machine where its kind is a machine's.

    `settings` says how the cell was asked to run, by those that change the measure: "with --probes".
    """

    cell: str
    measure: str
    kind: Kind
    machine: Machine | None
    settings: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Step:
    """A measure that went to another level.

    Attributes:
        series: the measure's.
        last: index of the last point at the old level.
        before: the old level.
        after: the new one.
    """

    series: Series
    last: int
    before: float
    after: float

    @property
    def commits(self) -> str:
        """The commits between which the step lies, as git writes a range: the first is still as before."""
        old, new = self.series.points[self.last : self.last + 2]
        return f"{_short(old.commit)}..{_short(new.commit)}"


def series(entries: Sequence[Entry]) -> list[Series]:
    """Every measure of every cell over time, in the order in which they first appear."""
    found: dict[tuple[str, str, Kind, Machine | None, str], list[Point]] = defaultdict(list)
    for one in entries:
        for cell, measured in one.cells.items():
            for kind, name, value in _values(measured):
                machine = measured.machine if kind in OF_A_MACHINE else None
                place = (cell, name, kind, machine, told(measured.settings, kind, name))
                found[place].append(Point(one.at, one.commit, value))
    return [Series(*place, tuple(points)) for place, points in found.items()]


def find_steps(one: Series) -> list[Step]:
    """Where a measure went to another level: exactly, or beyond its noise.

    Nothing is told of measures that no gate judges: what the encrypted model scores on a few samples changes
    with every encryption.
    """
    if one.measure in UNJUDGED:
        return []
    values = [point.value for point in one.points]
    least = LEAST_NOISE.get(one.kind)
    if least is None:
        begins = changes(values)
    elif one.kind is not Kind.BITS and min(values) <= 0:  # 0 has no logarithm
        return []
    else:
        begins = steps(values if one.kind is Kind.BITS else [log(value) for value in values], least)
    return [
        Step(one, begin - 1, median(values[start:begin]), median(values[begin:end]))
        for start, begin, end in zip([0, *begins], begins, [*begins[1:], len(values)], strict=False)
    ]


def newest_steps(entries: Sequence[Entry], count: int) -> list[Step]:
    """The newest steps of all measures, so many and the newest last."""
    found = [step for one in series(entries) for step in find_steps(one)]
    found.sort(key=lambda step: step.series.points[step.last + 1].at)
    return found[-count:]


def _values(measured: CellEntry) -> Iterator[tuple[Kind, str, float]]:
    for kind, measures in measured.measures.items():
        for name, value in measures.items():
            yield kind, name, value


def _short(commit: str | None) -> str:
    """Ten digits of a commit, and whether its checkout was altered."""
    if commit is None:
        return "unknown"
    return commit[:10] + ("-dirty" if commit.endswith("-dirty") else "")
