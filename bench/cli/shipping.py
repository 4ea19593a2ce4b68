"""Figures that go into a backend's folder, and replace those that it ships only where that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from bench.cli.screen import Screen
from bench.spec.typed import typed

WRITE = click.option(
    "--write", is_flag=True, help="Write the files, and replace what they hold; else it is only told."
)


@dataclass
class Shipping:
    """What a command has to ship.

    Attributes:
        screen: where it is told.
        again: the words of the command, without `--write`.
        write: whether it is written.
        files: how many there were.
    """

    screen: Screen
    again: tuple[str | Path, ...]
    write: bool
    files: int = 0

    def ship(self, path: Path, what: str, before: str | None, write: Callable[[Path], None]) -> None:
        """Tell what goes into a file, and in place of what it goes there; write it if it was asked for."""
        self.files += 1
        self.screen.say(f"{path}: {what}{'' if before is None else f', in place of {before}'}")
        if self.write:
            write(path)

    def end(self) -> None:
        """Say what to type where nothing was written."""
        if not self.write:
            self.screen.say(f"nothing was written; next: {typed(*self.again, '--write')}, to ship it")
