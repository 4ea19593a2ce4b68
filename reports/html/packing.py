"""Whole records packed for the page: a few to a gzip stream, unpacked where one is asked for."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Sequence

from reports.record import Record

#: Records to a stream: enough that their names are packed once, few enough to unpack in no time.
PER_STREAM = 25


def streams(records: Sequence[Record]) -> list[str]:
    """Lines of JSON, gzip, base64; record `n` is line `n % PER_STREAM` of stream `n // PER_STREAM`."""
    return [_stream(records[start : start + PER_STREAM]) for start in range(0, len(records), PER_STREAM)]


def _stream(records: Sequence[Record]) -> str:
    lines = "\n".join(record.to_json() for record in records)
    return base64.b64encode(gzip.compress(lines.encode(), compresslevel=9, mtime=0)).decode()
