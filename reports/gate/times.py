"""Times of two builds: called different only where a test and a ratio both say so.

The unit is a process. Processes of the two builds take turns on one machine, so that its drift falls on both;
times that were measured otherwise are not compared. All times of a gate are tested together, with Holm's
correction, so that the chance of one or more false alarms is the rules' significance however many there are
(`reports.gate.evidence`). A time is called the same only where so many processes ran that the rules'
difference would have been found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.gate.evidence import Evidence, weigh
from reports.gate.exact import GONE
from reports.gate.obstacles import Obstacle
from reports.gate.rules import TimeRule
from reports.gate.sides import Side
from reports.gate.verdicts import Finding, Subject, Verdict
from reports.measures import Kind, Measure
from reports.statistics.robust import median, quantile, ratio_interval
from reports.statistics.sample_size import processes_needed

#: What takes longer took place. What took 0 s in every process before did not.
NOTHING_S = 1e-3
#: What `time.perf_counter` tells apart: what took less counts as this, so that it has a ratio.
CLOCK_S = 1e-9


@dataclass(frozen=True)
class Timed:
    """One time of one cell on both sides.

    Attributes:
        cell: as in records.
        measure: a time.
        before: the baseline's processes, in seconds.
        after: the candidate's.
        obstacle: why the cell's times do not compare, None where they do.
    """

    cell: str
    measure: Measure
    before: Sequence[float]
    after: Sequence[float]
    obstacle: Obstacle | None = None

    @property
    def from_nothing(self) -> bool:
        """Whether a side did not take place at all, which is so on any machine."""
        return bool(self.before and self.after) and not min(max(self.before), max(self.after))


def is_judged(measure: Measure, rule: TimeRule) -> bool:
    """Whether a measure is a time that the rules hold."""
    return measure.kind is Kind.TIME and measure.judged and rule.judges(measure.name)


def times_of(side: Side) -> list[Measure]:
    """The times of a side that a gate may judge, cell by cell."""
    every = (one for processes in side.cells.values() for one in processes.readings())
    return [one for one in every if one.kind is Kind.TIME and one.judged]


def times_tested(side: Side, rule: TimeRule) -> int:
    """How many times a gate tests, of what a side measured."""
    return sum(rule.judges(one.name) for one in times_of(side))


def judge_times(times: Sequence[Timed], rule: TimeRule) -> list[Finding]:
    """Verdicts on all times of a comparison, in their order."""
    able = [one for one in times if one.obstacle is None and _comparable(one)]
    weighed = weigh([(_seen(one.before), _seen(one.after)) for one in able], rule)
    evidence = {(one.cell, one.measure): found for one, found in zip(able, weighed, strict=True)}
    return [_judge(one, evidence.get((one.cell, one.measure)), rule) for one in times]


def _comparable(one: Timed) -> bool:
    return bool(one.before) and len(one.before) == len(one.after) and not one.from_nothing


def _seen(values: Sequence[float]) -> list[float]:
    """What a clock tells apart."""
    return [max(value, CLOCK_S) for value in values]


def _judge(one: Timed, evidence: Evidence | None, rule: TimeRule) -> Finding:
    old, new = (median(side) if side else None for side in (one.before, one.after))
    measure = one.measure
    place = (one.cell, measure.name, measure.title)
    if not one.before or not one.after:
        verdict, why, brief, held = _of_one_side(one)
    else:
        verdict, why, brief = _verdict(one, evidence, rule)
        held = True
    return Finding(*place, verdict, why, old, new, measure.unit, Subject.TIMES, brief, held)


def _of_one_side(one: Timed) -> tuple[Verdict, str, str, bool]:
    """The verdict, why, in short, and whether there should be one."""
    if one.before and one.measure.always:
        return Verdict.WORSE, GONE, "", True
    if one.obstacle is not None:
        return Verdict.NOT_COMPARABLE, one.obstacle.why, one.obstacle.brief, True
    only = f"only the {'baseline' if one.before else 'candidate'} has it"
    return Verdict.NOT_COMPARABLE, only, "", False


def _verdict(one: Timed, evidence: Evidence | None, rule: TimeRule) -> tuple[Verdict, str, str]:
    """The verdict, why, and why there is none in short."""
    if one.obstacle is not None:
        return Verdict.NOT_COMPARABLE, one.obstacle.why, one.obstacle.brief
    if one.from_nothing:
        return _of_nothing(one)
    if evidence is None:
        return Verdict.NOT_COMPARABLE, _uneven(one), "uneven numbers of processes"
    ratio = median(_seen(one.after)) / median(_seen(one.before))
    within = 1 / rule.ratio < ratio < rule.ratio
    p, told = evidence.p, f"ratio {ratio:.3f}, p {evidence.p or 1:.1g} among {evidence.tests}"
    if p is not None and p <= rule.significance and not within:
        low, high = ratio_interval(_seen(one.before), _seen(one.after))
        why = f"ratio {ratio:.3f} [{low:.3f}, {high:.3f}], p {p:.1g} among {evidence.tests}"
        return Verdict.WORSE if ratio > 1 else Verdict.BETTER, why, ""
    if p is None or not _would_have_found(one, evidence, rule):
        return Verdict.NOT_COMPARABLE, _too_few(one, evidence, rule), _few(rule)
    if not within:  # outliers cost a test more than the spread says
        halves = f"half of the processes took {_half(one.before)} s and {_half(one.after)} s"
        why = f"{told}: too noisy to call it a difference or none, {halves}; run more processes"
        return Verdict.NOT_COMPARABLE, why, "too noisy"
    return Verdict.SAME, told, ""


def _would_have_found(one: Timed, evidence: Evidence, rule: TimeRule) -> bool:
    """Whether the rules' difference would have been found, with the rules' power."""
    if evidence.reach is not None:
        return evidence.reach <= rule.difference
    return len(one.before) >= needed_at(evidence.spread, evidence.tests, rule)


def _of_nothing(one: Timed) -> tuple[Verdict, str, str]:
    """The verdict where a side took 0 s in every process: what does not take place has no ratio."""
    old, new = median(one.before), median(one.after)
    if max(old, new) <= NOTHING_S:
        return Verdict.SAME, "", ""
    if new > old:
        return Verdict.WORSE, "it took no time at all before", ""
    return Verdict.BETTER, "it takes no time at all any more", ""


def _half(values: Sequence[float]) -> str:
    """Between which values the middle half lies."""
    return f"{quantile(values, 0.25):.4g} to {quantile(values, 0.75):.4g}"


def needed_at(between: float, tests: int, rule: TimeRule) -> int:
    """Processes a side with which the rules' difference would be found.

    Args:
        between: relative spread between processes, such as 0.05.
        tests: times that are tested together.
        rule: says the difference, the power and the significance.
    """
    return processes_needed(
        spread=between,
        ratio=rule.difference,
        significance=rule.significance / max(1, tests),
        power=rule.power,
        threshold=rule.ratio,
    )


def _few(rule: TimeRule) -> str:
    return f"too few processes for a difference of {rule.difference - 1:.0%}"


def _uneven(one: Timed) -> str:
    return f"{len(one.before)} processes against {len(one.after)}, where both have to run equally often"


def _too_few(one: Timed, evidence: Evidence, rule: TimeRule) -> str:
    """How many the rules' difference takes, and what these would have found, or how many find anything."""
    number = needed_at(evidence.spread, evidence.tests, rule)
    takes = (
        f"too few processes, {len(one.before)} a side: at a spread of {evidence.spread:.1%} a "
        f"difference of {rule.difference - 1:.0%} takes {number}"
    )
    if evidence.p is None:
        return f"{takes}, and any at all {evidence.least}"
    if evidence.reach is not None:
        return f"{takes}; one of {evidence.reach - 1:.0%} would have been found"
    return takes
