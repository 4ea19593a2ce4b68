"""Messages as lines of JSON, checked against their classes' annotations wherever they are written or read.

A message is a frozen dataclass. Its fields are numbers, strings, booleans, None, tuples, mappings from
strings, other dataclasses, and other messages; anything else is an error, on the sender's side too. A line is
an object with the fields and, under `message`, the name of the class.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from math import inf
from types import NoneType, UnionType
from typing import TypeVar, Union, cast, get_args, get_origin, get_type_hints

from bench.parties.errors import MessageError

#: The key under which a line says which message it is.
NAME = "message"
#: Whole numbers are those of 64 bits, as the libraries have them.
LARGEST = 2**63 - 1
#: What a scalar's annotation admits, and how an error calls it.
SCALARS: Mapping[object, tuple[tuple[type, ...], str]] = {
    bool: ((bool,), "a boolean"),
    int: ((int,), "a whole number"),
    float: ((float, int), "a number"),
    str: ((str,), "a string"),
}


@dataclass(frozen=True)
class Message:
    """Anything that crosses between the front process and a party, files apart."""


AnyMessage = TypeVar("AnyMessage", bound=Message)


def encode(message: Message) -> str:
    """One line, without its end.

    Raises:
        MessageError: a field holds something else than its annotation says.
    """
    plain = _plain(message)
    _parsed(type(message), plain, type(message).__name__)
    return json.dumps(plain)


def decode(expected: type[AnyMessage], line: str) -> AnyMessage:
    """The message of a line.

    Args:
        expected: the class of the message, or one from which it inherits.

    Raises:
        MessageError: it is another message, or a field is missing, unknown or of the wrong type.
    """
    try:
        literal = json.loads(line, object_pairs_hook=_each_once)
        message = _parsed(expected, literal, expected.__name__)
    except (ValueError, RecursionError) as error:  # no JSON, too many digits, nested too deep
        raise MessageError(f"a message is not a line of JSON ({error}); send nothing else here") from None
    assert isinstance(message, expected)
    return message


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object, of which Python's reader would keep the last of two fields with one name."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is there twice")
    return found


def _plain(value: object) -> object:
    """Dataclasses as dictionaries and tuples as lists; a message carries its name."""
    if is_dataclass(value):
        named = {NAME: type(value).__name__} if isinstance(value, Message) else {}
        return named | {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def _parsed(kind: object, value: object, place: str) -> object:
    """A literal as what an annotation says."""
    if isinstance(kind, type) and is_dataclass(kind):
        return _object(kind, value, place)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _optional(arguments, value, place)
    if origin is tuple:
        return _tuple(arguments, value, place)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(arguments[1], value, place)
    return _scalar(kind, value, place)


def _object(kind: type, value: object, place: str) -> object:
    """A dataclass; where it is a message, of the class that the literal names."""
    if not isinstance(value, dict):
        raise _wrong(place, value, "an object")
    values = dict(value)
    if issubclass(kind, Message):
        kind = _named(kind, values.pop(NAME, None), place)
        place = kind.__name__
    hints = _hints(cast(Hashable, kind))
    for name in values.keys() - hints.keys():
        raise MessageError(f"{place} has no field {name!r}; run both sides from one version")
    for name in hints.keys() - values.keys():
        raise MessageError(f"{place} lacks the field {name!r}; run both sides from one version")
    return kind(**{name: _parsed(hints[name], one, f"{place}.{name}") for name, one in values.items()})


@cache
def _hints(kind: Hashable) -> Mapping[str, object]:
    """The fields of a dataclass and their annotations."""
    assert isinstance(kind, type)
    assert is_dataclass(kind)
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _named(base: type[Message], name: object, place: str) -> type[Message]:
    """The class that a name means where `base` is expected."""
    for kind in _descendants(base):
        if kind.__name__ == name:
            return kind
    raise MessageError(
        f"{place}: {name!r} is not one of the class {base.__name__}; run both sides from one version"
    )


def _descendants(base: type[Message]) -> Iterator[type[Message]]:
    yield base
    for kind in base.__subclasses__():
        yield from _descendants(kind)


def _optional(arguments: Sequence[object], value: object, place: str) -> object:
    """The one annotation beside None."""
    (kind,) = (one for one in arguments if one is not NoneType)
    return None if value is None else _parsed(kind, value, place)


def _tuple(arguments: Sequence[object], value: object, place: str) -> tuple[object, ...]:
    """As many as there are, or as the annotation counts."""
    if not isinstance(value, list):
        raise _wrong(place, value, "a list")
    kinds = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
    if len(kinds) != len(value):
        raise _wrong(place, value, f"a list of {len(kinds)}")
    return tuple(
        _parsed(kind, one, f"{place}[{index}]")
        for index, (kind, one) in enumerate(zip(kinds, value, strict=True))
    )


def _mapping(kind: object, value: object, place: str) -> dict[str, object]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise _wrong(place, value, "an object whose names are strings")
    return {name: _parsed(kind, one, f"{place}[{name!r}]") for name, one in value.items()}


def _scalar(kind: object, value: object, place: str) -> object:
    admitted, words = SCALARS[kind]
    if not isinstance(value, admitted) or (isinstance(value, bool) and kind is not bool):
        raise _wrong(place, value, words)
    if isinstance(value, int) and abs(value) > LARGEST:
        raise _wrong(place, value, f"{words} of 64 bits")
    if isinstance(value, float) and not value > -inf:  # infinity is a bound where there is none
        raise _wrong(place, value, f"{words} and no NaN")
    return value


def _wrong(place: str, value: object, needed: str) -> MessageError:
    return MessageError(f"{place} is {value!r:.80}; it must be {needed}")
