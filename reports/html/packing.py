"""What is large, packed for the page: a few records to a gzip stream, unpacked where one is asked for.

Most of a record are single times: of layers, stretches, primitives and their repetitions. Digits beyond any
clock's meaning do not compress, so the page's copies have the first few; the store keeps every one, and a
record's key and run lead there.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Sequence
from typing import Any

from reports.record import Record

#: Records to a stream: enough that their names are packed once, few enough to unpack in no time.
PER_STREAM = 50
#: Significant digits of single times, which differ by a percent from one time to the next.
DIGITS = 4
#: Names of single times; stages have names of their own and all their digits.
SINGLE_TIMES = ("s", "busy_s", "samples_s")


def streams(records: Sequence[Record]) -> list[str]:
    """Record `n` is line `n % PER_STREAM` of stream `n // PER_STREAM`."""
    return [
        pack(_brief(json.loads(record.to_json())) for record in records[start : start + PER_STREAM])
        for start in range(0, len(records), PER_STREAM)
    ]


def pack(items: Iterable[Any]) -> str:
    """Plain data, an item a line: JSON, gzip, base64."""
    lines = (json.dumps(item, separators=(",", ":"), allow_nan=False) for item in items)
    compressed = gzip.compress("\n".join(lines).encode(), compresslevel=9, mtime=0)
    return base64.b64encode(compressed).decode()


def _brief(value: Any, name: str = "") -> Any:
    """Plain data with its single times shortened."""
    if isinstance(value, dict):
        return {inner: _brief(one, inner) for inner, one in value.items()}
    if isinstance(value, list):
        return [_brief(one, name) for one in value]
    return float(f"{value:.{DIGITS}g}") if name in SINGLE_TIMES and value is not None else value
