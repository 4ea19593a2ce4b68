"""The parties' folders of a cell that outlive a killed run, so that the same command goes on within a batch.

    <output>/.journal/<digest of the cell>/session.json, session/key_owner, session/evaluator

There are the keys and ciphertexts that the evaluator had, its last checkpoint, and the secret key, sealed
with what the kernel's keyring keeps for a time that the suite sets (see `bench.parties.keyring`). Everything
goes when the cell is computed or fails, and stays where its run or a party of it was killed or interrupted.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from backends.errors import IntegrityError
from bench.parties import digested, keyring
from bench.parties.checkpoints import is_kept, remove_others
from bench.parties.codec import Message
from bench.parties.errors import PartyError
from bench.parties.messages import Encrypted, Generated
from bench.parties.wire import Crossed, Shipment, verify
from bench.run.interruption import uninterrupted
from bench.run.spending import StageSpent
from bench.run.survival import DEATHS

#: The folder of the parties' folders, and the files about it, beside the batches of a journal.
FOLDER, STATE, REACHED, BEFORE = "session", "session.json", "reached.json", "reached_before.json"


@dataclass(frozen=True)
class State(Message):
    """What was done before the evaluation.

    Attributes:
        secret: the sealed secret key, in the key owner's folder.
        key: the number under which the kernel keeps what opens it.
        generated: what the key owner said of its keys.
        encrypted: what it said of the samples.
        crossed: what had crossed.
        keygen_peak_bytes: the key owner's peak as it made keys.
        spent: what the parties had spent.
        elapsed_s: since the parties were started.
    """

    secret: Shipment
    key: int
    generated: Generated
    encrypted: Encrypted
    crossed: Crossed
    keygen_peak_bytes: int
    spent: tuple[StageSpent, ...]
    elapsed_s: float = 0.0


@dataclass(frozen=True)
class Reached(Message):
    """How far the evaluation of a batch was kept.

    Attributes:
        name: of the evaluation of the batch.
        index: of the first instruction that is not done.
        crossed: what had crossed since the batch was begun.
        elapsed_s: since the parties were started.
    """

    name: str
    index: int
    crossed: Crossed
    elapsed_s: float


@dataclass
class KeptSession:
    """That of one cell, which this process alone has.

    Attributes:
        folder: the cell's journal.
        seconds: for how long after a run was killed its keys can be taken up.
        before_s: seconds of runs before this one that are part of the cell's.
        resumed: whether one before was taken up.
    """

    folder: Path
    seconds: float
    before_s: float = 0.0
    resumed: bool = False
    _state: State | None = None
    _began_s: float = field(default_factory=monotonic)

    @contextmanager
    def opened(self) -> Iterator[Path]:
        """The folder of the parties' folders; it stays where a run or a party of it is cut off."""
        root = self.folder / FOLDER
        self._began_s, self.before_s, self.resumed = monotonic(), 0.0, False
        self._state = digested.read(State, self.folder / STATE)
        if self._state is None or not self._intact(self._state):
            self.forget()
        root.mkdir(mode=0o700, exist_ok=True)
        self._tidy()
        try:
            yield root
        except BaseException as error:
            if _cut_off(error) and self._state is not None:
                self._tidy()
            else:
                self.forget()
            raise
        self.forget()

    def bytes_there(self) -> int:
        """Of the files that a run before has left: they serve again, or make room before any key is made."""
        files = (path for path in (self.folder / FOLDER).rglob("*") if path.is_file())
        return sum(path.stat().st_size for path in files)

    def _intact(self, state: State) -> bool:
        """Whether the evaluator's keys and ciphertexts are as they were sent."""
        files = [*state.generated.files, *(one for batch in state.encrypted.batches for one in batch)]
        try:
            for one in files:
                verify(self.folder / FOLDER / "evaluator", one)
        except (OSError, IntegrityError):
            return False
        return True

    def begin_anew(self) -> None:
        """Keep nothing of a run before, whose keys cannot be used; the folders stay."""
        root = self.folder / FOLDER
        folders = list(root.iterdir())
        self.forget()
        for folder in folders:
            folder.mkdir(mode=0o700, parents=True)

    def _tidy(self) -> None:
        """Leave nothing in the clear in the key owner's folder: of a sample on its way, say."""
        secret = None if self._state is None else self._state.secret.name
        for path in (self.folder / FOLDER).glob("key_owner/*"):
            if path.name != secret:
                path.unlink(missing_ok=True)

    def found(self) -> State | None:
        """What a run before has left, if the evaluation can go on from it."""
        return self._state

    def taken_up(self) -> None:
        """Say that it does."""
        assert self._state is not None, "it was found"
        self.before_s, self.resumed = self._state.elapsed_s, True
        keyring.prolong(self._state.key, self.seconds)

    def begin(self, state: State) -> None:
        """Keep what is done before the evaluation; where the disk has no room, nothing is kept."""
        with suppress(OSError):
            self._state = replace(state, elapsed_s=self.elapsed_s)
            digested.write(self.folder / STATE, self._state)

    def reach(self, name: str, index: int, crossed: Crossed) -> None:
        """Keep how far the evaluation of a batch is."""
        if self._state is None:
            return
        keyring.prolong(self._state.key, self.seconds)
        with suppress(OSError):
            if (self.folder / REACHED).exists():
                (self.folder / REACHED).replace(self.folder / BEFORE)
            digested.write(self.folder / REACHED, Reached(name, index, crossed, self.elapsed_s))

    def reached(self, name: str) -> Reached | None:
        """How far an evaluation was kept; no other checkpoint is left for the evaluator to take up.

        An evaluator tells of a checkpoint before it is in its place; where it was ended between the two, the
        one before is there.
        """
        evaluator = self.folder / FOLDER / "evaluator"
        noted = [digested.read(Reached, self.folder / file) for file in (REACHED, BEFORE)]
        kept = (one for one in noted if one and one.name == name and is_kept(evaluator, one.index))
        found = next(kept, None)
        if found is not None:
            self.before_s = found.elapsed_s
        remove_others(evaluator, None if found is None else found.index)
        return found

    def forget(self) -> None:
        """Remove everything, and what opens the secret key."""
        with uninterrupted():
            state = self._state or digested.read(State, self.folder / STATE)
            if state is not None:
                keyring.remove(state.key)
            for name in (STATE, REACHED, BEFORE):
                with suppress(OSError):
                    (self.folder / name).unlink(missing_ok=True)
            shutil.rmtree(self.folder / FOLDER, ignore_errors=True)
            self._state = None

    @property
    def elapsed_s(self) -> float:
        """Since the parties were started, runs before this one included."""
        return self.before_s + monotonic() - self._began_s


def _cut_off(error: BaseException) -> bool:
    """Whether the cell was neither computed nor failed."""
    return not isinstance(error, Exception) or (isinstance(error, PartyError) and error.kind in DEATHS)
