"""Landlock (landlock(7)): a process gives up, for good, all files but those that it names.

It also gives up tracing processes that have not given up as much, whose memory it then cannot read even as
the superuser, and, from version 6 of Landlock on, signals to any process outside.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

#: System calls, of these numbers on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_FOR_VERSION, _PATH_BENEATH = 1, 1
_EXECUTE, _WRITE, _READ, _LIST, _TRUNCATE = 1, 1 << 1, 1 << 2, 1 << 3, 1 << 14
#: What can be done with a file that is no folder.
_WITH_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE
#: What is allowed of that which a process may see, and of devices.
SEE, USE, LIST = _EXECUTE | _READ | _LIST, _READ | _WRITE, _LIST
#: How many rights over files each version knows, from version 1 on; later ones as many.
_RIGHTS = (13, 14, 15)
#: Sockets without a file, and signals, from version 6 on.
_SCOPED, _SCOPED_SINCE = 0b11, 6
_SET_NO_NEW_PRIVILEGES = 38


def version() -> int:
    """The version of Landlock that this kernel has; 0 where it has none, or does not let it be used."""
    if sys.platform != "linux":
        return 0
    told: int = _library().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_FOR_VERSION)
    return max(0, told)


def restrict(own: Path, seen: Sequence[Path], used: Sequence[Path], hidden: Path) -> bool:
    """Keep this thread, and those that it starts, to some files; False where this kernel cannot.

    Args:
        own: a folder with which it may do everything.
        seen: files and folders that it may read and execute.
        used: devices that it may read and write.
        hidden: a folder of which it may see nothing but `own`, even where it lies in one of `seen`; the names
            of the folders around it can be listed then.
    """
    found = version()
    if not found:
        return False
    everything = (1 << _RIGHTS[min(found, len(_RIGHTS)) - 1]) - 1
    scoped = _SCOPED if found >= _SCOPED_SINCE else 0
    asked = struct.pack("=QQQ", everything, 0, scoped)[: 24 if scoped else 8]
    ruleset = _library().syscall(_CREATE_RULESET, asked, ctypes.c_size_t(len(asked)), 0)
    if ruleset < 0:
        return False
    try:
        _allow(ruleset, own, everything)
        for path in used:
            _allow(ruleset, path, USE)
        for path in seen:
            for one, rights in around(path, hidden):
                _allow(ruleset, one, rights)
        _library().prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return bool(_library().syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def around(path: Path, hidden: Path) -> Iterator[tuple[Path, int]]:
    """What to allow so that all of `path` is seen but `hidden`."""
    if path == hidden:
        return
    if not hidden.is_relative_to(path):
        yield path, SEE
        return
    yield path, LIST
    for child in path.iterdir():
        yield from around(child, hidden)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    """Add a rule, where there is such a file."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            allowed = rights if path.is_dir() else rights & _WITH_FILES
            rule = struct.pack("=Qi", allowed, descriptor)
            _library().syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
        finally:
            os.close(descriptor)
