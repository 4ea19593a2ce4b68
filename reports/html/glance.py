"""At a glance: of each group of comparable records the best secure ones, measure by measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from reports.html.derived import one_input_s, standing
from reports.record import Record

#: measure → its value in a record, smaller being better.
MEASURES: Mapping[str, Callable[[Record], float | None]] = {
    "throughput": lambda record: record.latency.per_sample_s,
    "waiting": one_input_s,
    "precision": lambda record: _negative(record.ladder.precision_bits),
    "memory": lambda record: record.memory.evaluator_peak_bytes,
    "traffic": lambda record: record.wire.to_evaluator_bytes,
}


class Glance(NamedTuple):
    """A group of comparable records, and the place of the best secure one in each measure."""

    group: int
    records: int
    secure: int
    best: dict[str, int]


def glances(records: Sequence[Record], grouped: Sequence[int]) -> list[Glance]:
    """One for each group, in order. What is INSECURE or did not end ok is counted and not ranked."""
    members: defaultdict[int, list[int]] = defaultdict(list)
    for place, group in enumerate(grouped):
        members[group].append(place)
    return [_glance(records, group, places) for group, places in sorted(members.items())]


def _glance(records: Sequence[Record], group: int, places: list[int]) -> Glance:
    secure = [place for place in places if standing(records[place]) == "secure"]
    best = {}
    for name, measure in MEASURES.items():
        values = {place: value for place in secure if (value := measure(records[place])) is not None}
        if values:
            best[name] = min(values, key=values.__getitem__)
    return Glance(group, len(places), len(secure), best)


def _negative(value: float | None) -> float | None:
    return None if value is None else -value
