"""Times of two builds: called different only where a rank test and a ratio both say so.

The unit is a process. Processes of the two builds take turns on one machine, so that its drift falls on both;
times that were measured otherwise are not compared. All times of a gate are tested together, with Holm's
correction, so that the chance of one or more false alarms is the rules' significance however many there are.
A time is called the same only where so many processes ran that the rules' difference would have been found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.comparability import machine_differences
from reports.gate.exact import GONE
from reports.gate.rules import TimeRule
from reports.gate.sides import Processes, Side, shared
from reports.gate.verdicts import Finding, Verdict
from reports.measures import Kind, Measure
from reports.statistics.ranks import fewest, holm, mann_whitney
from reports.statistics.robust import median, quantile, ratio_interval, spread
from reports.statistics.sample_size import processes_needed

#: The longest stretch of one side while two sides take turns in whatever order: A B B A.
TURN = 2


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
    obstacle: str | None = None


def machine_obstacle(before: Processes, after: Processes) -> str | None:
    """What differs between the machines and threads of any two processes; None where nothing does."""
    records = [one.record for one in (*before.finished, *after.finished)]
    found = [difference for record in records[1:] for difference in machine_differences(records[0], record)]
    return f"another machine ({'; '.join(dict.fromkeys(found))})" if found else None


def same_obstacle(before: Processes, after: Processes) -> str | None:
    """That processes are on both sides, and would be compared with themselves; None where none is."""
    both = shared(before, after)
    return f"{both} processes are on both sides" if both else None


def turns_obstacle(before: Processes, after: Processes) -> str | None:
    """Why the processes did not take turns; None where they did."""
    began = [(one.record.started_at, "before") for one in before.finished]
    began += [(one.record.started_at, "after") for one in after.finished]
    longest = max((len(list(group)) for _, group in groupby(sorted(began), lambda one: one[1])), default=0)
    if longest <= TURN:
        return None
    return f"{longest} processes of one side ran in a row, so the machine's drift may be what differs"


def probes_obstacle(before: Processes, after: Processes) -> str | None:
    """Why a side has no times of evaluation, where it decrypted every layer; None where neither did."""
    for name, side in (("baseline", before), ("candidate", after)):
        if any(one.record.ladder.layers for one in side.finished):
            return f"the {name} ran with --probes, and such a run is not timed"
    return None


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
    able = _testable([one for one in times if one.obstacle is None and _comparable(one)], rule)
    adjusted = holm(mann_whitney([(one.before, one.after) for one in able]))
    p_values = {(one.cell, one.measure): p for one, p in zip(able, adjusted, strict=True)}
    return [_judge(one, p_values.get((one.cell, one.measure)), len(able), rule) for one in times]


def _comparable(one: Timed) -> bool:
    return bool(one.before) and len(one.before) == len(one.after) and min(*one.before, *one.after) > 0


def _testable(times: list[Timed], rule: TimeRule) -> list[Timed]:
    """Those with enough processes to be significant at all, once those that cannot no longer count."""
    while True:
        least = fewest(rule.significance / max(1, len(times)))
        kept = [one for one in times if len(one.before) >= least]
        if len(kept) == len(times):
            return kept
        times = kept


def _judge(one: Timed, p: float | None, tests: int, rule: TimeRule) -> Finding:
    verdict, why = _verdict(one, p, tests, rule)
    old, new = (median(side) if side else None for side in (one.before, one.after))
    measure = one.measure
    return Finding(one.cell, measure.name, measure.title, verdict, why, old, new, measure.unit)


def _verdict(one: Timed, p: float | None, tests: int, rule: TimeRule) -> tuple[Verdict, str]:
    if one.before and not one.after and one.measure.always:
        return Verdict.WORSE, GONE
    if not one.before or not one.after:
        only = f"only the {'baseline' if one.before else 'candidate'} has it"
        return Verdict.NOT_COMPARABLE, one.obstacle or only
    if one.obstacle is not None:
        return Verdict.NOT_COMPARABLE, one.obstacle
    if min(*one.before, *one.after) <= 0:
        same = max(*one.before, *one.after) == 0
        return Verdict.SAME if same else Verdict.NOT_COMPARABLE, "a time of 0 has no ratio"
    if p is None:
        return Verdict.NOT_COMPARABLE, _too_few(one, tests, rule)
    ratio = median(one.after) / median(one.before)
    within = 1 / rule.ratio < ratio < rule.ratio
    told = f"ratio {ratio:.3f}, p {p:.1g} among {tests}"
    if p <= rule.significance and not within:
        low, high = ratio_interval(one.before, one.after)
        why = f"ratio {ratio:.3f} [{low:.3f}, {high:.3f}], p {p:.1g} among {tests}"
        return Verdict.WORSE if ratio > 1 else Verdict.BETTER, why
    if len(one.before) < needed(one, tests, rule):
        return Verdict.NOT_COMPARABLE, _too_few(one, tests, rule)
    if not within:  # outliers cost ranks more than the spread says
        halves = f"half of the processes took {_half(one.before)} s and {_half(one.after)} s"
        why = f"{told}: too noisy to call it a difference or none, {halves}; run more processes"
        return Verdict.NOT_COMPARABLE, why
    return Verdict.SAME, told


def _half(values: Sequence[float]) -> str:
    """Between which values the middle half lies."""
    return f"{quantile(values, 0.25):.4g} to {quantile(values, 0.75):.4g}"


def needed(one: Timed, tests: int, rule: TimeRule) -> int:
    """Processes a side with which the rules' difference would be found, at the spread of these."""
    return needed_at(_spread(one, rule), tests, rule)


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


def _spread(one: Timed, rule: TimeRule) -> float:
    """As seen; as the rules assume where too few ran to see it."""
    seen = min(len(one.before), len(one.after)) > 2
    return spread(one.before, one.after) if seen else rule.spread


def _too_few(one: Timed, tests: int, rule: TimeRule) -> str:
    if len(one.before) != len(one.after):
        return (
            f"{len(one.before)} processes against {len(one.after)}, where both have to run equally often; "
            f"{needed(one, tests, rule)} a side find a difference of {rule.difference - 1:.0%}"
        )
    least = fewest(rule.significance / max(1, tests))
    return (
        f"too few processes, {len(one.before)} a side: at a spread of {_spread(one, rule):.1%} a "
        f"difference of {rule.difference - 1:.0%} takes {needed(one, tests, rule)}, and any at all {least}"
    )
