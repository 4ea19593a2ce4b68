"""A file's content, plain, with the line of every place in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeAlias

#: What a file holds.
Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
#: A place in a document: keys and indexes from the top.
Location = tuple[str | int, ...]
#: The most characters of a value that a sentence shows.
SHOWN = 60


@dataclass(frozen=True)
class Document:
    """A file's content.

    Attributes:
        path: the file, as errors name it.
        content: its entries.
        lines: the line of each place, from 1.
        error: what is raised about a place: the error of the package that reads the file.
    """

    path: Path
    content: Mapping[str, Plain]
    lines: Mapping[Location, int]
    error: type[Exception]

    def fail(self, location: Location, sentence: str) -> NoReturn:
        """Raise `error` about a place (see `told`)."""
        raise self.error(self.told(location, sentence))

    def told(self, location: Location, sentence: str) -> str:
        """`file:line: sentence` about a place, or about the nearest place around it that the file has."""
        return f"{self.path}:{self.line(location)}: {sentence}"

    def line(self, location: Location) -> int:
        """The line of a place, or of the nearest place around it that the file has."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)


def shown(value: object) -> str:
    """A value as sentences show it: as it is written in Python, its end cut off where it is long."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def place(location: Location) -> str:
    """A place as people write it: `parameter_sets[0].depth`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    text = "".join(steps).removeprefix(".") or "the file"
    return text if len(text) <= 2 * SHOWN else f"{text[: 2 * SHOWN - 1]}…"
