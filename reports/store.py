"""The store of records: append-only, one run a folder, raw outputs beside the records.

    <output>/<run>/records.jsonl     a line per record: schema, record, raw output's name and digest, SHA-256
    <output>/<run>/<case>.<backend>.<key>.npz

Nothing is overwritten. A line is written whole or not at all: one write to the end of the file, then fsync,
and what a full disk cut off is taken back. Where the machine itself died in between, the rest of that line
is refused by name when the run is read, and the others load.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import regular_files
from reports.errors import ReportError
from reports.lines import Line, decode, encode
from reports.record import Record, Status

RECORDS = "records.jsonl"
#: How raw outputs end that are being written.
PART = ".npz.part"

#: Name → array, of any type: logits, labels, sample ids, probes.
RawOutputs = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Stored:
    """A record as it was read, with the place of its raw outputs."""

    record: Record
    raw: Path | None
    raw_sha256: str | None


@dataclass
class Loaded:
    """What a run's file holds: its records, and a sentence for every line that was refused."""

    stored: list[Stored] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Run:
    """The folder of one run, open for appending."""

    folder: Path

    @property
    def run_id(self) -> str:
        """The folder's name, which every record of the run carries."""
        return self.folder.name

    def append(self, record: Record, raw: RawOutputs | None = None) -> Stored:
        """Write a record and its raw outputs (logits, labels, sample ids, probes).

        Raises:
            ReportError: the record is of another run, or the disk is full.
        """
        if record.run_id != self.run_id:
            raise ReportError(
                f"the record is of run {record.run_id!r}; append it there, not to {self.run_id!r}"
            )
        path, raw_sha256 = None, None
        if raw is not None:
            path = free(self.folder / f"{record.case}.{record.backend}.{record.key[:16]}.npz")
            raw_sha256 = _write_raw(path, raw)
        line = Line(record, None if path is None else path.name, raw_sha256)
        append_line(self.folder / RECORDS, encode(line))
        return Stored(record, path, raw_sha256)


def create_run(output: Path) -> Run:
    """A new folder under `output`, named by the time in UTC and a random suffix.

    Raises:
        ReportError: the folder cannot be made.
    """
    name = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    try:
        (output / name).mkdir(parents=True)
    except OSError as error:
        raise ReportError(
            f"{output / name} cannot be made ({error.strerror}); choose another --output"
        ) from error
    return Run(output / name)


def load_run(folder: Path) -> Loaded:
    """Every record of a run whose line is whole, in order, and why the others are not there.

    Raises:
        ReportError: the folder holds no records.
    """
    path, run_id = folder / RECORDS, folder.resolve().name
    try:
        lines = regular_files.content(path).split(b"\n")
    except OSError as error:
        raise ReportError(f"{path} cannot be read ({error.strerror}); name the folder of a run") from error
    loaded = Loaded()
    for number, line in enumerate(lines, start=1):
        if not line.strip():  # after the last newline, or put away as damaged
            continue
        try:
            loaded.stored.append(_read_line(line, folder, run_id))
        except ReportError as error:
            loaded.refused.append(f"{path}:{number}: {error}")
    return loaded


def load_output(output: Path) -> Loaded:
    """Every record of every run under `output`, or of `output` itself where it is a run; oldest first.

    A run among several that cannot be read at all is refused, and the others load.

    Raises:
        ReportError: there is no run.
    """
    if (output / RECORDS).exists():
        return load_run(output)
    loaded = [_refused_or_loaded(path.parent) for path in sorted(output.glob(f"*/{RECORDS}"))]
    if not loaded:
        raise ReportError(f"{output} holds no run; name a folder that `bench run --output` wrote")
    return Loaded(
        [one for run in loaded for one in run.stored], [why for run in loaded for why in run.refused]
    )


def load_outputs(outputs: Iterable[Path]) -> Loaded:
    """Every record once, oldest first, though folders may hold each other.

    Raises:
        ReportError: one of them holds no run.
    """
    loaded = [load_output(path) for path in dict.fromkeys(path.resolve() for path in outputs)]
    stored = _each_once(one for found in loaded for one in found.stored)
    refused = dict.fromkeys(why for found in loaded for why in found.refused)
    return Loaded(sorted(stored, key=lambda one: one.record.started_at), list(refused))


def _each_once(stored: Iterable[Stored]) -> list[Stored]:
    """Those whose records differ in anything."""
    alike: dict[tuple[str, str, datetime], list[Stored]] = {}
    for one in stored:
        record = one.record
        same = alike.setdefault((record.run_id, record.key, record.started_at), [])
        if all(other.record != record for other in same):
            same.append(one)
    return [one for same in alike.values() for one in same]


def records_of(output: Path, cell: str) -> list[Stored]:
    """Every record of a cell under `output`, newest first."""
    return kept_of(output, cell).stored


def kept_of(output: Path, cell: str) -> Loaded:
    """Every record of a cell under `output`, newest first, and a sentence for every line that was refused."""
    loaded = [_refused_or_loaded(path.parent) for path in sorted(output.glob(f"*/{RECORDS}"), reverse=True)]
    found = [one for run in loaded for one in reversed(run.stored) if one.record.cell == cell]
    found.sort(key=lambda stored: stored.record.started_at, reverse=True)
    return Loaded(found, [why for run in loaded for why in run.refused])


def all_finished(found: Sequence[Stored], key: str) -> list[Stored]:
    """The records of one cell, newest first, that ended ok and answer it under this key.

    Each is of other processes. There are none where another build or other settings ran the cell since:
    whoever reads the store takes its newest key for the answer, and an older record would not be it.
    """
    if found and found[0].record.key != key:
        return []
    return [one for one in found if one.record.key == key and one.record.status is Status.OK]


def free(path: Path) -> Path:
    """The path, or where it is taken already the first of `name.2`, `name.3`, … beside it."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}.{number}{path.suffix}")
    return found


def read_raw(stored: Stored) -> RawOutputs:
    """The raw outputs of a record.

    Raises:
        ReportError: there are none, or the file is not the one that was written.
    """
    check_raw(stored)
    if stored.raw is None:
        raise ReportError(f"the record of {stored.record.cell} has no raw outputs; run the cell again")
    with regular_files.opened(stored.raw) as file, np.load(file, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def check_raw(stored: Stored) -> None:
    """See that a record's raw outputs, where it has some, are those that were written.

    Raises:
        ReportError: the file is gone, or another.
    """
    if stored.raw is None:
        return
    try:
        payload = regular_files.content(stored.raw)
    except OSError as error:
        raise ReportError(f"{stored.raw} cannot be read ({error.strerror}); run the cell again") from error
    if hashlib.sha256(payload).hexdigest() != stored.raw_sha256:
        raise ReportError(f"{stored.raw} does not match the digest in its record; run the cell again")


def append_line(path: Path, line: str) -> None:
    """Append one line to a file durably; on failure the file is as before.

    Raises:
        ReportError: the disk is full, read-only or gone.
    """
    try:
        descriptor = regular_files.descriptor_of(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    except OSError as error:
        raise ReportError(
            f"{path} cannot be written ({error.strerror}); make its folder writable, or choose another"
        ) from error
    try:
        size = os.fstat(descriptor).st_size
        broken = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        payload = b"\n" * broken + line.encode() + b"\n"  # a line cut off by a crash stays a line of its own
        try:
            if os.write(descriptor, payload) != len(payload):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(descriptor)
        except OSError as error:
            os.ftruncate(descriptor, size)
            raise ReportError(f"{path} cannot be written ({error.strerror}); free some disk space") from error
    finally:
        os.close(descriptor)


def _refused_or_loaded(folder: Path) -> Loaded:
    try:
        return load_run(folder)
    except ReportError as error:
        return Loaded(refused=[str(error)])


def _read_line(text: bytes, folder: Path, run_id: str) -> Stored:
    line = decode(text)
    found = line.record.run_id
    if found != run_id:
        raise ReportError(f"the record is of run {found!r}, not of {run_id!r}; keep it in its folder")
    return Stored(line.record, None if line.raw is None else folder / line.raw, line.raw_sha256)


def _write_raw(path: Path, arrays: RawOutputs) -> str:
    """Write arrays under a temporary name, rename them, and return their SHA-256."""
    temporary = path.with_suffix(PART)
    try:
        with temporary.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
            file.flush()
            os.fsync(file.fileno())
        sha256 = hashlib.sha256(temporary.read_bytes()).hexdigest()
        temporary.rename(path)
    except OSError as error:
        raise ReportError(f"{path} cannot be written ({error.strerror}); free some disk space") from error
    finally:  # Ctrl-C included
        with suppress(OSError):  # of a file system that became read-only
            temporary.unlink(missing_ok=True)
    return sha256
