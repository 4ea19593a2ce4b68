"""A line of a store: a record and its raw outputs' name, under a digest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from reports.clock import ahead
from reports.errors import ReportError
from reports.identity import canonical_json, digest
from reports.migration import READ, read_record
from reports.plain import read_json, unfit
from reports.record import SCHEMA, Record

DAMAGED = "the line is cut off or damaged; run the cell again"


class Line(NamedTuple):
    """What a line holds.

    Attributes:
        record: the record of one process.
        raw: name of the file beside the store that has its raw outputs, None without them.
        raw_sha256: digest of that file.
    """

    record: Record
    raw: str | None
    raw_sha256: str | None


def encode(line: Line) -> str:
    """A line as text, without its end."""
    body = {
        "schema": SCHEMA,
        "record": json.loads(line.record.to_json()),
        "raw": line.raw,
        "raw_sha256": line.raw_sha256,
    }
    return canonical_json({**body, "sha256": digest(body)})


def decode(text: bytes) -> Line:
    """What `encode` wrote.

    Raises:
        ReportError: whatever is wrong with the line, so that it costs no other.
    """
    body, claimed = _body(text)
    if digest(body) != claimed:
        raise ReportError("the line does not match its digest; run the cell again")
    try:
        record = read_record(body["record"])
    except ValidationError as error:
        raise ReportError(
            f"the record breaks the schema ({error.errors()[0]['msg']}); run the cell again"
        ) from error
    if why := ahead(record.started_at):
        raise ReportError(f"{why}; set the clock right and run the cell again")
    return Line(record, body["raw"], body["raw_sha256"])


def _body(text: bytes) -> tuple[dict[str, Any], str]:
    """A line's names, and the digest that it claims."""
    try:
        body = read_json(text)
        if not isinstance(body, dict):
            raise TypeError
        schema = body["schema"]
        if schema not in READ:  # whose other names may be others, and so may its digest
            raise ReportError(
                f"the record has schema {schema}, this version reads {READ[0]} to {READ[-1]}; "
                "use the version that wrote it"
            )
        claimed, raw, raw_sha256 = body.pop("sha256"), body["raw"], body["raw_sha256"]
        whole = "record" in body and (raw is None or (Path(raw).name == raw and isinstance(raw_sha256, str)))
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ReportError(DAMAGED) from error
    if found := unfit(body):
        raise ReportError(f"{' '.join(found)}; run the cell again")
    if not whole:
        raise ReportError(DAMAGED)
    return body, claimed
