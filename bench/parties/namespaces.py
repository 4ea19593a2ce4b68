"""Namespaces (namespaces(7)): a process has its own view of the file system, without some of it.

They are a user's and a mount namespace of its own, for which no privilege is needed where the system lets
users have them. In its namespace a process has no rights over processes outside, so it cannot read the memory
of one that is not dumpable, even as the superuser.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000
_PRIVATE, _RECURSIVE, _BIND, _NO_SETUID, _NO_DEVICES = 1 << 18, 1 << 14, 1 << 12, 2, 4
#: System calls, of these numbers on every architecture, and what they are asked.
_OPEN_TREE, _MOVE_MOUNT, _CLONE, _EMPTY_PATH, _HERE = 428, 429, 1, 4, -100
#: Version 3 of how capabilities are set (capset(2)).
_CAPABILITIES = 0x20080522
_PROC = Path("/proc")
#: What stays of `/proc` beside the process's own folder.
_OF_PROC = ("cpuinfo", "meminfo", "stat", "swaps", "sys")


def hide(hidden: Path, own: Path, needed: Sequence[Path]) -> bool:
    """Show this process nothing of the folder `hidden` but `own`, and no other process in `/proc`.

    Must be called before there is a second thread. A child tries it first, so that a system which allows half
    of it leaves this process as it was.

    Args:
        hidden: a folder.
        own: a folder in it.
        needed: what must be readable afterwards, where it was before.

    Returns:
        Whether it is so; False where the system does not allow it.
    """
    if sys.platform != "linux" or hidden == own:
        return False
    child = os.fork()
    if child == 0:
        os._exit(_tried(hidden, own, needed))
    _, status = os.waitpid(child, 0)
    if status != 0:
        return False
    _enter(hidden, own)
    return True


def _tried(hidden: Path, own: Path, needed: Sequence[Path]) -> int:
    """The exit status of the child that tries: 0 where all went well."""
    kept = (path for path in (own, *needed) if not path.is_relative_to(_PROC))
    readable = [path for path in kept if os.access(path, os.R_OK)]
    try:
        _enter(hidden, own)
        left = [path.name for path in hidden.iterdir()]
        return int(left != [own.name] or not all(os.access(path, os.R_OK) for path in readable))
    except BaseException:
        return 1


def _enter(hidden: Path, own: Path) -> None:
    """Enter the namespaces and give up all rights that come with them.

    Raises:
        OSError: the system does not allow it.
    """
    user, group = os.geteuid(), os.getegid()
    library = ctypes.CDLL(None, use_errno=True)
    _done(library.unshare(_NEW_USER | _NEW_MOUNTS))
    (_PROC / "self" / "setgroups").write_text("deny")
    (_PROC / "self" / "uid_map").write_text(f"{user} {user} 1")
    (_PROC / "self" / "gid_map").write_text(f"{group} {group} 1")
    _mount(library, "none", Path("/"), None, _RECURSIVE | _PRIVATE)
    _cover(library, hidden, {own.name: own})
    process = str(os.getpid())
    _cover(library, _PROC, {name: _PROC / name for name in (process, *_OF_PROC)})
    (_PROC / "self").symlink_to(process)
    nothing = struct.pack("=6I", *(0,) * 6)
    _done(library.capset(struct.pack("=Ii", _CAPABILITIES, 0), nothing))


def _cover(library: ctypes.CDLL, folder: Path, kept: dict[str, Path]) -> None:
    """Lay an empty folder over one, and some of what was in it into that."""
    trees = {}
    for name, path in kept.items():
        trees[name] = library.syscall(_OPEN_TREE, _HERE, bytes(path), _CLONE | os.O_CLOEXEC)
        _done(trees[name])
    folders = {name for name, path in kept.items() if path.is_dir()}
    _mount(library, "tmpfs", folder, b"size=64k,mode=755", _NO_SETUID | _NO_DEVICES)
    for name, tree in trees.items():
        place = folder / name
        if name in folders:
            place.mkdir()
        else:
            place.touch()
        _done(library.syscall(_MOVE_MOUNT, tree, b"", _HERE, bytes(place), _EMPTY_PATH))
        os.close(tree)


def _mount(library: ctypes.CDLL, kind: str, place: Path, options: bytes | None, flags: int) -> None:
    name = kind.encode()
    _done(library.mount(name, bytes(place), name, ctypes.c_ulong(flags), options))


def _done(result: int) -> None:
    """See that a call went well.

    Raises:
        OSError: it did not.
    """
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
