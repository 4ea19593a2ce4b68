"""Taking a candidate into the baseline, with the reason kept beside it.

The baseline stays a plain list of records, which other programs read. The reasons are in a file of their
own beside it, `baseline.reasons.jsonl` for `baseline.json`: a line for each acceptance, never rewritten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field

from reports.baseline import check, write_records
from reports.block import Block
from reports.comparability import machine_differences, software_differences
from reports.errors import ReportError
from reports.gate.compare import compare
from reports.gate.markdown import value
from reports.gate.rules import Rules
from reports.gate.sides import Side, rank
from reports.gate.verdicts import Verdict
from reports.record import Record, Status
from reports.store import append_line

SCHEMA = 1
_CHANGES = (Verdict.BETTER, Verdict.WORSE, Verdict.NEW)


class Reason(Block):
    """One acceptance.

    Attributes:
        schema_version: version of the line's schema.
        at: when.
        commit: the candidate's, None where it is not a checkout.
        reason: as it was given.
        changes: cell → what changed, a sentence each.
    """

    schema_version: Annotated[int, Field(alias="schema", ge=SCHEMA, le=SCHEMA)] = SCHEMA
    at: AwareDatetime
    commit: str | None
    reason: Annotated[str, Field(min_length=1)]
    changes: dict[str, list[str]]


def accepted(baseline: Sequence[Record], candidate: Side, *, drop: bool) -> list[Record]:
    """The baseline with every cell of the candidate in place of its own.

    Args:
        baseline: as it is.
        candidate: the newest build's records of each cell.
        drop: whether cells that the candidate lacks are dropped; else they stay.

    Raises:
        ReportError: a cell of the candidate failed, or a line or raw outputs of it are damaged.
    """
    if candidate.refused:
        raise ReportError(f"{candidate.refused[0]}, before it is accepted")
    for cell, processes in candidate.cells.items():
        worst = processes.worst()
        if rank(worst.status) > rank(Status.UNSUPPORTED):
            raise ReportError(f"{cell} {worst.status.value} ({worst.reason}); accept what did not fail")
    kept = [] if drop else [record for record in baseline if record.cell not in candidate.cells]
    return [*kept, *(record for processes in candidate.cells.values() for record in processes.records)]


def changes(baseline: Side, candidate: Side, rules: Rules, *, drop: bool) -> dict[str, list[str]]:
    """What accepting would change, cell by cell; a cell that the candidate lacks stays unless dropped.

    Beside what is better, worse or new: what the baseline did not measure, and on what else it was measured.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for one in compare(baseline, candidate, rules).findings:
        vanished = one.measure == "status" and one.after is None
        first = one.verdict is Verdict.NOT_COMPARABLE and one.before is None and one.after is not None
        if (one.verdict in _CHANGES or first) and (drop or not vanished):
            before, after = value(one.before, one.unit), value(one.after, one.unit)
            verdict = "newly measured" if first else one.verdict.value
            found[one.cell].append(f"{verdict}: {one.title} {before} → {after}")
    for cell in baseline.cells.keys() & candidate.cells.keys():
        old, new = baseline.cells[cell].records[-1], candidate.cells[cell].records[-1]
        moved = (*machine_differences(old, new), *software_differences(old, new))
        found[cell] += [f"measured on another {difference}" for difference in moved]
    return {cell: lines for cell, lines in found.items() if lines}


def reasons_file(baseline: Path) -> Path:
    """The file with the reasons of a baseline."""
    return baseline.with_name(f"{baseline.stem}.reasons.jsonl")


def accept(
    path: Path, records: Sequence[Record], reason: str, changed: dict[str, list[str]], at: datetime
) -> Reason:
    """Write the reason, then the baseline: a reason without its change tells more than the reverse.

    Raises:
        ReportError: the baseline could not be read again, or either cannot be written.
    """
    check(path, records)
    newest = max(records, key=lambda record: record.started_at)
    kept = Reason(at=at, commit=newest.environment.git, reason=reason, changes=changed)
    try:
        append_line(reasons_file(path), kept.model_dump_json(by_alias=True))
    except OSError as error:
        raise ReportError(
            f"{reasons_file(path)} cannot be written ({error.strerror}); see to its folder"
        ) from error
    write_records(path, records)
    return kept
