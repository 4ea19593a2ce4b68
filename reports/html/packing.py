"""What is large, packed for the page: a few records to a gzip stream, unpacked where one is asked for.

Most of a record are single times: of layers, stretches, primitives and their repetitions. The page's copies
have the first digits; the store keeps every one, and a record's key and run lead there.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from pydantic_core import to_jsonable_python

from reports.html.columnar import columns
from reports.record import Record

#: Records to a stream: enough that their names are packed once, few enough to unpack in no time.
PER_STREAM = 100
#: Faster than the best that gzip can do, and within a percent of its size.
LEVEL = 7
#: What makes `zlib` write gzip's form, without a time or a name.
GZIP = 16 + zlib.MAX_WBITS


def streams(records: Sequence[Record], packed: Callable[[int], object] | None = None) -> Iterator[str]:
    """Record `n` is at place `n % PER_STREAM` of stream `n // PER_STREAM`.

    Args:
        records: all of them.
        packed: told how many are packed, after each stream.
    """
    for start in range(0, len(records), PER_STREAM):
        few = records[start : start + PER_STREAM]
        yield pack([columns(few)])
        if packed is not None:
            packed(start + len(few))


def pack(items: Iterable[Any]) -> str:
    """Plain data, an item a line: JSON, gzip, base64."""
    lines = (
        json.dumps(item, separators=(",", ":"), allow_nan=False, default=to_jsonable_python) for item in items
    )
    gzip = zlib.compressobj(LEVEL, wbits=GZIP)
    return base64.b64encode(gzip.compress("\n".join(lines).encode()) + gzip.flush()).decode()
