"""A process's memory as the system keeps it: locked against swapping, and given back once it is free.

The two are one idea, because the C library cannot give back what is locked (`MADV_DONTNEED` refuses it), so
that a key owner would keep the room of all keys that it ever made.
"""

from __future__ import annotations

import ctypes
import re
import sys
from pathlib import Path

#: What there is now, what will be, and each page when it is first used (mlockall(2)).
_CURRENT, _FUTURE, _ON_FAULT = 1, 2, 4

_STATUS, _LOCKED = Path("/proc/self/status"), re.compile(r"^VmLck:\s*[1-9]", re.MULTILINE)


def lock() -> bool:
    """Keep all memory of this process, now and to come, from being swapped out; whether the system does."""
    if sys.platform != "linux":
        return False
    refused: int = ctypes.CDLL(None).mlockall(_CURRENT | _FUTURE | _ON_FAULT)
    return refused == 0


def give_back() -> None:
    """Give what is free back to the system; what is locked is unlocked for that moment."""
    library = ctypes.CDLL(None)
    locked = _STATUS.exists() and _LOCKED.search(_STATUS.read_text()) is not None
    if locked:
        library.munlockall()
    library.malloc_trim(0)
    if locked:
        lock()
