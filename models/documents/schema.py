"""Holds a document to a pydantic model, and says in one sentence what the model refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from models.documents.document import Document, Location, place, shown
from models.names import did_you_mean

Schema = TypeVar("Schema", bound=BaseModel)

_KINDS = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "string_type": "text",
    "path_type": "a path",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a block of keys",
    "model_type": "a block of keys",
    "model_attributes_type": "a block of keys",
}
_NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a block",
}


def validated(
    document: Document,
    schema: type[Schema],
    content: Mapping[str, object] | None = None,
    within: Location = (),
) -> Schema:
    """A document's content as a schema's object.

    Args:
        document: a file's content.
        schema: what it has to be.
        content: what is validated in place of the whole, such as another file's content with changes.
        within: the place of `content` in the document.

    Raises:
        Exception: the document's `error`, about the first thing in the file that the schema refuses.
    """
    content = document.content if content is None else content
    try:
        return schema.model_validate(content)
    except ValidationError as error:
        # What is in the file is reported first: a misspelt key is also a missing one, and a list
        # whose only item is wrong is also too short.
        rank = {"missing": 1, "too_short": 2}
        found = [(one, (*within, *_where(content, one))) for one in error.errors()]
        first, where = min(found, key=lambda one: (rank.get(one[0]["type"], 0), document.line(one[1])))
        document.fail(where, _sentence(first, where, schema))


def _where(content: object, error: ErrorDetails) -> Location:
    """Where an error is in the content: pydantic's steps name members of unions too, which no key has."""
    found: Location = ()
    for step in error["loc"]:
        inside: object = range(len(content)) if isinstance(content, list) else content
        if isinstance(inside, dict | range) and step in inside:
            found, content = (*found, step), content[step]  # type: ignore[index]
    return (*found, error["loc"][-1]) if error["type"] == "missing" else found


def _sentence(error: ErrorDetails, where: Location, schema: type[BaseModel]) -> str:
    *around, key = where or ("the file",)
    given = error["input"]
    kind = error["type"]
    if kind == "extra_forbidden":
        return f"{shown(key)} is not a key here{did_you_mean(str(key), _keys(schema, error['loc'][:-1]))}"
    if kind == "too_short":
        return f"{place(where)} has too few items; list at least {error['ctx']['min_length']}"
    if kind == "missing" and isinstance(key, int):
        return f"{place(tuple(around))} has too few items; add one"
    if kind == "missing":
        return f"the key {key!r} is missing; add it"
    if kind == "union_tag_not_found":
        return f"{place(where)} lacks the key {error['ctx']['discriminator']}; add it"
    if kind == "union_tag_invalid":
        choices = error["ctx"]["expected_tags"].replace("'", "").split(", ")
        tag, by = str(error["ctx"]["tag"]), error["ctx"]["discriminator"].replace("'", "")
        return f"{place((*where, by))} is {shown(tag)}{did_you_mean(tag, choices)}"
    if kind == "literal_error":
        choices = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return f"{key} is {shown(given)}{did_you_mean(str(given), choices)}"
    if kind in _KINDS:
        named = "nothing" if given is None else _NAMES.get(type(given), type(given).__name__)
        value = f" {shown(given)}" if isinstance(given, str | int | float) else ""
        return f"{place(where)} is {named}{value}; write {_KINDS[kind]}"
    cause = error["msg"].removeprefix("Value error, ")
    cause = f"{cause[0].lower()}{cause[1:]}"
    value = ":" if isinstance(given, dict) else f" is {shown(given)};"
    return f"{place(where)}{value} {cause}"


def _keys(schema: type[BaseModel], around: Sequence[str | int]) -> list[str]:
    """The keys that a schema has at a place; a step may name a member of a union."""
    models = [schema]
    for step in around:
        within = [
            model
            for one in models
            if isinstance(step, str) and step in one.model_fields
            for model in _models(one.model_fields[step].annotation)
        ]
        tagged = [one for one in models if _tag(one) == step]
        models = tagged or within or models
    return list(dict.fromkeys(key for model in models[:1] for key in model.model_fields))


def _tag(model: type[BaseModel]) -> object:
    """The name by which a union of blocks knows one."""
    kind = model.model_fields.get("kind")
    return None if kind is None else kind.default


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in getattr(annotation, "__args__", ()) for model in _models(argument)]
