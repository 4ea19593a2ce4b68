"""Records of earlier schemas, read on: plain data, one step from each schema to the next.

A name that was added to a schema with a default needs no step; where an older record says as much in another
place, that is read there.
"""

from __future__ import annotations

import re
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

#: How parameter sets were named when that was all a record said of them.
_NAME = re.compile(
    r"n(?P<log_n>\d+)_first(?P<first_modulus_bits>\d+)_scale(?P<scale_bits>\d+)_depth(?P<depth>\d+)"
    r"_digits(?P<digits>\d+)(?P<bootstrap>_bootstrap[^_]+)?(?:_[^_]+)*?(?:_(?P<program>complex|vectors|tensors))?"
    r"(?:_threads\d+)?"
)


def _with_parameters(written: Written) -> Written:
    """A record from before `parameters` was kept has them from the name of its set, which has no alias."""
    name = written.get("parameter_set")
    found = _NAME.fullmatch(name) if isinstance(name, str) else None
    if found is None:
        return written
    numbers = ("log_n", "first_modulus_bits", "scale_bits", "depth", "digits")
    parameters = {
        **{number: int(found[number]) for number in numbers},
        "refresh": "round_trip" if found["bootstrap"] is None else "bootstrap",
        "program": found["program"] or "portable",
    }
    return {**written, "parameters": parameters}


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
            return written if "parameters" in written else _with_parameters(written)
        written = _STEPS[schema](written)
    return written
