"""Library against library: two backends in one set of records, by case and parameter set.

A build is held to a baseline by rules (`reports.gate`). Two libraries are put side by side: how many times as
much each figure is, what stands in the way of comparing them, and whether so few processes say anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isinf

from reports.comparability import machine_differences, sample_differences
from reports.figures import count
from reports.gate.evidence import Evidence, weigh
from reports.gate.obstacles import turns_obstacle
from reports.gate.rules import TimeRule
from reports.gate.sides import Processes, Side
from reports.measures import Kind, Measure
from reports.record import Record
from reports.settings import settings
from reports.statistics.few import FEWEST
from reports.statistics.robust import median

#: Kinds that vary from process to process and are tested.
_TESTED = (Kind.TIME, Kind.MEMORY)
#: Ratios nearer to 1 are called the same.
_SAME = 1.005
_INSECURE = "_INSECURE"


@dataclass(frozen=True)
class Figure:
    """A measure of both: the medians over their processes, the second against the first, and what that says.

    Attributes:
        said: how the second compares, such as "1.40 times slower".
        verdict: what is known of the difference, or why there is no verdict; empty where it is exact.
    """

    measure: Measure
    a: float
    b: float
    said: str
    verdict: str

    @property
    def ratio(self) -> float | None:
        """The second divided by the first; None of bits, which are a logarithm."""
        return self.b / self.a if self.a and self.measure.kind is not Kind.BITS else None


@dataclass(frozen=True)
class Rivals:
    """One case at one parameter set on both backends.

    Attributes:
        a: a record of the first.
        b: a record of the second.
        processes: of either.
        obstacles: what stands in the way of comparing their times and memory.
        figures: those that both have.
    """

    a: Record
    b: Record
    processes: tuple[int, int]
    obstacles: tuple[str, ...]
    figures: tuple[Figure, ...]


def rivals(side: Side, a: str, b: str) -> tuple[list[Rivals], list[Record]]:
    """Two backends wherever both ended ok; and a record of each cell that lacks its rival."""
    first, second = _of(side, a), _of(side, b)
    both = [place for place in first if place in second]
    alone = [*_alone(first, second), *_alone(second, first)]
    return [_rivals(first[place], second[place]) for place in both], alone


def _of(side: Side, backend: str) -> Mapping[tuple[str, str, str], Processes]:
    """The cells of a backend that ended ok, by suite, case and set; of several sample sets the newest."""
    found = [one for one in side.cells.values() if one.finished and one.records[0].backend == backend]
    found.sort(key=lambda one: one.records[-1].started_at)
    return {_place(one.records[-1]): one for one in found}


def _place(record: Record) -> tuple[str, str, str]:
    """Where a rival stands too: its keys may be secure, and the other's not."""
    return record.suite, record.case, record.parameter_set.replace(_INSECURE, "")


def _alone(
    ours: Mapping[tuple[str, str, str], Processes], theirs: Mapping[tuple[str, str, str], Processes]
) -> Iterator[Record]:
    yield from (one.finished[-1].record for place, one in ours.items() if place not in theirs)


def _rivals(a: Processes, b: Processes) -> Rivals:
    one, other = a.finished[-1].record, b.finished[-1].record
    obstacles = tuple(_obstacles(a, b))
    return Rivals(
        one,
        other,
        (len(a.finished), len(b.finished)),
        obstacles,
        tuple(_figures(a, b, obstacles)),
    )


def _obstacles(a: Processes, b: Processes) -> Iterator[str]:
    one, other = a.finished[-1].record, b.finished[-1].record
    yield from machine_differences(one, other)
    yield from sample_differences(one, other)
    mine, yours = settings(one), settings(other)
    yield from (f"{name}: {mine[name]} and {yours[name]}" for name in mine if mine[name] != yours[name])
    if one.security.secure != other.security.secure:
        names = {True: "128 bits or more", False: "INSECURE"}
        yield f"security: {names[one.security.secure]} and {names[other.security.secure]}"
    turns = turns_obstacle(a, b)
    if turns is not None:
        yield turns.why


def _figures(a: Processes, b: Processes, obstacles: Sequence[str]) -> Iterator[Figure]:
    mine, yours = a.readings(), b.readings()
    shared = [one for one in mine if one in yours and one.kind is not Kind.METRIC]
    tested = [one for one in shared if one.kind in _TESTED and min(*mine[one], *yours[one]) > 0]
    evidence = _evidence([(mine[one], yours[one]) for one in tested])
    weighed = dict(zip(tested, evidence, strict=True))
    for measure in shared:
        old, new = median(mine[measure]), median(yours[measure])
        if measure.kind is Kind.COUNT and old == new:
            continue
        verdict = _verdict(measure, mine[measure], yours[measure], obstacles, weighed.get(measure))
        yield Figure(measure, old, new, _said(measure, old, new), verdict)


def _evidence(pairs: Sequence[tuple[list[float], list[float]]]) -> list[Evidence | None]:
    """That of each pair which has as many processes on both sides, and enough."""
    able = [len(one) == len(other) >= FEWEST for one, other in pairs]
    found = iter(weigh([pair for pair, good in zip(pairs, able, strict=True) if good], TimeRule()))
    return [next(found) if good else None for good in able]


def _verdict(
    measure: Measure,
    mine: Sequence[float],
    yours: Sequence[float],
    obstacles: Sequence[str],
    evidence: Evidence | None,
) -> str:
    if measure.kind in (Kind.COUNT, Kind.SIZE):
        return ""
    if min(len(mine), len(yours)) < FEWEST:
        return f"{_few(len(mine), len(yours))}: no verdict"
    if measure.kind is Kind.BITS:
        apart = max(mine) < min(yours) or max(yours) < min(mine)
        return "in every process" if apart else "processes overlap: no verdict"
    if obstacles:
        return f"no verdict: {obstacles[0]}"
    if evidence is None or evidence.p is None:
        return f"{_few(len(mine), len(yours))}: no verdict"
    if evidence.p > TimeRule().significance:
        return f"p {evidence.p:.1g}: no difference found"
    return f"p {evidence.p:.1g} among {evidence.tests}"


def _few(mine: int, yours: int) -> str:
    if mine == yours == 1:
        return "one process each"
    return f"{mine} processes each" if mine == yours else f"{mine} and {yours} processes"


def _said(measure: Measure, old: float, new: float) -> str:
    """How the second compares with the first."""
    if measure.kind is Kind.COUNT:
        return f"{count(round(abs(new - old)))} {'more' if new > old else 'fewer'}"
    if measure.kind is Kind.BITS:
        if old == new:
            return "the same"
        if isinf(new) or isinf(old):
            return "exact" if isinf(new) else "not exact"
        return f"{abs(new - old):.1f} bits {'more' if new > old else 'fewer'}"
    if not old or not new:
        return "the same" if old == new else "not at all" if not new else "where the other takes none"
    ratio = max(old, new) / min(old, new)
    more, less = ("slower", "faster") if measure.kind is Kind.TIME else ("as much", "less")
    return "the same" if ratio < _SAME else f"{ratio:.2f} times {more if new > old else less}"
