"""Lines of records that are refused, named on standard error."""

from __future__ import annotations

from collections.abc import Iterable

from bench.cli.screen import Screen


def name_refused(lines: Iterable[str]) -> None:
    """Name each line that holds no sound record; what the others hold is used."""
    screen = Screen(stderr=True)
    for line in lines:
        screen.say(f"refused: {line}")
