"""JSON as people and programs leave it, read into plain data.

Python's reader takes NaN, infinity, numbers that overflow to it and numbers of any length, and of a name that
stands twice it silently keeps the last. No record holds any of them. Each is marked where it stands, so that
who reads the data can say where it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

#: Names and numbers of list items from the top.
Place = tuple[str | int, ...]
#: The longest whole number that is read; counts have at most 19 digits.
LONGEST = 30


@dataclass(frozen=True)
class Unfit:
    """What stands in place of a value that no record holds.

    Attributes:
        said: what is wrong with it, after its name: "is NaN".
    """

    said: str


def read_json(text: str | bytes) -> object:
    """Plain data, with `Unfit` in place of what no record holds.

    Raises:
        ValueError: the text is not JSON, or is nested too deeply.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=lambda name: Unfit(f"is {name} and not a finite number"),
            parse_float=_number,
            parse_int=_whole,
        )
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def unfit(value: object) -> tuple[str, str] | None:
    """The first place that holds what no record does, such as `latency.encrypt_s`, and what is wrong."""
    for place, found in _marks(value):
        where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
        return where.removeprefix(".") or "the whole", found.said
    return None


def _marks(value: object) -> Iterator[tuple[Place, Unfit]]:
    left: list[tuple[Place, object]] = [((), value)]
    while left:
        place, one = left.pop()
        if isinstance(one, Unfit):
            yield place, one
        inner = one.items() if isinstance(one, dict) else enumerate(one) if isinstance(one, list) else ()
        left += reversed([((*place, name), part) for name, part in inner])


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        found[name] = Unfit("appears twice") if name in found else value
    return found


def _number(text: str) -> float | Unfit:
    value = float(text)
    return value if isfinite(value) else Unfit("is a number too large to be one")


def _whole(text: str) -> int | Unfit:
    digits = len(text.lstrip("-"))
    return int(text) if digits <= LONGEST else Unfit(f"is a number of {digits} digits, too large to be one")
