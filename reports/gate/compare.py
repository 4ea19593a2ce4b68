"""A candidate compared with a baseline: every cell of either, and of a cell every measure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from reports.comparability import software_differences
from reports.errors import ReportError
from reports.gate import exact, labels
from reports.gate.judged import Tally, tallies, unmet
from reports.gate.obstacles import (
    distorted_obstacle,
    machine_obstacle,
    measured_otherwise,
    same_obstacle,
    setting_obstacle,
    turns_obstacle,
    untimed_obstacle,
)
from reports.gate.rules import Rules
from reports.gate.sides import Processes, Side, rank, shared
from reports.gate.times import Timed, is_judged, judge_times, times_of
from reports.gate.verdicts import Finding, Subject, Verdict
from reports.measures import Kind, Measure
from reports.readings import dispensable
from reports.record import Record


@dataclass(frozen=True)
class Comparison:
    """What a comparison found.

    Attributes:
        findings: verdicts, cell by cell.
        finished: cells that ended ok on both sides; of no other cell are measures compared.
        refused: damaged lines and files of either side, a sentence each.
        notes: what a reader should know and no verdict says, a sentence each.
        required: what has to be judged for the comparison to pass.
    """

    findings: tuple[Finding, ...]
    finished: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    required: tuple[Subject, ...] = ()

    def of(self, verdict: Verdict) -> list[Finding]:
        """The findings with a verdict."""
        return [finding for finding in self.findings if finding.verdict is verdict]

    @property
    def tallies(self) -> list[Tally]:
        """How much of every subject was judged."""
        return tallies(self.findings)

    @property
    def unmet(self) -> list[Tally]:
        """What is required and was not judged, or not all of it."""
        return unmet(self.findings, self.required)

    @property
    def passed(self) -> bool:
        """Whether anything was compared, nothing of it got worse or lacks, and nothing is damaged."""
        return bool(self.finished) and not self.refused and not self.of(Verdict.WORSE) and not self.unmet


def compare(baseline: Side, candidate: Side, rules: Rules, required: Collection[Subject] = ()) -> Comparison:
    """Compare two sides by the rules; records are matched by `cell`.

    Args:
        baseline: what the candidate is held to.
        candidate: what is judged.
        rules: how much may be lost.
        required: what has to be judged for the comparison to pass; the rest is judged where it can be.

    Raises:
        ReportError: the rules name times that neither side has: judging none of them would pass.
    """
    _refuse_idle_patterns(baseline, candidate, rules)
    findings: list[Finding] = []
    finished: list[str] = []
    times: list[Timed] = []
    refused = [*baseline.refused, *candidate.refused]
    for cell in sorted({*baseline.cells, *candidate.cells}):
        before, after = baseline.cells.get(cell), candidate.cells.get(cell)
        if before is None or after is None:
            findings.append(_alone(cell, baseline, candidate))
            continue
        findings += _standing(cell, before, after)
        if not before.finished or not after.finished:
            continue
        finished.append(cell)
        findings += _measured(cell, before, after, rules)
        times += _times(cell, before, after, rules)
        try:
            findings += labels.judge(cell, before, after, rules.labels)
        except ReportError as error:
            refused.append(str(error))
    findings += judge_times(times, rules.time)
    findings.sort(key=lambda finding: finding.cell)
    notes = _notes(baseline, candidate)
    refused = list(dict.fromkeys(refused))
    return Comparison(tuple(findings), tuple(finished), tuple(refused), tuple(notes), tuple(required))


def _refuse_idle_patterns(baseline: Side, candidate: Side, rules: Rules) -> None:
    names = {one.name for one in (*times_of(baseline), *times_of(candidate))}
    idle = rules.time.idle(names)
    if names and idle:
        raise ReportError(
            f"no time is called {idle[0]} as time.measures of the rules has it; name what "
            "`bench compare` lists, such as latency.evaluate_s or latency.primitives.rotate*"
        )


def _alone(cell: str, baseline: Side, candidate: Side) -> Finding:
    """A cell that one side has."""
    if cell in candidate.cells:
        status = candidate.cells[cell].worst().status.value
        return Finding(cell, "status", "the cell", Verdict.NEW, "not in the baseline", None, status)
    question = cell.rpartition("/")[0]
    others = [name for name in candidate.cells if name.rpartition("/")[0] == question]
    why = "vanished: the candidate has it on other samples" if others else "vanished"
    status = baseline.cells[cell].worst().status.value
    return Finding(cell, "status", "the cell", Verdict.WORSE, why, status, None)


def _standing(cell: str, before: Processes, after: Processes) -> Iterator[Finding]:
    """Whether the cell still ends as well as it did, and is still secure."""
    old, new = before.worst(), after.worst()
    # A cell of which one process failed, and then all of them did, got worse.
    changes = (rank(new.status) - rank(old.status), after.failed - before.failed)
    worse = any(change > 0 for change in changes)
    verdict = Verdict.WORSE if worse else Verdict.BETTER if any(changes) else Verdict.SAME
    yield Finding(cell, "status", "status", verdict, _reason(new, after), old.status.value, new.status.value)
    if before.finished and after.finished:
        was = all(one.record.security.secure for one in before.finished)
        is_now = all(one.record.security.secure for one in after.finished)
        verdict = Verdict.SAME if was == is_now else Verdict.BETTER if is_now else Verdict.WORSE
        names = {True: "secure", False: "INSECURE"}
        yield Finding(cell, "security.secure", "security", verdict, "", names[was], names[is_now])


def _reason(worst: Record, processes: Processes) -> str:
    """Why a cell did not end ok; where others of its processes did, how many did not and which."""
    if worst.reason is None or processes.failed in (0.0, 1.0):
        return worst.reason or ""
    failed = [record for record in processes.records if rank(record.status) == rank(worst.status)]
    runs = ", ".join(dict.fromkeys(record.run_id for record in failed))
    return f"{worst.reason}; {len(failed)} of {len(processes.records)} processes, in run {runs}"


def _measured(cell: str, before: Processes, after: Processes, rules: Rules) -> Iterator[Finding]:
    """Every judged measure but time, where both sides measured it in one way."""
    old, new = before.readings(), after.readings()
    for measure in _both(old, new):
        had, have = old.get(measure, ()), new.get(measure, ())
        if not had and measure.nothing_is_null and _ran_programs(before):
            had = [0.0]
        finding = exact.judge(cell, measure, had, have, rules)
        lacking = len(after.finished) - len(have)
        if finding.after is None and all(dispensable(measure, one.record) for one in after.finished):
            finding = exact.not_needed(finding, "the candidate's program needs none")
        elif measure.always and have and lacking and len(had) == len(before.finished):
            finding = exact.gone(finding, f"{exact.GONE} by {lacking} of {len(after.finished)} processes")
        elif had and have and (obstacle := measured_otherwise(measure, before, after)) is not None:
            finding = exact.not_comparable(finding, obstacle)
        yield finding


def _ran_programs(processes: Processes) -> bool:
    return all(one.record.batch is not None for one in processes.finished)


def _both(old: dict[Measure, list[float]], new: dict[Measure, list[float]]) -> list[Measure]:
    return [one for one in dict.fromkeys([*old, *new]) if one.judged and one.kind is not Kind.TIME]


def _times(cell: str, before: Processes, after: Processes, rules: Rules) -> Iterator[Timed]:
    old, new = before.readings(), after.readings()
    obstacle = (
        machine_obstacle(before, after)
        or same_obstacle(before, after)
        or distorted_obstacle(before, after)
        or turns_obstacle(before, after)
    )
    absent = untimed_obstacle(before, after)
    for measure in dict.fromkeys([*old, *new]):
        if is_judged(measure, rules.time):
            one = Timed(cell, measure, old.get(measure, ()), new.get(measure, ()))
            if not one.before or not one.after:
                yield replace(one, obstacle=absent)
            else:
                found = setting_obstacle(measure, before, after)
                yield replace(one, obstacle=found or (None if one.from_nothing else obstacle))


def _notes(baseline: Side, candidate: Side) -> Iterator[str]:
    for name, one in (("baseline", baseline), ("candidate", candidate)):
        if one.left_out:
            yield f"left out of the {name}, being of older builds or other settings: {one.left_out} record(s)"
    for cell in sorted(baseline.cells.keys() & candidate.cells.keys()):
        if both := shared(baseline.cells[cell], candidate.cells[cell]):
            are = "are" if both > 1 else "is"
            yield f"{cell}: {both} of its processes {are} on both sides, which does not compare builds"
        old, new = baseline.cells[cell].records[-1], candidate.cells[cell].records[-1]
        differences = software_differences(old, new)
        if differences:
            yield f"{cell}: the builds differ in more than their code ({'; '.join(differences)})"
