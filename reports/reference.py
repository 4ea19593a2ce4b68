"""The reference of records in Markdown, made from their schema: what each name holds, how it is judged.

What the names mean is told by people, in `docs/metrics.md`; nothing of it is repeated here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from reports.markdown import table
from reports.measures import (
    HELD_OUT,
    HOT,
    HOT_DECRYPT,
    MEAN_PRECISION,
    PLAIN,
    PRECISION,
    RUNGS,
    UNJUDGED,
    Kind,
)
from reports.record import Record

HEADINGS = ("name", "holds", "where not measured", "as a measure", "better", "gate")


class Schema(BaseModel):
    """What of a JSON schema, as pydantic writes it, is told here."""

    model_config = ConfigDict(frozen=True)

    kind: Annotated[str | None, Field(alias="type")] = None
    form: Annotated[str | None, Field(alias="format")] = None
    choices: Annotated[tuple[Schema, ...], Field(alias="anyOf")] = ()
    items: Schema | None = None
    entries: Annotated[Schema | bool | None, Field(alias="additionalProperties")] = None
    reference: Annotated[str | None, Field(alias="$ref")] = None
    values: Annotated[tuple[str | int, ...], Field(alias="enum")] = ()
    value: Annotated[str | int | None, Field(alias="const")] = None
    least: Annotated[float | None, Field(alias="minimum")] = None
    above: Annotated[float | None, Field(alias="exclusiveMinimum")] = None
    most: Annotated[float | None, Field(alias="maximum")] = None
    description: str = ""
    properties: dict[str, Schema] = {}
    definitions: Annotated[dict[str, Schema], Field(alias="$defs")] = {}

    @property
    def without_null(self) -> Schema:
        """The one choice beside null, or the schema itself."""
        others = [one for one in self.choices if one.kind != "null"]
        return others[0] if len(others) == 1 else self

    @property
    def may_be_null(self) -> bool:
        """Whether null is one of the choices."""
        return any(one.kind == "null" for one in self.choices)


def reference() -> str:
    """A section for each block of a record, in the order of its names."""
    whole = Schema.model_validate(Record.model_json_schema(by_alias=True))
    sections = (_section(path, block, whole) for path, block in _blocks("", whole, whole))
    return "\n\n".join(sections) + "\n"


def _blocks(path: str, block: Schema, whole: Schema) -> Iterator[tuple[str, Schema]]:
    """A block and those within it, each with its path; of a list's entries the path ends in `[]`."""
    yield path, block
    for name, entry in block.properties.items():
        held = entry.without_null
        of_list = held.items is not None
        inner = _named(held.items or held, whole)
        if inner.properties:
            yield from _blocks(f"{path}.{name}".lstrip(".") + "[]" * of_list, inner, whole)


def _named(schema: Schema, whole: Schema) -> Schema:
    """What a schema refers to, else itself."""
    if schema.reference is None:
        return schema
    return whole.definitions[schema.reference.rpartition("/")[2]]


def _section(path: str, block: Schema, whole: Schema) -> str:
    title = f"## {path}" if path else "## The record"
    rows = [
        _row(f"{path}.{name}".lstrip("."), name, entry, whole) for name, entry in block.properties.items()
    ]
    columns = [column for column in zip(HEADINGS, *rows, strict=True) if any(column[1:])]
    headings, *told = zip(*columns, strict=True)
    return f"{title}\n\n{block.description}\n\n{table(headings, told)}"


def _row(path: str, name: str, entry: Schema, whole: Schema) -> tuple[str, ...]:
    measure, better, gate = _measured(path.replace("[]", ""))
    return f"`{name}`", _holds(entry.without_null, whole), "null" * entry.may_be_null, measure, better, gate


def _holds(schema: Schema, whole: Schema) -> str:
    """The type in words, with its bounds."""
    schema = _named(schema, whole)
    if schema.properties:
        return "a block, below"
    if schema.items is not None:
        return f"a list: {_holds(schema.items, whole)}"
    if isinstance(schema.entries, Schema):
        return f"by name: {_holds(schema.entries, whole)}"
    if values := schema.values or (() if schema.value is None else (schema.value,)):
        return ", ".join(f"`{value}`" for value in values)
    return " ".join([*_type(schema), *_bounds(schema)])


def _type(schema: Schema) -> Iterator[str]:
    yield "a time with its zone" if schema.form == "date-time" else f"{schema.kind}"


def _bounds(schema: Schema) -> Iterator[str]:
    if schema.least is not None and schema.least == schema.most:
        yield f"{schema.least:g}"
        return
    if schema.least is not None:
        yield f"from {schema.least:g}"
    if schema.above is not None:
        yield f"above {schema.above:g}"
    if schema.most is not None:
        yield f"to {schema.most:g}"


def _measured(path: str) -> tuple[str, str, str]:
    """How compare, gate and page call a place, which way is better, and whether the gate holds it."""
    known = {one.name: one for one in (*PLAIN, PRECISION, MEAN_PRECISION, HOT, HOT_DECRYPT)}
    rungs = {name: title for name, title, _ in (*RUNGS, *HELD_OUT)}
    gate = "no" if path in UNJUDGED else "yes"
    if path in rungs:
        return f"{rungs[path]} ({Kind.METRIC.value})", "as its metric says", gate
    if path not in known:
        return "", "", ""
    measure = known[path]
    better = "higher" if measure.higher_is_better else "lower"
    return f"{measure.title} ({measure.kind.value})", better, gate
