"""Files that people name or keep, opened without waiting: a pipe or a device in a file's place is refused.

To open a pipe for reading is to wait for one who writes into it, for ever where nobody does. Needs the
standard library alone, because parties and tox's plugin read files too.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path
from typing import BinaryIO, Literal

#: To read a file, to change one that is there, to add to one that is made where it is absent.
Mode = Literal["rb", "r+b", "ab"]

_FLAGS = {"rb": os.O_RDONLY, "r+b": os.O_RDWR, "ab": os.O_WRONLY | os.O_APPEND | os.O_CREAT}
_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def descriptor_of(path: Path, flags: int) -> int:
    """A descriptor of a regular file, as `os.open` gives one.

    Raises:
        OSError: it cannot be opened, or is no regular file, which its `strerror` says then.
    """
    try:
        descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY, 0o644)
    except ValueError as error:  # a character 0, or half of one
        raise OSError(errno.EINVAL, "no file has such a name", str(path)) from error
    except OSError as error:
        if error.errno == errno.ENXIO:  # what nobody reads, or a socket
            raise _refused(path, path.stat().st_mode) from error
        raise
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise _refused(path, mode)
    return descriptor


def opened(path: Path, mode: Mode = "rb") -> BinaryIO:
    """A regular file as bytes.

    Raises:
        OSError: see `descriptor_of`.
    """
    return os.fdopen(descriptor_of(path, _FLAGS[mode]), mode)


def content(path: Path) -> bytes:
    """What a regular file holds.

    Raises:
        OSError: see `descriptor_of`.
    """
    with opened(path) as file:
        return file.read()


def text(path: Path, encoding: str = "utf-8") -> str:
    """What a regular file holds as text, every line end as one character.

    Raises:
        OSError: see `descriptor_of`.
        UnicodeDecodeError: the bytes are not of this encoding.
    """
    with io.TextIOWrapper(opened(path), encoding=encoding) as file:
        return file.read()


def _refused(path: Path, mode: int) -> OSError:
    if stat.S_ISDIR(mode):
        return IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
    return OSError(errno.EINVAL, f"it is {kind} and no regular file", str(path))
