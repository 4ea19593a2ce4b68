"""Records for other programs and for readers: JSON under the record's names, flat CSV, Markdown tables."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.record import Record

HEADINGS = (
    "case",
    "backend",
    "parameter set",
    "security",
    "status",
    "samples",
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
    """A table of what is secure and, apart from it and never ranked beside it, one of what is INSECURE."""
    secure = [record for record in records if record.security.secure]
    insecure = [record for record in records if not record.security.secure]
    parts = []
    if secure:
        parts.append("## At 128 bits of security or more\n\n" + _table(secure))
    if insecure:
        parts.append("## INSECURE: under 128 bits, or not encrypted\n\n" + _table(insecure))
    return "\n".join(parts)


def _table(records: Sequence[Record]) -> str:
    lines = [HEADINGS, ("---",) * len(HEADINGS), *(_row(record) for record in records)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _row(record: Record) -> tuple[str, ...]:
    ladder, memory, counts = record.ladder, record.memory, record.counts
    status = record.status.value if record.reason is None else f"{record.status.value}: {record.reason}"
    return (
        record.case,
        record.backend,
        record.parameter_set,
        f"{record.security.bits} bits" if record.security.secure else "INSECURE",
        status.replace("|", "\\|").replace("\n", " "),
        str(record.samples),
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
