"""Keeps a process's memory, and the secret key in it, from being written to where a disk keeps it."""

from __future__ import annotations

import re
import resource
import sys
from contextlib import suppress
from pathlib import Path

from backends.heap import lock

#: What is true of a party's memory: it is locked, the system has nowhere to swap it to, or it may be swapped.
LOCKED, ABSENT, POSSIBLE = "locked", "absent", "possible"
_SWAPS, _STATUS = Path("/proc/swaps"), Path("/proc/self/status")
#: The rights of a process, and the number of that to lock memory.
_HELD, _LOCK_MEMORY = re.compile(r"^CapEff:\s*([0-9a-f]+)$", re.MULTILINE), 14


def keep_out() -> str:
    """Lock all memory of this process, now and to come, where its limit allows any amount.

    A limit would make what comes after it fail, so with one nothing is locked.
    """
    if sys.platform == "linux" and _unlimited() and lock():
        return LOCKED
    return ABSENT if _no_swap() else POSSIBLE


def _unlimited() -> bool:
    """Whether memory may be locked without a limit, which is raised as far as the system lets it."""
    if _may_lock():
        return True
    everything = resource.RLIM_INFINITY
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (everything, everything))
    _, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == everything


def _may_lock() -> bool:
    """Whether this process has the right to lock memory, for which no limit holds (capabilities(7))."""
    status = _STATUS.read_text() if _STATUS.exists() else ""
    held = _HELD.search(status)
    return held is not None and bool(int(held.group(1), 16) >> _LOCK_MEMORY & 1)


def _no_swap() -> bool:
    """Whether the system says that it swaps to nothing; a first line only names the columns."""
    try:
        return len(_SWAPS.read_text().splitlines()) <= 1
    except OSError:
        return False
