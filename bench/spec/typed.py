"""Commands that a message tells one to type, as a shell takes them."""

from __future__ import annotations

import shlex
from pathlib import Path


def typed(*words: str | Path) -> str:
    """A command of this program, with quotes where a shell would read more than a word into one."""
    return shlex.join(("bench", *map(str, words)))
