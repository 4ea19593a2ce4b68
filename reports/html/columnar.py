"""Blocks turned into columns: what one name holds in many records stands together, so that it packs well.

A record repeats its names for every stretch and every primitive, and the times between them do not compress.
In columns each name stands once, and numbers of one kind follow each other. `scripts/columnar.js` turns them
back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.block import Block

#: Significant digits of single times, which differ by a percent from one time to the next.
DIGITS = 4
BRIEF = f".{DIGITS}g"
#: Names of single times; stages have names of their own and all their digits.
SINGLE_TIMES = ("s", "busy_s", "samples_s")
#: Names of what a party spent in a stage, and significant digits of them, as many as the page shows.
SPENT, SPENT_BRIEF = ("waited_s", "user_s", "system_s", "idle_s"), ".3g"


def columns(values: Sequence[Any], name: str = "") -> Any:
    """Values of one name, a column of plain data.

    Of blocks, `there` has 1 for each that is one and 0 for each that is null, and `blocks` a column by name.
    Of lists, `counts` has the length of each or null, and `items` is the column of all items in a row.
    Everything else is a list of the values.

    Args:
        values: of one kind, or None.
        name: what they are called in a record.
    """
    kind = next((type(value) for value in values if value is not None), type(None))
    if issubclass(kind, Block):
        return _blocks(values, kind)
    if issubclass(kind, list):
        counts = [None if value is None else len(value) for value in values]
        return {"counts": counts, "items": columns([one for value in values for one in value or ()], name)}
    if name in SINGLE_TIMES:
        return [_brief(value, BRIEF) for value in values]
    return [_brief(value, SPENT_BRIEF) for value in values] if name in SPENT else list(values)


def _blocks(values: Sequence[Block | None], kind: type[Block]) -> dict[str, Any]:
    there = [value for value in values if value is not None]
    return {
        "there": [int(value is not None) for value in values],
        "blocks": {
            field.alias or name: columns([getattr(one, name) for one in there], name)
            for name, field in kind.model_fields.items()
        },
    }


def _brief(time: float | None, digits: str) -> float | None:
    """A time, shortened: digits beyond any clock's meaning do not compress."""
    return None if time is None else float(format(time, digits))
