"""YAML files that people write: read with the line of every value, checked, and answered in one sentence.

A `Document` is plain data plus the line of each place in it, so that what a schema or a later check refuses
is reported as `file:line: cause; remedy`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bench.errors import UserError
from models.names import did_you_mean

#: A place in a document: keys and indexes from the top.
Location = tuple[str | int, ...]
DEEPEST = 20
LARGEST = 20_000
Schema = TypeVar("Schema", bound=BaseModel)

_KINDS = {
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
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


@dataclass(frozen=True)
class Document:
    """A YAML file's content.

    Attributes:
        path: the file, as errors name it.
        content: mappings, lists and scalars.
        lines: the line of each place, from 1.
    """

    path: Path
    content: Any
    lines: Mapping[Location, int]

    def fail(self, location: Location, sentence: str) -> NoReturn:
        """Raise UserError about a place (see `told`)."""
        raise UserError(self.told(location, sentence))

    def told(self, location: Location, sentence: str) -> str:
        """`file:line: sentence` about a place, or about the nearest place around it that the file has."""
        return f"{self.path}:{self._line(location)}: {sentence}"

    def validate(self, schema: type[Schema]) -> Schema:
        """The content as a schema's object.

        Raises:
            UserError: about the first thing in the file that the schema refuses.
        """
        try:
            return schema.model_validate(self.content)
        except ValidationError as error:
            # What is in the file is reported first: a misspelt key is also a missing one, and a list
            # whose only item is wrong is also too short.
            rank = {"missing": 1, "too_short": 2}
            first = min(error.errors(), key=lambda one: (rank.get(one["type"], 0), self._line(one["loc"])))
            self.fail(first["loc"], self._sentence(first, schema))

    def _line(self, location: Location) -> int:
        while location not in self.lines:
            location = location[:-1]
        return self.lines[location]

    def _sentence(self, error: ErrorDetails, schema: type[BaseModel]) -> str:
        *around, key = error["loc"] or ("the file",)
        given = error["input"]
        if error["type"] == "extra_forbidden":
            return f"{key!r} is not a key here{did_you_mean(str(key), _keys(schema, around))}"
        if error["type"] == "too_short":
            return f"{_place(error['loc'])} has too few items; list at least {error['ctx']['min_length']}"
        if error["type"] == "missing" and isinstance(key, int):
            return f"{_place(tuple(around))} has too few items; add one"
        if error["type"] == "missing":
            return f"the key {key!r} is missing; add it"
        if error["type"] == "literal_error":
            choices = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
            return f"{key} is {given!r}{did_you_mean(str(given), choices)}"
        if error["type"] in _KINDS:
            kind = "nothing" if given is None else _NAMES.get(type(given), type(given).__name__)
            shown = f" {given!r}" if isinstance(given, str | int | float) else ""
            return f"{_place(error['loc'])} is {kind}{shown}; write {_KINDS[error['type']]}"
        return f"{_place(error['loc'])} is {given!r}; {error['msg'][0].lower()}{error['msg'][1:]}"


def read(path: Path) -> Document:
    """Read a YAML file.

    Raises:
        UserError: the file is missing, is not YAML, or holds a key twice.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); name a YAML file") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text ({error.reason}); name a YAML file") from error
    except RecursionError as error:
        raise UserError(f"{path} is nested too deeply; write it flat") from error
    except yaml.MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        raise UserError(f"{path}:{line}: this is not YAML ({error.problem}); correct the line") from error
    except yaml.YAMLError as error:
        raise UserError(
            f"{path}: this is not YAML ({str(error).splitlines()[0]}); correct the file"
        ) from error
    lines: dict[Location, int] = {(): 1}
    document = Document(path, None, lines)
    if root is None:
        document.fail((), "the file is empty; write keys into it, as the files under suites/ have them")
    try:
        return Document(path, _plain(root, (), document, lines), lines)
    except RecursionError as error:
        raise UserError(f"{path} is nested too deeply; write it flat") from error


def _plain(node: yaml.Node, location: Location, document: Document, lines: dict[Location, int]) -> Any:
    """A node's data; notes the line of every place, and refuses a key that appears twice."""
    lines[location] = node.start_mark.line + 1
    if len(lines) > LARGEST:  # anchors within anchors grow without end
        document.fail(location, f"the file has more than {LARGEST} entries; write fewer")
    if len(location) > DEEPEST:  # an anchor that holds itself never ends
        document.fail(location, f"this is nested deeper than {DEEPEST}; write it flat")
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*location, index), document, lines) for index, child in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return _scalar(node, location, document)
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = _scalar(key_node, location, document)
        place = (*location, key)
        if key in mapping:
            lines[place] = key_node.start_mark.line + 1
            document.fail(place, f"the key {key!r} appears twice; keep one")
        mapping[key] = _plain(value_node, place, document, lines)
        lines[place] = key_node.start_mark.line + 1
    return mapping


def _scalar(node: yaml.Node, location: Location, document: Document) -> Any:
    lines = {location: node.start_mark.line + 1}
    if not isinstance(node, yaml.ScalarNode):
        Document(document.path, None, lines).fail(location, "a key is a list or a block; write a plain word")
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        cause = str(error).splitlines()[0]
        Document(document.path, None, lines).fail(location, f"this value cannot be read ({cause}); quote it")


def _keys(schema: type[BaseModel], around: Sequence[str | int]) -> list[str]:
    """The keys that a schema has at a place."""
    for step in around:
        if isinstance(step, str) and step in schema.model_fields:
            schema = next(iter(_models(schema.model_fields[step].annotation)), schema)
    return list(schema.model_fields)


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in getattr(annotation, "__args__", ()) for model in _models(argument)]


def _place(location: Location) -> str:
    """A place as people write it: `parameter_sets[0].depth`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return text.removeprefix(".") or "the file"
