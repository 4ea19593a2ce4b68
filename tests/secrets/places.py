"""Where a secret may have been left: every file of some folders, and the memory of a process."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

#: By how packed content begins, what unpacks it.
PACKED: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b": gzip.decompress,
    b"BZh": bz2.decompress,
    b"\xfd7zXZ": lzma.decompress,
    b"\x78": zlib.decompress,
}
#: Folders for what is temporary that a library may have taken on its own account.
ELSEWHERE = (Path("/dev/shm"), Path("/var/tmp"))
INSTALLED = "site-packages"
#: The most of one stretch of memory that is read.
_MOST_OF_MEMORY = 1 << 28


def files(folders: Sequence[Path], since: float = 0.0) -> Iterator[Path]:
    """Every file of some folders, or those that were changed since a time of `time.time`.

    Left out is what is installed in environments: only an installer writes there.
    """
    for folder in folders:
        for root, below, names in os.walk(folder):  # which passes over what it may not see
            below[:] = [one for one in below if one != INSTALLED]
            for path in (Path(root, name) for name in names):
                with suppress(OSError):
                    if path.is_file() and not path.is_symlink() and path.stat().st_mtime >= since:
                        yield path


def contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file, its name among them, and what is packed into it."""
    yield str(path).encode()
    try:
        whole = path.read_bytes()
    except OSError:
        return
    yield whole
    for begins, unpack in PACKED.items():
        if whole.startswith(begins):
            with suppress(Exception):  # it only began like one
                yield unpack(whole)
    if path.suffix == ".npz":
        with suppress(Exception), np.load(path, allow_pickle=False) as arrays:  # one that a fault has damaged
            yield from (arrays[name].tobytes() for name in arrays.files)


def memory(pid: int) -> Iterator[bytes]:
    """All that a process could write to, as far as the system lets this one read it (proc_pid_mem(5))."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as image:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            where, rights = line.split()[:2]
            first, last = (int(end, 16) for end in where.split("-"))
            if rights.startswith("rw") and last - first <= _MOST_OF_MEMORY:
                with suppress(OSError):
                    image.seek(first)
                    yield image.read(last - first)
