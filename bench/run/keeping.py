"""Keeps records whatever becomes of the disk: in their run, else in a spool folder, at last on the terminal.

A finished evaluation may have taken hours, and must not be lost for the second in which the disk is full,
read-only or gone. What is kept elsewhere than asked for makes the run a failure, and the next cells run.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from models.errors import ModelError
from models.user_folders import user_folder
from reports.errors import ReportError
from reports.lines import Line, encode
from reports.record import Record
from reports.store import RawOutputs, Run

#: Bytes of disk that a run holds back for its next record; one takes some ten to a hundred thousand.
RESERVED_BYTES = 1 << 20


def spool() -> Path:
    """Where records go that their run has no room for; `bench report` reads it as any other folder."""
    return user_folder("state") / "spool"


@dataclass
class Keeper:
    """Writes the records of one run.

    Attributes:
        run: where they belong.
        say: told where one went that could not be written there.
        misplaced: how many records or raw outputs are not where they belong.
    """

    run: Run
    say: Callable[[str], None]
    misplaced: int = 0
    _reserve: int | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._reserve = _reserved(self.run.folder)

    def keep(self, record: Record, raw: RawOutputs | None) -> None:
        """Write a record and its raw outputs; without them where they cannot be written."""
        try:
            self.run.append(record, raw)
        except ReportError as error:
            self.misplaced += 1
            self._release()
            self._keep_elsewhere(record, error, raw is not None)

    def close(self) -> None:
        """Give the disk back that was held back."""
        self._release()

    def _keep_elsewhere(self, record: Record, error: ReportError, had_raw: bool) -> None:
        if had_raw:
            try:
                self.run.append(record)
                self.say(f"  the raw outputs are lost, and the record is kept: {error}")
                return
            except ReportError as worse:
                error = worse
        try:
            folder = spool() / self.run.run_id
            folder.mkdir(parents=True, exist_ok=True)
            Run(folder).append(record)
            self.say(f"  the record is kept in {folder}: {error}")
        except (ModelError, ReportError, OSError):  # the first where the user has no home
            self.say(f"  the record could be kept nowhere; save the next line, it is all of it: {error}")
            self.say(encode(Line(record, None, None)))

    def _release(self) -> None:
        if self._reserve is not None:
            os.close(self._reserve)
            self._reserve = None


def _reserved(folder: Path) -> int | None:
    """A file that holds `RESERVED_BYTES` of the disk and has no name, so that it goes with this process.

    None where there is no room or the file system cannot.
    """
    try:
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=".reserve-")
    except OSError:
        return None
    try:
        Path(name).unlink()
        os.posix_fallocate(descriptor, 0, RESERVED_BYTES)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
