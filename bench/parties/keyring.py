"""The kernel's keyring of this user: a few bytes in memory that is never swapped, until a time that is set.

They outlive the process that put them there, are in no file, and are gone when the machine starts again.
Every process of the same user can read them; see keyrings(7). Containers often forbid it, and other systems
have none.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys

#: By the kind of machine: the numbers of add_key(2) and keyctl(2).
_CALLS = {"x86_64": (248, 250), "aarch64": (217, 219)}
_USER_KEYRING = -4
_SET_PERMISSIONS, _READ, _SET_TIMEOUT, _INVALIDATE = 5, 11, 15, 21
#: Everything for processes of the same user, whatever session they are of; nothing for others.
_OWN_USER = 0x3F3F0000
#: What a key is called; the kernel numbers it.
_NAME = b"polynomial-transformer-bench:%d"


def put(secret: bytes, seconds: float) -> int | None:
    """Keep some bytes for so long; the number that the kernel gives them, None where it keeps none."""
    name = _NAME % int.from_bytes(os.urandom(8), "big")
    number = _call(0, b"user", name, secret, len(secret), _USER_KEYRING)
    if number is None:
        return None
    if _call(1, _SET_PERMISSIONS, number, _OWN_USER) is None or not prolong(number, seconds):
        remove(number)
        return None
    return number


def get(number: int, size: int) -> bytes | None:
    """So many bytes that were kept; None where they are not there any more, or are others."""
    room = ctypes.create_string_buffer(size)
    return room.raw if _call(1, _READ, number, room, size) == size else None


def prolong(number: int, seconds: float) -> bool:
    """Keep them for so long from now on; whether they are there."""
    return _call(1, _SET_TIMEOUT, number, max(1, int(seconds))) is not None


def remove(number: int) -> None:
    """Keep them no longer."""
    _call(1, _INVALIDATE, number)


def _call(which: int, *arguments: object) -> int | None:
    """What a call of the kernel returns; None where it fails, or there is no such call."""
    if not sys.platform.startswith("linux") or platform.machine() not in _CALLS:
        return None
    result: int = ctypes.CDLL(None).syscall(_CALLS[platform.machine()][which], *arguments)
    return None if result < 0 else result
