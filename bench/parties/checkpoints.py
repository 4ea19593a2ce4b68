"""The evaluation of a batch, kept in files between layers for an evaluator that comes after a dead one.

A checkpoint is a folder in the evaluator's own: the ciphertexts alive, which only the key owner could read,
and what was counted and measured so far. It is written under another name and renamed, so it is whole or not
there, and the one before goes when it is there. It belongs to one evaluation of one batch, under one set of
keys, by one program: what does not is removed and never taken up.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray

from backends.errors import BackendError
from backends.measured import Span
from backends.replay import Kept
from bench.parties import digested
from bench.parties.ciphertexts import Serialiser
from bench.parties.codec import Message
from bench.parties.spent import Meter
from bench.parties.wire import Shipment, announce, verify
from models import regular_files
from models.arrays import read_array

#: Begins the name of a checkpoint's folder; its number is that of the first instruction that is not done.
NAME, PART, STATE, SPANS = "checkpoint-", "checkpoint.part", "state.json", "spans.npy"


@dataclass(frozen=True)
class Checkpoint(Message):
    """The state beside the ciphertexts of a checkpoint.

    Attributes:
        identity: of the evaluation.
        values: the ciphertexts alive, by their ids in the program.
        spans: a file of a row each: index, constant or -1, beginning, end, and whether it was a pause.
        boundary: see `backends.replay.Kept`, and so `counts` and `seconds`.
        cpu_s: processor time so far.
    """

    identity: str
    values: Mapping[str, Shipment]
    spans: Shipment
    boundary: int
    counts: Mapping[str, int]
    seconds: float
    cpu_s: float


def identity(names: Sequence[str], files: Iterable[Shipment]) -> str:
    """A digest of everything to which a checkpoint belongs."""
    text = json.dumps([*names, *(one.sha256 for one in files)])
    return hashlib.sha256(text.encode()).hexdigest()


def is_kept(folder: Path, boundary: int) -> bool:
    """Whether an evaluator's folder has the checkpoint at a boundary."""
    return (folder / f"{NAME}{boundary}").is_dir()


def remove_others(folder: Path, boundary: int | None) -> None:
    """Remove every checkpoint from an evaluator's folder but the one at a boundary."""
    for path in folder.glob(f"{NAME}*"):
        if _number(path) != boundary:
            shutil.rmtree(path, ignore_errors=True)


class Checkpoints:
    """Those of one evaluation of a batch."""

    def __init__(
        self,
        folder: Path,
        role: Serialiser,
        identity: str,
        every_s: float | None,
        tell: Callable[[int, float], None],
        meter: Meter,
    ) -> None:
        """Begin an evaluation.

        Args:
            folder: the evaluator's.
            role: reads and writes its ciphertexts.
            identity: of the evaluation.
            every_s: how often it is kept; never where it is None.
            tell: told of each checkpoint: the first instruction that is not done, and the seconds it took.
            meter: of the request, of which keeping is no part.
        """
        self._folder, self._role, self._identity = folder, role, identity
        self._every_s, self._tell, self._meter = every_s, tell, meter
        self._last, self._began_s = perf_counter(), process_time()

    @property
    def cpu_s(self) -> float:
        """Processor time of the evaluation so far, keeping it left out."""
        return process_time() - self._began_s

    def due(self) -> bool:
        """Whether so long ago it began or was kept last."""
        return self._every_s is not None and perf_counter() - self._last >= self._every_s

    def keep(self, kept: Kept) -> None:
        """Write a checkpoint in place of the one before; where the disk has no room, that one stays."""
        started, cpu_s = perf_counter(), self.cpu_s
        with self._meter.apart(), suppress(OSError, BackendError):
            part, before = self._folder / PART, list(self._all())
            self._write(kept, cpu_s, part)
            # Told first: what is found on disk was told of, unless the one who was told is gone too.
            self._tell(kept.boundary, perf_counter() - started)
            part.rename(self._folder / f"{NAME}{kept.boundary}")
            for folder in before:
                shutil.rmtree(folder, ignore_errors=True)
        self._began_s = process_time() - cpu_s
        self._last = perf_counter()

    def latest(self) -> Kept | None:
        """The evaluation as it was kept last, if it was; whatever else lies there is removed."""
        found: Kept | None = None
        shutil.rmtree(self._folder / PART, ignore_errors=True)
        for folder in sorted(self._all(), key=_number, reverse=True):
            found = found or self._read(folder)
            if found is None:
                shutil.rmtree(folder)
        self._last = perf_counter()
        return found

    def _all(self) -> Iterator[Path]:
        return self._folder.glob(f"{NAME}*")

    def _write(self, kept: Kept, cpu_s: float, part: Path) -> None:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        for name, value in kept.values.items():
            self._role.write(value, part / str(name))
        np.save(part / SPANS, _rows(kept.spans))
        state = Checkpoint(
            self._identity,
            {str(name): announce(part, "ciphertext", str(name)) for name in kept.values},
            announce(part, "spans", SPANS),
            kept.boundary,
            dict(kept.counts),
            kept.seconds,
            cpu_s,
        )
        digested.write(part / STATE, state)

    def _read(self, folder: Path) -> Kept | None:
        """A checkpoint, if it is of this evaluation and whole."""
        state = digested.read(Checkpoint, folder / STATE)
        if state is None or state.identity != self._identity:
            return None
        try:
            values = {int(name): self._role.read(verify(folder, file)) for name, file in state.values.items()}
            with regular_files.opened(verify(folder, state.spans)) as file:
                spans = _spans(read_array(file))
        except (OSError, ValueError, BackendError):
            return None
        self._began_s = process_time() - state.cpu_s
        return Kept(state.boundary, values, state.counts, spans, state.seconds)


def _rows(spans: Sequence[Span]) -> NDArray[np.float64]:
    rows = [
        (one.index, -1 if one.constant is None else one.constant, one.started, one.ended, one.pause)
        for one in spans
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 5)


def _spans(rows: NDArray[np.float64]) -> list[Span]:
    return [
        Span(int(index), None if constant < 0 else int(constant), started, ended, bool(pause))
        for index, constant, started, ended, pause in rows.tolist()
    ]


def _number(folder: Path) -> int:
    text = folder.name.removeprefix(NAME)
    return int(text) if text.isdecimal() else -1
