"""What a sentence that refuses a name offers in its place."""

from __future__ import annotations

import difflib
from collections.abc import Collection


def did_you_mean(name: str, choices: Collection[str]) -> str:
    """The end of a sentence that refuses a name: the nearest choice, or all of them in their order."""
    near = difflib.get_close_matches(name, choices, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(choices)}"
