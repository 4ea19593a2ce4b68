"""The batches of a cell that were computed, kept on disk until its record is: the command goes on from them.

    <output>/.journal/<digest of the cell>/<batch>.json, <batch>.npz

A journal belongs to one `key` (see `reports.identity.result_key`): one code, model and data, one parameter
set, the same versions. One of another key is emptied. Each entry has a digest of itself, and what is damaged,
as by a machine that lost its power, is made again. What is kept are figures and decrypted outputs, as the raw
outputs beside a record have them. No key is, unless the suite asks for it (`bench.run.kept_session`): what is
left is computed under new ones, and the record says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backends.errors import IntegrityError
from bench.parties import digested
from bench.parties.codec import Message
from bench.parties.digested import PART
from bench.parties.messages import BatchFigures
from bench.parties.wire import Crossed, Shipment, announce, verify
from bench.run.exchanges import Computed
from bench.run.kept_session import KeptSession
from bench.run.scratch import held
from models import regular_files
from models.arrays import read_arrays

#: The folder of journals in a folder of results.
JOURNALS = ".journal"
#: The file that says to which key a journal belongs, and the array that every entry has.
KEY, OUTPUTS, PROBE = "key", "outputs", "probe_"


@dataclass(frozen=True)
class Entry(Message):
    """A batch, but for its arrays (see `bench.run.exchanges.Computed`).

    Attributes:
        arrays: the file that holds them.
    """

    arrays: Shipment
    figures: BatchFigures
    decrypt_s: float
    out_bytes: int
    crossed: Crossed
    keys: str


@dataclass(frozen=True)
class CellJournal:
    """The journal of one cell, which this process alone writes."""

    folder: Path

    def find(self, name: str) -> Computed | None:
        """A batch, if it was computed and is intact."""
        entry = digested.read(Entry, self.folder / f"{name}.json")
        if entry is None:
            return None
        try:
            with regular_files.opened(verify(self.folder, entry.arrays)) as file:
                found = read_arrays(file)
        except (OSError, ValueError, IntegrityError):
            return None
        if OUTPUTS not in found:
            return None
        probes = {one.removeprefix(PROBE): values for one, values in found.items() if one != OUTPUTS}
        return Computed(
            found[OUTPUTS],
            entry.figures,
            entry.decrypt_s,
            entry.out_bytes,
            probes,
            entry.crossed,
            entry.keys,
        )

    def keep(self, name: str, computed: Computed) -> None:
        """Keep a batch; where the disk has no room, it is not kept."""
        with suppress(OSError):
            self._keep(name, computed)

    def session(self, seconds: float) -> KeptSession:
        """The parties' folders, which a killed run leaves for so long to be taken up."""
        return KeptSession(self.folder, seconds)

    def forget(self) -> None:
        """Remove all batches, and what the parties left."""
        self.session(0.0).forget()
        for path in self.folder.iterdir():
            path.unlink(missing_ok=True)

    def _keep(self, name: str, computed: Computed) -> None:
        part, arrays = self.folder / f"{name}{PART}", self.folder / f"{name}.npz"
        with part.open("wb") as file:
            probes = {f"{PROBE}{one}": values for one, values in computed.probes.items()}
            np.savez(file, allow_pickle=False, **{OUTPUTS: computed.outputs}, **probes)
        part.rename(arrays)
        entry = Entry(
            announce(self.folder, "arrays", arrays.name),
            computed.figures,
            computed.decrypt_s,
            computed.out_bytes,
            computed.crossed,
            computed.keys,
        )
        digested.write(self.folder / f"{name}.json", entry)


@contextmanager
def journal(output: Path, cell: str, key: str, *, fresh: bool) -> Iterator[CellJournal | None]:
    """The journal of a cell; None where another run writes it, or the disk has no room for it.

    It stays where it holds batches when it is left.

    Args:
        output: the folder of results.
        cell: its `reports.identity.cell_id`.
        key: what its batches must be made under.
        fresh: whether those that are there are not wanted.
    """
    folder = output / JOURNALS / hashlib.sha256(cell.encode()).hexdigest()[:32]
    with held(folder) as mine:
        if not mine:
            yield None
            return
        found = CellJournal(folder)
        if fresh or _key(folder) != key:
            found.forget()
        with suppress(OSError):
            (folder / KEY).write_text(key)
        try:
            yield found
        finally:
            with suppress(OSError):
                if not any(folder.glob("*.json")):
                    found.forget()
                    folder.rmdir()
                    folder.parent.rmdir()  # unless it holds others


def left(output: Path) -> Iterator[Path]:
    """The journals under a folder of results that no run holds, each held until the next is asked for."""
    for folder in output.glob(f"{JOURNALS}/*"):
        with held(folder) as mine:
            if mine:
                yield folder


def _key(folder: Path) -> str | None:
    try:
        return regular_files.text(folder / KEY)
    except (OSError, ValueError):
        return None
