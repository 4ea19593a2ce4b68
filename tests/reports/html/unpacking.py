"""What a page holds, read back from its text as its scripts read it."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import Any

from reports.migration import read_record
from reports.record import Record


def element(page: str, name: str) -> str:
    """What an element that holds data has in it."""
    (found,) = re.findall(rf'<script type="[a-z/]+" id="{name}">(.*?)</script>', page, re.DOTALL)
    return str(found)


def rows_of(page: str) -> list[dict[str, Any]]:
    """The rows of a page's records, by the names of their columns."""
    names, *columns = map(json.loads, lines(element(page, "record-index")))
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def records_of(page: str) -> list[Record]:
    """The whole records of a page, with the few digits that single times have there."""
    streams = re.findall(r'<script type="text/plain" id="records-\d+">(.*?)</script>', page, re.DOTALL)
    return [read_record(one) for stream in streams for one in plain(stream)]


def plain(stream: str) -> list[Any]:
    """The records of a stream as plain data."""
    (line,) = lines(stream)
    return values(json.loads(line))


def lines(packed: str) -> list[str]:
    """The lines of what was packed."""
    return gzip.decompress(base64.b64decode(packed)).decode().split("\n")


def values(column: Any) -> list[Any]:
    """The values of a column."""
    if isinstance(column, list):
        return column
    if "counts" in column:
        items = iter(values(column["items"]))
        return [None if count is None else [next(items) for _ in range(count)] for count in column["counts"]]
    names, inner = [*column["blocks"]], map(values, column["blocks"].values())
    rows = iter([dict(zip(names, row, strict=True)) for row in zip(*inner, strict=True)])
    return [next(rows) if there else None for there in column["there"]]
