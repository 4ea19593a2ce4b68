"""What is large, packed for the page: a few records to a gzip stream, unpacked where one is asked for."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Sequence
from typing import Any

from reports.record import Record

#: Records to a stream: enough that their names are packed once, few enough to unpack in no time.
PER_STREAM = 25


def streams(records: Sequence[Record]) -> list[str]:
    """Record `n` is line `n % PER_STREAM` of stream `n // PER_STREAM`."""
    return [
        _packed(record.to_json() for record in records[start : start + PER_STREAM])
        for start in range(0, len(records), PER_STREAM)
    ]


def pack(items: Iterable[Any]) -> str:
    """Plain data, an item a line: JSON, gzip, base64."""
    return _packed(json.dumps(item, separators=(",", ":"), allow_nan=False) for item in items)


def _packed(lines: Iterable[str]) -> str:
    compressed = gzip.compress("\n".join(lines).encode(), compresslevel=9, mtime=0)
    return base64.b64encode(compressed).decode()
