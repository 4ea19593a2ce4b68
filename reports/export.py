"""Records for other programs and for readers: JSON under the record's names, flat CSV, Markdown tables."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.held_out import loss
from reports.markdown import plain, table
from reports.record import TIMING_ONLY, Record

HELD_OUT_HEADINGS = (
    "suite",
    "case",
    "metric",
    "held-out samples",
    "original",
    "HE-friendly",
    "polynomial",
    "lost: original → HE-friendly",
    "lost: HE-friendly → polynomial",
    "lost: original → polynomial",
)
HEADINGS = (
    "case",
    "backend",
    "parameter set",
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
    "key generation (s)",
    "evaluate (s)",
    "key owner peak (GB)",
    "evaluator peak (GB)",
    "bootstraps",
    "round trips",
)


def to_json(records: Sequence[Record]) -> str:
    """The list of records, every name present, what was not measured null."""
    return json.dumps([json.loads(record.to_json()) for record in records], indent=1) + "\n"


def to_csv(records: Sequence[Record]) -> str:
    """One row a record; blocks become `block.name` columns, lists JSON, null an empty cell."""
    rows = [dict(_flat(json.loads(record.to_json()))) for record in records]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def to_markdown(records: Sequence[Record]) -> str:
    """The held-out ladders, then what is secure and, never ranked beside it, what is INSECURE."""
    secure = [record for record in records if record.security.secure]
    insecure = [record for record in records if not record.security.secure]
    parts = []
    ladders = list(dict.fromkeys(row for record in records if (row := _held_out(record))))
    if ladders:
        parts.append(
            "## The clear rungs on whole held-out sets, losses with 95 % intervals\n\n"
            + table(HELD_OUT_HEADINGS, ladders)
        )
    if secure:
        parts.append("## At 128 bits of security or more\n\n" + table(HEADINGS, map(_row, secure)))
    if insecure:
        parts.append(
            "## INSECURE: under 128 bits, or not encrypted\n\n" + table(HEADINGS, map(_row, insecure))
        )
    return "\n".join(f"{part}\n" for part in parts)


def _held_out(record: Record) -> tuple[str, ...]:
    """A record's held-out ladder as a row, which all cells of a case share; nothing where there is none."""
    block = record.ladder.held_out
    if block is None:
        return ()
    rungs = (block.original, block.he_friendly, block.polynomial)
    return (
        plain(record.suite),
        plain(record.case),
        plain(block.metric),
        str(block.samples),
        *(_number(rung, 4) for rung in rungs),
        *(loss(block, drift) for drift in block.drifts),
    )


def _row(record: Record) -> tuple[str, ...]:
    ladder, memory, counts = record.ladder, record.memory, record.counts
    status = record.status.value if record.reason is None else f"{record.status.value}: {record.reason}"
    return (
        plain(record.case),
        plain(record.backend),
        plain(record.parameter_set),
        f"{record.security.bits} bits" if record.security.secure else "INSECURE",
        plain(status),
        str(record.samples),
        plain(ladder.metric) if record.weights == "trained" else TIMING_ONLY,
        _number(ladder.original, 3),
        _number(ladder.he_friendly, 3),
        _number(ladder.polynomial, 3),
        _number(ladder.encrypted, 3),
        _number(ladder.label_agreement, 3),
        _number(ladder.precision_bits, 1),
        _number(record.latency.keygen_s, 1),
        _number(record.latency.evaluate_s, 1),
        _gigabytes(memory.key_owner_peak_bytes),
        _gigabytes(memory.evaluator_peak_bytes),
        _number(counts.bootstraps, 0),
        _number(counts.round_trips, 0),
    )


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _gigabytes(size: int | None) -> str:
    return "" if size is None else f"{size / 1e9:.2f}"


def _flat(block: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in block.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", json.dumps(value) if isinstance(value, list) else value
