"""Measures that one process a side is enough for: counts, sizes, bits, metrics; memory, on one machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from reports.gate.obstacles import Obstacle
from reports.gate.rules import Rules
from reports.gate.verdicts import SUBJECTS, Finding, Verdict
from reports.measures import Kind, Measure
from reports.statistics.robust import median

Values = Sequence[float]

#: Why a measure that every build has is worse.
GONE = "no longer measured"


def judge(cell: str, measure: Measure, before: Values, after: Values, rules: Rules) -> Finding:
    """The verdict on one measure; the worst of several processes a side counts, and of memory their median.

    Args:
        cell: as in records.
        measure: one of any kind but time.
        before: the baseline's values, none where it did not measure it.
        after: the candidate's.
        rules: how much may be lost.
    """
    old, new = settled(measure, before), settled(measure, after)
    if old is None or new is None:
        verdict, why = _absent(measure, gone=new is None)
    else:
        verdict, why = _JUDGES[measure.kind](measure, old, new, rules)
    held = verdict is not Verdict.NOT_COMPARABLE
    place = (cell, measure.name, measure.title)
    return Finding(*place, verdict, why, old, new, measure.unit, SUBJECTS[measure.kind], held=held)


def not_comparable(finding: Finding, obstacle: Obstacle) -> Finding:
    """The same values without a verdict, which there should be."""
    return replace(finding, verdict=Verdict.NOT_COMPARABLE, why=obstacle.why, brief=obstacle.brief, held=True)


def not_needed(finding: Finding, why: str) -> Finding:
    """The same values without a verdict, which nobody misses."""
    return replace(finding, verdict=Verdict.NOT_COMPARABLE, why=why, held=False)


def gone(finding: Finding, why: str) -> Finding:
    """The same values, worse because not every process that should have measured it did."""
    return replace(finding, verdict=Verdict.WORSE, why=why)


def settled(measure: Measure, values: Values) -> float | None:
    """The one value that represents several processes; None where there are none."""
    if not values:
        return None
    if measure.kind in (Kind.MEMORY, Kind.TIME):
        return median(values)
    return min(values) if measure.higher_is_better else max(values)


def _absent(measure: Measure, *, gone: bool) -> tuple[Verdict, str]:
    if gone:
        return (
            (Verdict.WORSE, GONE) if measure.always else (Verdict.NOT_COMPARABLE, "only the baseline has it")
        )
    return Verdict.NOT_COMPARABLE, "only the candidate has it, and nothing holds it until it is accepted"


def _count(measure: Measure, old: float, new: float, rules: Rules) -> tuple[Verdict, str]:
    if old == new:
        return Verdict.SAME, ""
    better = (new > old) == measure.higher_is_better
    how = f"{abs(new - old):g} {'more' if new > old else 'fewer'}"
    return Verdict.BETTER if better else Verdict.WORSE, f"{how}, and exact"


def _size(measure: Measure, old: float, new: float, rules: Rules) -> tuple[Verdict, str]:
    return _by_ratio(old, new, rules.size.ratio)


def _memory(measure: Measure, old: float, new: float, rules: Rules) -> tuple[Verdict, str]:
    if abs(new - old) <= rules.memory.least_bytes:
        return Verdict.SAME, ""
    return _by_ratio(old, new, rules.memory.ratio)


def _by_ratio(old: float, new: float, allowed: float) -> tuple[Verdict, str]:
    """The verdict on two numbers where fewer are better; nothing has a ratio to 0."""
    if not old:
        return (Verdict.WORSE, "there was none") if new else (Verdict.SAME, "")
    why = f"{new / old - 1:+.1%}, and up to {allowed - 1:.0%} is not a difference"
    if new > old * allowed:
        return Verdict.WORSE, why
    return (Verdict.BETTER, why) if new * allowed < old else (Verdict.SAME, "")


def _bits(measure: Measure, old: float, new: float, rules: Rules) -> tuple[Verdict, str]:
    lost = min(old, rules.bits.enough) - min(new, rules.bits.enough)
    allowed = rules.bits.lost_by_largest if measure.by_largest else rules.bits.lost
    return _by_loss(lost, allowed, f"{lost:.1f} bits lost" if lost > 0 else f"{-lost:.1f} bits won")


def _metric(measure: Measure, old: float, new: float, rules: Rules) -> tuple[Verdict, str]:
    assert measure.metric is not None, "a measure of this kind has a metric"
    lost = measure.metric.loss(old, new)
    return _by_loss(lost, rules.metric.lost, f"{abs(lost):.4f} {'lost' if lost > 0 else 'won'}")


def _by_loss(lost: float, allowed: float, said: str) -> tuple[Verdict, str]:
    why = f"{said}, and up to {allowed:g} is not a difference"
    if lost > allowed:
        return Verdict.WORSE, why
    return (Verdict.BETTER, why) if lost < -allowed else (Verdict.SAME, "")


_JUDGES: Mapping[Kind, Callable[[Measure, float, float, Rules], tuple[Verdict, str]]] = {
    Kind.COUNT: _count,
    Kind.SIZE: _size,
    Kind.BITS: _bits,
    Kind.METRIC: _metric,
    Kind.MEMORY: _memory,
}
