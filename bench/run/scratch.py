"""The folder of a session's parties: locked while the session lives, and removed with it.

The lock is the kernel's, on the folder itself, and ends with the process that holds it, however that ends.
So what a killed run left is told from what is in use, whatever process ids there are in which container. The
name says on which host, and since which start of it; a folder of another host is another run's to remove.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.run.interruption import uninterrupted

#: Begins the name of a session's folder.
SCRATCH = ".parties-"
#: Says since when the machine is up, where Linux tells.
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def _here() -> str:
    """This host, and its start."""
    host = re.sub(r"[^A-Za-z0-9.]+", "_", socket.gethostname())[:40]
    boot = _BOOT.read_text()[:8] if _BOOT.exists() else "unknown"
    return f"{host}-{boot}"


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A folder of a session's own in `folder`; gone, and everything in it, when the session is left.

    Raises:
        OSError: it cannot be made.
    """
    made, descriptor = _locked(folder)
    try:
        yield made
    finally:
        with uninterrupted():
            shutil.rmtree(made, ignore_errors=True)
            os.close(descriptor)


def _locked(folder: Path) -> tuple[Path, int]:
    """A new folder and the descriptor that holds its lock; another one where `sweep` came in between."""
    while True:
        made = Path(tempfile.mkdtemp(prefix=f"{SCRATCH}{_here()}-", dir=folder))
        descriptor = _opened(made)
        if descriptor is None:
            continue
        if _hold(descriptor) is not False and made.exists():
            return made, descriptor
        os.close(descriptor)


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Make a folder, if it is not there, and lock it; it stays. Whether this process has it.

    It has not where another one holds it, or where it cannot be made.
    """
    while True:
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = _opened(folder)
        if descriptor is None:
            yield False
            return
        mine = _hold(descriptor) is not False
        if folder.exists():
            break
        os.close(descriptor)  # whoever had it removed it in between
    try:
        yield mine
    finally:
        os.close(descriptor)


def _opened(folder: Path) -> int | None:
    """A descriptor of a folder, None where there is none."""
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _hold(descriptor: int) -> bool | None:
    """Lock a folder: False where another process holds it, None where its file system locks no folders."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def abandoned(output: Path) -> Iterator[Path]:
    """The folders of sessions of this host under `output` whose process was killed.

    Each stays locked until the next is asked for. Where folders cannot be locked, nothing says that one is
    nobody's, and it is left out.
    """
    host = _here().rpartition("-")[0]
    for folder in output.glob(f"*/*/{SCRATCH}{host}-*"):
        descriptor = _opened(folder)
        if descriptor is None:
            continue
        try:
            if _hold(descriptor):
                yield folder
        finally:
            os.close(descriptor)


def sweep(output: Path) -> None:
    """Remove what `abandoned` finds."""
    for folder in abandoned(output):
        shutil.rmtree(folder, ignore_errors=True)
