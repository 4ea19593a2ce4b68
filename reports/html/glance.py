"""At a glance: the best secure cells of each group of comparable records, measure by measure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from reports.figures import Unit
from reports.html.derived import one_input_s, sample_s, standing
from reports.html.processes import Ranked, ranked
from reports.record import Record


class Ranking(NamedTuple):
    """A measure that ranks cells: its title, its unit, its value in a record, and which way is better."""

    title: str
    unit: Unit
    value: Callable[[Record], float | None]
    more_is_better: bool = False


RANKINGS: Mapping[str, Ranking] = {
    "throughput": Ranking("Least time per sample", Unit.SECONDS, sample_s),
    "waiting": Ranking("Shortest wait for one input", Unit.SECONDS, one_input_s),
    "precision": Ranking(
        "Most precise", Unit.BITS, lambda record: record.ladder.precision_bits, more_is_better=True
    ),
    "memory": Ranking(
        "Least memory, evaluator", Unit.BYTES, lambda record: record.memory.evaluator_peak_bytes
    ),
    "traffic": Ranking("Least sent to evaluator", Unit.BYTES, lambda record: record.wire.to_evaluator_bytes),
}


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
    for name, ranking in RANKINGS.items():
        for group, cells in _by_group(records, grouped, ranking.value).items():
            best[group][name] = _best(cells, more_is_better=ranking.more_is_better)
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
