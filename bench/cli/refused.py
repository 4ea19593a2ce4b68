"""Records that a folder holds; lines that are refused are named on standard error."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bench.cli.screen import Screen
from bench.environments.declaration import DEFAULT_BUILD
from bench.errors import UserError
from bench.run.prediction.figures import of_build
from reports.record import Record
from reports.store import Loaded, load_output


def name_refused(lines: Iterable[str]) -> None:
    """Name each line that holds no sound record; what the others hold is used."""
    screen = Screen(stderr=True)
    for line in lines:
        screen.say(f"refused: {line}")


def sound(loaded: Loaded, *folders: Path) -> list[Record]:
    """The records that folders hold; what is refused has been named.

    Raises:
        UserError: not one of their lines is sound.
    """
    if not loaded.stored:
        raise UserError(f"{', '.join(map(str, folders))}: no line holds a sound record; run the suite again")
    return [stored.record for stored in loaded.stored]


def records_of(folder: Path | None, build: str | None) -> list[Record]:
    """The records of a folder that are of one build of their libraries, the usual one where none is named.

    Raises:
        UserError: a build is named, and no folder, or one without a record of it.
    """
    if folder is None:
        if build is not None:
            raise UserError(
                "what is shipped was measured with the usual build; name records of another by --from"
            )
        return []
    loaded = load_output(folder)
    name_refused(loaded.refused)
    found = of_build((stored.record for stored in loaded.stored), build or DEFAULT_BUILD)
    if build is not None and not found:
        raise UserError(
            f"{folder} has no record of a build {build!r}; name what `bench run --build` was given"
        )
    return found
