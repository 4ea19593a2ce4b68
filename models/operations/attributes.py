"""What the attributes of a node may be; a checkpoint's are held to this when it is loaded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import NamedTuple

from models.node import Node
from models.operations.operation import Operation

#: Beyond the widest models that are published; features are as many as a vocabulary has words.
MOST_TOKENS, MOST_FEATURES = 1 << 16, 1 << 20
#: The largest number that float64 has; JSON has larger whole ones.
LARGEST = sys.float_info.max


class Kind(NamedTuple):
    """What an attribute may be.

    Attributes:
        meaning: for sentences.
        holds: whether a value is that.
    """

    meaning: str
    holds: Callable[[object], bool]


def _count(most: int) -> Kind:
    return Kind(f"a whole number from 1 to {most:,}", lambda value: _whole(value) and 1 <= value <= most)  # type: ignore[operator]


def _choice(*choices: str) -> Kind:
    return Kind(" or ".join(choices), lambda value: value in choices)


def _whole(value: object) -> bool:
    return type(value) is int


def _number(value: object) -> bool:
    return type(value) in (int, float) and -LARGEST <= value <= LARGEST  # type: ignore[operator]


def _positions(value: object) -> bool:
    """A list of tokens."""
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_TOKENS:
        return False
    return all(_whole(one) and 0 <= one < MOST_TOKENS for one in value)


def _groups(value: object) -> bool:
    """Lists of tokens, all of one length."""
    if not isinstance(value, list) or not value or not all(map(_positions, value)):
        return False
    return len({len(group) for group in value}) == 1


def _interval(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_number, value)) and value[0] < value[1]


_NUMBER = Kind("a finite number", _number)
_SIZE = Kind("a finite number from 0", lambda value: _number(value) and value >= 0)  # type: ignore[operator]
_INTERVAL = Kind("two finite numbers, the lower first", _interval)
_TEXT = Kind("text", lambda value: isinstance(value, str))

#: Name → what it may be, the same in every operation that has it.
KINDS: Mapping[str, Kind] = {
    "tokens": _count(MOST_TOKENS),
    "features": _count(MOST_FEATURES),
    "start": Kind(
        f"a whole number from 0 to {MOST_FEATURES:,}",
        lambda value: _whole(value) and 0 <= value <= MOST_FEATURES,  # type: ignore[operator]
    ),
    "heads": _count(MOST_TOKENS),
    "block": _count(MOST_TOKENS),
    "repeat": _count(MOST_TOKENS),
    "order": Kind("a list of tokens, from 0", _positions),
    "groups": Kind("lists of tokens, from 0, all of one length", _groups),
    "factor": _NUMBER,
    "epsilon": _SIZE,
    "power": _count(MOST_TOKENS),
    "basis": _choice("power", "chebyshev"),
    "over": _choice("features", "heads"),
    "form": _choice("none", "tanh"),
    "one_hot": Kind("true or false", lambda value: isinstance(value, bool)),
    "interval": _INTERVAL,
    "mean": _NUMBER,
    "bound": _SIZE,
    "bounds": _INTERVAL,
    "error": _SIZE,
    "error_kind": _TEXT,
    "function": _TEXT,
}
#: What conversion notes at any node, and no operation needs.
NOTES = ("mean", "bound", "bounds", "error", "error_kind", "function")


def fault(node: Node, operation: Operation) -> str | None:
    """What is wrong with a node's attributes, or None.

    Args:
        node: whose attributes are held.
        operation: its declaration, which says which attributes it needs and may have.
    """
    if not isinstance(node.attributes, Mapping):
        return "its attributes are no names with values"
    known = {*operation.attributes, *operation.optional, *NOTES}
    for name, value in node.attributes.items():
        if name not in known:
            return f"{operation.name} has no attribute {name!r}; it may have {', '.join(sorted(known))}"
        if not KINDS[name].holds(value):
            text = repr(value)
            shown = text if len(text) <= 60 else f"{text[:59]}…"
            return f"the attribute {name!r} is {shown}; it must be {KINDS[name].meaning}"
    return None
