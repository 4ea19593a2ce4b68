"""Records of earlier schemas, read on: plain data, one step from each schema to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reports.identity import canonical_json
from reports.record import SCHEMA, Record

#: A record as plain data, by its published names.
Written = Mapping[str, object]


def _to_2(written: Written) -> Written:
    """Schema 2 parts key generation and preparation, sums the wall time up, and knows builds of libraries.

    Schema 1 has none of these figures, so they are null. All of its records are of the one build of each
    library that there was, and those that do not say so were not audited.
    """
    origin = written.get("origin")
    if isinstance(origin, Mapping):
        origin = {"build": "default", "audit": False, **origin}
    return {**_named_by_security(written), "schema": 2, "origin": origin}


def _named_by_security(written: Written) -> Written:
    """Schema 1 named a set INSECURE where its suite demanded nothing, even if its keys reached 128 bits."""
    security = written.get("security")
    if not (isinstance(security, Mapping) and security.get("secure") is True):
        return written
    names = {name: written.get(name) for name in ("parameter_set", "cell")}
    kept = {name: text.replace("_INSECURE", "") for name, text in names.items() if isinstance(text, str)}
    return {**written, **kept}


_STEPS: Mapping[int, Callable[[Written], Written]] = {1: _to_2}

#: The schemas that are read, oldest first.
READ = (*_STEPS, SCHEMA)


def read_record(written: object) -> Record:
    """A record of this schema or an earlier one, from what `json` reads of it.

    Raises:
        pydantic.ValidationError: a name or a value is not its schema's.
        ReportError: a number is not finite.
    """
    return Record.from_json(canonical_json(migrated(written)))


def migrated(written: object) -> object:
    """A record of an earlier schema in this version's; whatever is none stays as it is, to be refused."""
    while isinstance(written, Mapping):
        schema = written.get("schema")
        if not isinstance(schema, int) or schema not in _STEPS:
            return written
        written = _STEPS[schema](written)
    return written
