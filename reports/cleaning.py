"""What runs leave when they are cut off, and how it is put away: nothing of it is a record.

A damaged line makes every later report and export say so, and end with status 1. It goes into a file beside
the records, byte for byte, and the records stay where they are.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models import regular_files
from reports.errors import DamagedLineError, ReportError
from reports.lines import decode
from reports.store import PART, RECORDS

#: Where damaged lines go.
REFUSED = "records.refused"


@dataclass(frozen=True)
class Leftover:
    """Something that a run left.

    Attributes:
        path: where.
        what: a sentence about it and what becomes of it.
    """

    path: Path
    what: str

    def put_away(self) -> None:
        """Do what `what` says.

        Raises:
            ReportError: it cannot be done.
        """
        try:
            if self.path.name == RECORDS:
                _part_lines(self.path)
            else:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            raise ReportError(
                f"{self.path} cannot be put away ({error.strerror}); make it writable"
            ) from error


def leftovers(output: Path) -> Iterator[Leftover]:
    """Everything under a folder of results that a run was cut off at."""
    for path in sorted(output.rglob(f"*{PART}")):
        yield Leftover(path, "raw outputs that were cut off; they are removed")
    for path in sorted(output.rglob(RECORDS)):
        damaged = len(_damaged(path))
        if damaged:
            yield Leftover(path, f"damaged lines: {damaged}; they go to {REFUSED} beside it")


def _damaged(path: Path) -> list[tuple[int, bytes]]:
    """The lines that cannot be read, each with its place in the file."""
    found, place = [], 0
    try:
        lines = regular_files.content(path).split(b"\n")
    except OSError as error:
        raise ReportError(f"{path} cannot be read ({error.strerror}); move it away") from error
    for line in lines:
        if line.strip():
            try:
                decode(line)
            except DamagedLineError:
                found.append((place, line))
            except ReportError:  # sound: of another version, or of a clock that is ahead
                pass
        place += len(line) + 1
    return found


def _part_lines(path: Path) -> None:
    """Keep the damaged lines apart first, then blank them where they are.

    The file stays the one to which a run that is under way appends.
    """
    damaged = _damaged(path)
    with regular_files.opened(path.with_name(REFUSED), "ab") as kept:
        kept.writelines(line + b"\n" for _, line in damaged)
        kept.flush()
        os.fsync(kept.fileno())
    with regular_files.opened(path, "r+b") as file:
        for place, line in damaged:
            file.seek(place)
            file.write(b" " * len(line))
        file.flush()
        os.fsync(file.fileno())
