"""A record as a row: its blocks become columns `block.name`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from reports.computed import computed
from reports.record import Record


def flat_rows(records: Sequence[Record]) -> list[dict[str, object]]:
    """One row a record, under the record's names and in their order; values are those of its JSON.

    After them come columns `computed.…` of what is computed of a record and not measured.

    A block that no record has is a column of its own, of nulls; one that some have is its columns alone.
    """
    rows = [dict(_flat(json.loads(record.to_json()))) | computed(record) for record in records]
    columns = dict.fromkeys(column for row in rows for column in row)
    for block in {column.rpartition(".")[0] for column in columns}:
        if all(row.get(block) is None for row in rows):  # nothing but a block's null, beside its columns
            for row in rows:
                row.pop(block, None)
    return rows


def _flat(block: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in block.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
