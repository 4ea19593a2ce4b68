"""The cores that a cell's parties run on: free ones, held by a lock each while they run.

A lock is a file of the user's runtime folder, locked by the kernel, which lets go of it when the process
ends, however it ends. Runs that begin at the same time thus pin their parties to different cores, and one
that finds too few free ones shares some and says so.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from backends.registry import Descriptor
from bench.spec.cells import Cell
from models import regular_files

#: Seconds over which it is looked at how busy the cores are.
LOOK_S = 0.1


@dataclass(frozen=True)
class Cores:
    """Where a cell's parties are pinned.

    Attributes:
        pinned: the cores' numbers; none where the system cannot pin.
        shared: those of them that another run holds.
        before: how many runs had come to share each of those that this one holds, when it took them.
    """

    pinned: tuple[int, ...] = ()
    shared: tuple[int, ...] = ()
    before: Mapping[int, int] = field(default_factory=dict, compare=False)

    def joined(self) -> tuple[int, ...]:
        """Those to which another run has come since then, because it found too few free ones."""
        return tuple(core for core, count in sorted(self.before.items()) if _came(core) > count)


def used_threads(cell: Cell, descriptor: Descriptor) -> int:
    """How many threads the evaluator really uses: one where the library has no use for more."""
    used = descriptor.threaded or not cell.parameter_set.planned
    return cell.parameter_set.threads if used else 1


@contextmanager
def claimed(threads: int) -> Iterator[Cores]:
    """Hold as many cores as there are threads, free ones first."""
    if not hasattr(os, "sched_getaffinity"):
        yield Cores()
        return
    with ExitStack() as held:
        free: list[int] = []
        taken: list[int] = []
        for core in _idlest(sorted(os.sched_getaffinity(0))):
            if len(free) == threads:
                break
            (free if _hold(core, held) else taken).append(core)
        shared = taken[: threads - len(free)]
        before = {core: _came(core) for core in free}
        for core in shared:
            # A disk that is full hides it.
            with suppress(OSError), regular_files.opened(_note(core), "ab") as file:
                file.write(b".")
        yield Cores(tuple(sorted(free + shared)), tuple(sorted(shared)), before)


def _hold(core: int, held: ExitStack) -> bool:
    """Lock a core until `held` is left; False where another run has it."""
    # Another thread may let go of it, as where a connection ends whose evaluator it was held for.
    lock = FileLock(_folder() / f"core_{core}.lock", thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    held.callback(lock.release)
    return True


def _note(core: int) -> Path:
    """The file that has a byte for every run that has come to a core which another one held.

    A time would not do: clocks of the day are set.
    """
    return _folder() / f"core_{core}.shared"


def _came(core: int) -> int:
    """How many runs have come to a core that another one held."""
    path = _note(core)
    return path.stat().st_size if path.exists() else 0


def _folder() -> Path:
    """Where the locks of this user's runs are, none of which outlives a start of the machine."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")  # of a session that may have ended, or is another user's
    usable = bool(runtime) and os.access(runtime, os.W_OK | os.X_OK)
    folder = (
        Path(runtime if usable else tempfile.gettempdir()) / f"polynomial-transformer-bench-{os.getuid()}"
    )
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _idlest(cores: Sequence[int]) -> list[int]:
    """The cores, those with the least to do first, as far as tenths of their time tell them apart."""
    busy = psutil.cpu_percent(interval=LOOK_S, percpu=True)
    return sorted(cores, key=lambda core: round(busy[core] / 10) if core < len(busy) else 0)
