"""Records for other programs and for readers: JSON under the record's names, flat CSV, Markdown tables."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from reports.figures import bits, gigabytes, loss_with_interval, significant
from reports.flat import flat_rows
from reports.ladder import HeldOutLadder, Precision
from reports.markdown import plain, table
from reports.record import TIMING_ONLY, Record, Status
from reports.scoring.held_out import LOSSES, TITLES

HELD_OUT_HEADINGS = (
    "suite",
    "case",
    "metric",
    "held-out samples",
    "original",
    "HE-friendly",
    "polynomial",
    *(f"lost: {TITLES[before]} → {TITLES[after]}" for before, after in LOSSES),
    "key",
)
HEADINGS = (
    "suite",
    "case",
    "backend",
    "parameter set",
    "threads",
    "security",
    "status",
    "samples",
    "metric",
    "original",
    "HE-friendly",
    "polynomial",
    "encrypted",
    "agreement",
    "precision (bits)",
    "mean / median / 99 % (bits)",
    "key generation (s)",
    "evaluate (s)",
    "key owner peak (GB)",
    "evaluator peak (GB)",
    "bootstraps",
    "round trips",
    "key",
)
#: A spreadsheet takes text that begins with one of them, blanks aside, for a formula.
FORMULA = ("=", "+", "-", "@")
#: So many signs of a key tell the records of a table apart, and find them in their store.
KEY_SIGNS = 8


def to_json(records: Sequence[Record]) -> str:
    """The list of records, every name present, what was not measured null."""
    return json.dumps([json.loads(record.to_json()) for record in records], indent=1) + "\n"


def to_csv(records: Sequence[Record]) -> str:
    """One row a record; blocks become `block.name` columns, lists and booleans JSON, null an empty cell."""
    rows = [{name: _cell(value) for name, value in row.items()} for row in flat_rows(records)]
    columns = dict.fromkeys(column for row in rows for column in row)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def to_markdown(records: Sequence[Record]) -> str:
    """The held-out ladders; then, never ranked together, what is secure, INSECURE, and did not end ok."""
    finished = [record for record in records if record.status is Status.OK]
    secure = [record for record in finished if record.security.secure]
    insecure = [record for record in finished if not record.security.secure]
    unfinished = [record for record in records if record.status is not Status.OK]
    ladders = table(HELD_OUT_HEADINGS, _ladders(records))
    tables = {
        "The clear rungs on whole held-out sets, losses with 95 % intervals": ladders,
        "At 128 bits of security or more": table(HEADINGS, map(_row, secure)),
        "INSECURE: under 128 bits, or not encrypted": table(HEADINGS, map(_row, insecure)),
        f"Not finished: {Status.others()}": table(HEADINGS, map(_row, unfinished)),
    }
    return "\n".join(f"## {title}\n\n{rows}\n" for title, rows in tables.items() if rows)


def _ladders(records: Sequence[Record]) -> list[tuple[str, ...]]:
    """A row for each held-out ladder, which all cells of a case share.

    A model that was trained again has another, so each has the key of the newest record that tells it.
    """
    newest = {
        _held_out(record, block): plain(record.key[:KEY_SIGNS])
        for record in sorted(records, key=lambda record: record.started_at)
        if (block := record.ladder.held_out) is not None
    }
    return [(*row, key) for row, key in newest.items()]


def _held_out(record: Record, block: HeldOutLadder) -> tuple[str, ...]:
    losses = {(one.from_rung, one.to_rung): loss_with_interval(block, one) for one in block.drifts}
    return (
        plain(record.suite),
        plain(record.case),
        plain(block.metric),
        str(block.samples),
        *(_fixed(rung, 4) for rung in (block.original, block.he_friendly, block.polynomial)),
        *(losses.get(pair, "") for pair in LOSSES),
    )


def _row(record: Record) -> tuple[str, ...]:
    ladder, memory, counts = record.ladder, record.memory, record.counts
    status = record.status.value if record.reason is None else f"{record.status.value}: {record.reason}"
    return (
        plain(record.suite),
        plain(record.case),
        plain(record.backend),
        plain(record.parameter_set),
        _count(record.environment.threads),
        _security(record),
        plain(status),
        str(record.samples),
        plain(ladder.metric) if record.weights == "trained" else TIMING_ONLY,
        _fixed(ladder.original, 4),
        _fixed(ladder.he_friendly, 4),
        _fixed(ladder.polynomial, 4),
        _fixed(ladder.encrypted, 4),
        _fixed(ladder.label_agreement, 3),
        _measured(ladder.precision_bits),
        _distribution(ladder.precision),
        _measured(record.latency.keygen_s),
        _measured(record.latency.evaluate_s),
        _gigabytes(memory.key_owner_peak_bytes),
        _gigabytes(memory.evaluator_peak_bytes),
        _count(counts.bootstraps),
        _count(counts.round_trips),
        plain(record.key[:KEY_SIGNS]),
    )


def _security(record: Record) -> str:
    """Nothing where a cell ended before its keys were judged."""
    if record.status is not Status.OK and record.security.log_qp is None:
        return ""
    return f"{record.security.bits} bits" if record.security.secure else "INSECURE"


def _fixed(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _measured(value: float | None) -> str:
    return "" if value is None else significant(value, thousands="")


def _distribution(found: Precision | None) -> str:
    """Bits by the mean error, by the median one, and that 99 % of all values have."""
    return "" if found is None else bits(found.mean, found.median, found.p99)


def _gigabytes(size: int | None) -> str:
    return "" if size is None else gigabytes(size)


def _count(value: int | None) -> str:
    return "" if value is None else str(value)


def _cell(value: Any) -> Any:
    if isinstance(value, (list, bool)):
        return json.dumps(value)
    if isinstance(value, str) and value.lstrip().startswith(FORMULA):
        return f"'{value}"
    return value
