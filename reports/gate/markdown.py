"""A comparison in Markdown: for a pull request's page, a log, or a terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import isinf

from reports.figures import ABSENT, Unit, written
from reports.gate.compare import Comparison
from reports.gate.judged import listed, unjudged
from reports.gate.verdicts import Finding, Verdict
from reports.markdown import plain, table
from reports.record import Status
from reports.trends import Step

#: So many measures that share a reason are named; the others are counted.
NAMED = 8


def gate(comparison: Comparison, steps: Sequence[Step] = ()) -> str:
    """A gate's verdict, what it rests on, and what was not compared and why.

    Args:
        comparison: the candidate compared with the baseline.
        steps: those in the history, newest last.
    """
    worse, better = comparison.of(Verdict.WORSE), comparison.of(Verdict.BETTER)
    parts = [
        f"# Gate: {plain(headline(comparison))}",
        _counted(comparison),
        _section("Required and not judged", _list(unjudged(comparison.unmet))),
        _section("Worse", _table(worse)),
        _section("Refused", _list(comparison.refused)),
        _section("Better", _table(better)),
        "`bench accept` takes what is better into the baseline, with the reason." if better else "",
        _section("New", _table(comparison.of(Verdict.NEW))),
        _section("Failed on both sides, and not compared", _list(_failed(comparison.findings))),
        _section("Not comparable", _grouped(comparison.of(Verdict.NOT_COMPARABLE))),
        _section("Steps in the history", _list(map(step, steps))),
        _section("Notes", _list(comparison.notes)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def compared(comparison: Comparison) -> str:
    """Every verdict, cell by cell."""
    by_cell: dict[str, list[Finding]] = defaultdict(list)
    for finding in comparison.findings:
        by_cell[finding.cell].append(finding)
    parts = [_counted(comparison), _list(unjudged(comparison.tallies))]
    for cell, findings in by_cell.items():
        told = [finding for finding in findings if finding.verdict is not Verdict.NOT_COMPARABLE]
        grouped = _grouped([one for one in findings if one.verdict is Verdict.NOT_COMPARABLE], cells=False)
        parts += [f"## {plain(cell)}", _verdicts(told), f"Not comparable:\n\n{grouped}" if grouped else ""]
    parts += [_section("Refused", _list(comparison.refused)), _section("Notes", _list(comparison.notes))]
    return "\n\n".join(part for part in parts if part) + "\n"


def step(one: Step) -> str:
    """A step of a measure's history in a line."""
    unit = one.series.kind.unit
    levels = f"{value(one.before, unit)} → {value(one.after, unit)}"
    return f"{one.commits}: {one.series.measure} {levels} ({one.series.cell})"


def value(number: float | str | None, unit: Unit) -> str:
    """A value as readers know it, in its unit; a dash where there is none."""
    if number is None:
        return ABSENT
    if isinstance(number, str):
        return number
    return "exact" if isinf(number) else written(number, unit, digits=4)


def headline(comparison: Comparison) -> str:
    """The verdict in a line: "counts and sizes passed; times not judged: another CPU"."""
    return "; ".join([_outcome(comparison), *unjudged(comparison.tallies)])


def _outcome(comparison: Comparison) -> str:
    if comparison.passed:
        judged = [one.subject.value for one in comparison.tallies if one.judged]
        return f"{listed(judged)} passed".strip()
    outcome = []
    if worse := len(comparison.of(Verdict.WORSE)):
        outcome.append(f"{worse} regression{'s' * (worse > 1)}")
    if refused := len(comparison.refused):
        outcome.append(f"{refused} refused")
    if not comparison.finished:
        outcome.append("no cell finished on both sides")
    elif unmet := comparison.unmet:
        outcome.append(f"{listed([one.subject.value for one in unmet])} required and not judged")
    return ", ".join(outcome)


def _failed(findings: Iterable[Finding]) -> Iterator[str]:
    """A line for each cell that failed before and fails now, which no verdict tells from one that is well."""
    well = {Status.OK.value, Status.UNSUPPORTED.value, None}
    for one in findings:
        if one.measure == "status" and not {one.before, one.after} & well:
            yield f"{one.cell}: {one.before}, then {one.after}: {one.why}"


def _counted(comparison: Comparison) -> str:
    count = Counter(finding.verdict for finding in comparison.findings)
    cells = len({finding.cell for finding in comparison.findings})
    told = ", ".join(f"{count[verdict]} {verdict.value}" for verdict in Verdict)
    return f"{cells} cell{'s' * (cells != 1)}: {told}."


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def _table(findings: Sequence[Finding]) -> str:
    headings = ("cell", "measure", "baseline", "candidate", "why")
    return _rows(headings, [(one.cell, one.title, *_values(one), one.why) for one in findings])


def _verdicts(findings: Sequence[Finding]) -> str:
    headings = ("measure", "verdict", "baseline", "candidate", "why")
    return _rows(headings, [(one.title, one.verdict.value, *_values(one), one.why) for one in findings])


def _values(finding: Finding) -> tuple[str, str]:
    return value(finding.before, finding.unit), value(finding.after, finding.unit)


def _rows(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    return table(headings, (tuple(map(plain, row)) for row in rows))


def _grouped(findings: Iterable[Finding], *, cells: bool = True) -> str:
    """A line for each cell and reason, with the measures that share it."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for finding in findings:
        groups[finding.cell if cells else "", finding.why].append(finding.title)
    return _list(
        f"{_few(titles)}: {why}{f' ({cell})' if cell else ''}" for (cell, why), titles in groups.items()
    )


def _few(titles: Sequence[str]) -> str:
    more = len(titles) - NAMED
    return "; ".join(titles[:NAMED]) + (f"; and {more} more" if more > 0 else "")


def _list(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {plain(sentence)}" for sentence in sentences)
