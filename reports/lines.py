"""A line of a store: a record and its raw outputs' name, under a digest."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, ValidationError

from reports.block import Block
from reports.clock import ahead
from reports.errors import DamagedLineError, ReportError
from reports.identity import canonical_json, digest
from reports.migration import READ, read_record
from reports.plain import read_json, unfit
from reports.record import SCHEMA, Record

#: What stands before the digest of a line that `encode` wrote, and after it.
BEFORE_DIGEST, AFTER_DIGEST = b',"sha256":"', b'"}'
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


class _Written(Block):
    """A line of this schema, by its names."""

    schema_version: Annotated[Literal[2], Field(alias="schema")]
    record: Record
    raw: str | None
    raw_sha256: str | None
    sha256: str


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
    line = _as_written(text) or _as_meant(text)
    if why := ahead(line.record.started_at):
        raise ReportError(f"{why}; set the clock right and run the cell again")
    return line


def _as_written(text: bytes) -> Line | None:
    """A line that is still, byte for byte, what `encode` wrote; None of any other, sound or not.

    It is in the one spelling that is digested, so its bytes can be held against the digest as they are. That
    takes an eighth of the time, and nearly all lines are such.
    """
    body, found, claimed = text.rpartition(BEFORE_DIGEST)
    if not found or claimed != hashlib.sha256(body + b"}").hexdigest().encode() + AFTER_DIGEST:
        return None
    try:
        line = _Written.model_validate_json(text)
    except ValidationError:  # an earlier schema, or a line about which there is more to say
        return None
    if "parameters" not in line.record.model_fields_set or not _is_beside(line.raw, line.raw_sha256):
        return None
    return Line(line.record, line.raw, line.raw_sha256)


def _as_meant(text: bytes) -> Line:
    """A line in any spelling of its JSON, of any schema that is read.

    Raises:
        ReportError: whatever is wrong with it.
    """
    body, claimed = _body(text)
    if digest(body) != claimed:
        raise DamagedLineError("the line does not match its digest; run the cell again")
    try:
        record = read_record(body["record"])
    except ValidationError as error:
        raise ReportError(
            f"the record breaks the schema ({error.errors()[0]['msg']}); run the cell again"
        ) from error
    return Line(record, body["raw"], body["raw_sha256"])


def _is_beside(raw: object, raw_sha256: object) -> bool:
    """Whether raw outputs are in the folder of the store, under a digest, or there are none."""
    return raw is None or (isinstance(raw, str) and Path(raw).name == raw and isinstance(raw_sha256, str))


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
        whole = "record" in body and _is_beside(raw, raw_sha256)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise DamagedLineError(DAMAGED) from error
    if found := unfit(body):
        raise DamagedLineError(f"{' '.join(found)}; run the cell again")
    if not whole:
        raise DamagedLineError(DAMAGED)
    return body, claimed
