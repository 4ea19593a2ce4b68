"""What the campaign asks of Linux: namespaces, a small disk, and a file system that takes no writes."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
from pathlib import Path

_NEW_TIME, _NEW_MOUNTS, _NEW_USER, _NEW_PROCESSES = 0x80, 0x20000, 0x10000000, 0x20000000
_PRIVATE_BELOW = 1 << 18 | 1 << 14
#: Of x86-64: calls that open, with the place of their flags, and calls that change what lies where.
_OPENS = {2: 1, 257: 2}
_CHANGES = (76, 82, 83, 84, 85, 87, 258, 263, 264, 316)
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_READ_ONLY, _ALLOW = 0x50000 | 30, 0x7FFF0000  # errno EROFS


#: The file that fills a disk.
FILLER = "filler"


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _done(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def enter(*, as_user: bool = True) -> bool:
    """Go on in a child, in a user's and a mount namespace, where it may mount; False where it is forbidden.

    The parent ends with it. A process with threads may not enter, and numpy has some once it is imported; a
    child begins with one.

    Args:
        as_user: False for a mount namespace alone, for which it takes the superuser; other users stay what
            they are then.
    """
    _go_on_in_child()
    user, group = os.geteuid(), os.getegid()
    try:
        _done(_library().unshare(_NEW_USER * as_user | _NEW_MOUNTS))
        if as_user:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        _done(_library().mount(b"none", b"/", None, ctypes.c_ulong(_PRIVATE_BELOW), None))
    except OSError:
        return False
    return True


def small_disk(folder: Path, size: int) -> None:
    """Mount a file system with so many bytes."""
    folder.mkdir()
    _done(_library().mount(b"tmpfs", bytes(folder), b"tmpfs", ctypes.c_ulong(0), f"size={size}".encode()))


def put_away(folder: Path) -> None:
    """Unmount a small disk, as soon as nothing uses it (umount2(2))."""
    _done(_library().umount2(bytes(folder), 2))


def fill(folder: Path) -> Path:
    """Fill a disk to its last byte, by the file that is returned."""
    path = folder / FILLER
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(1 << 16)):
                pass
        except OSError:
            return path
    return path


def read_only() -> None:
    """No file can be opened to be written any more, by this process and those that it starts (seccomp(2))."""
    steps = [(0x20, 0, 0, 0)]  # load the number of the call
    for number in _CHANGES:
        steps += [(0x15, 0, 1, number), (6, 0, 0, _READ_ONLY)]
    for number, place in _OPENS.items():
        steps += [(0x15, 0, 4, number), (0x20, 0, 0, 16 + 8 * place)]
        steps += [(0x45, 0, 1, _TO_WRITE), (6, 0, 0, _READ_ONLY), (6, 0, 0, _ALLOW)]
    steps.append((6, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    _done(_library().prctl(38, 1, 0, 0, 0))
    _done(_library().prctl(22, 2, program, 0, 0))


def can_refuse_writes() -> bool:
    """Whether `read_only` knows the calls of this machine."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def other_clock(seconds: int) -> None:
    """Processes that this one starts have a monotonic clock that is so far ahead (time_namespaces(7))."""
    _done(_library().unshare(_NEW_TIME))
    Path("/proc/self/timens_offsets").write_text(f"monotonic {seconds} 0\nboottime {seconds} 0\n")


def other_processes() -> None:
    """Go on in a child, alone in a namespace of processes as in a container; the parent ends with it."""
    _done(_library().unshare(_NEW_PROCESSES | _NEW_MOUNTS))
    _go_on_in_child()
    _done(_library().mount(b"proc", b"/proc", b"proc", ctypes.c_ulong(0), None))


def die_with_parent() -> None:
    """Have the kernel end this process when the one that started it ends (prctl(2))."""
    _done(_library().prctl(1, signal.SIGKILL, 0, 0, 0))


def _go_on_in_child() -> None:
    """Be a child of this process from here on; this process ends as the child does, and the child with it."""
    parent = os.getpid()
    child = os.fork()
    if child:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os._exit(status if status >= 0 else 128 - status)
    die_with_parent()
    if os.getppid() not in (parent, 0):  # it ended in between; 0 is one of another namespace
        os._exit(1)
