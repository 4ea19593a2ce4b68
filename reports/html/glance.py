"""At a glance: the best secure cells of each group of comparable records, measure by measure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from reports.html.derived import one_input_s, standing
from reports.html.processes import Ranked, ranked
from reports.record import Record

#: measure → its value in a record.
MEASURES: Mapping[str, Callable[[Record], float | None]] = {
    "throughput": lambda record: record.latency.per_sample_s,
    "waiting": one_input_s,
    "precision": lambda record: record.ladder.precision_bits,
    "memory": lambda record: record.memory.evaluator_peak_bytes,
    "traffic": lambda record: record.wire.to_evaluator_bytes,
}
#: Measures of which more is better.
MORE_IS_BETTER = ("precision",)


class Best(NamedTuple):
    """The best cell in a measure: its value, the process that represents it, and how many there are."""

    value: float
    place: int
    processes: int


class Glance(NamedTuple):
    """A group of comparable records, and the best secure cell in each measure."""

    group: int
    records: int
    secure: int
    best: dict[str, Best]


def glances(records: Sequence[Record], grouped: Sequence[int]) -> list[Glance]:
    """One for each group, in order. What is INSECURE or did not end ok is counted and not ranked."""
    best: defaultdict[int, dict[str, Best]] = defaultdict(dict)
    for name in MEASURES:
        for group, cells in _by_group(records, grouped, MEASURES[name]).items():
            best[group][name] = _best(cells, more_is_better=name in MORE_IS_BETTER)
    counted = Counter(grouped)
    secure = Counter(
        group for record, group in zip(records, grouped, strict=True) if standing(record) == "secure"
    )
    return [Glance(group, counted[group], secure[group], best[group]) for group in sorted(counted)]


def _by_group(
    records: Sequence[Record], grouped: Sequence[int], measure: Callable[[Record], float | None]
) -> dict[int, list[Ranked]]:
    found: defaultdict[int, list[Ranked]] = defaultdict(list)
    for cell in ranked(records, grouped, lambda record: (measure(record),)):
        found[cell.group].append(cell)
    return found


def _best(cells: Sequence[Ranked], *, more_is_better: bool) -> Best:
    chosen = (max if more_is_better else min)(cells, key=lambda cell: cell.medians[0])
    return Best(chosen.medians[0], chosen.middle, len(chosen.places))
