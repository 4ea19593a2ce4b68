"""What crosses a connection, a frame at a time: lines, which are messages, and the bytes of files.

A frame that begins with `DATA` is a piece of the file that the `Coming` before it announced; any other is the
line of a message. A line for the party behind an end is passed on, one for the end itself is a `Control`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from bench.parties.codec import Message, decode, encode
from bench.parties.errors import MessageError
from bench.remote.control import Coming

#: Begins a frame that is a piece of a file; no line of JSON begins so.
DATA = b"\0"
#: A piece of a file, and the longest frame that either end takes, which is that of a long message.
PIECE_BYTES, MOST_FRAME_BYTES = 1 << 20, 16 << 20
#: Bytes of a file's name.
LONGEST_NAME = 255


def frame(message: Message) -> bytes:
    """The frame of a message."""
    return encode(message).encode()


def frames_of(path: Path) -> Iterator[bytes]:
    """A file: its announcement, then its bytes."""
    with path.open("rb") as file:
        yield frame(Coming(path.name, os.fstat(file.fileno()).st_size))
        while piece := file.read(PIECE_BYTES):
            yield DATA + piece


class Inbox:
    """Takes the frames of one direction: files go into a folder, and messages are handed on.

    Attributes:
        came: the names of the files that have come.
        taken_bytes: the size of all frames so far.
    """

    def __init__(self, folder: Path, room: Callable[[], int]) -> None:
        """Begin.

        Args:
            folder: where files go.
            room: how large a file may be that is announced now.
        """
        self._folder, self._room = folder, room
        self._file: BinaryIO | None = None
        self._missing = 0
        self.came: set[str] = set()
        self.taken_bytes = 0

    def take(self, one: bytes) -> Message | None:
        """The message of a frame; None where it is a file or a piece of one, which is written.

        Raises:
            MessageError: it is no message, or not the file that was announced.
            OSError: a file cannot be written.
        """
        self.taken_bytes += len(one)
        if one.startswith(DATA):
            self._write(one[len(DATA) :])
            return None
        if self._file is not None:
            raise MessageError(f"a file lacks its last {self._missing} bytes; send all that was announced")
        message = decode(Message, _text(one))
        if not isinstance(message, Coming):
            return message
        self._begin(message)
        return None

    def close(self) -> None:
        """Let go of a file that is not whole."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self, coming: Coming) -> None:
        if not _is_plain(coming.name):
            raise MessageError(f"{coming.name!r} is not a plain file name; send it under one")
        if not 0 <= coming.size_bytes <= self._room():
            raise MessageError(
                f"the disk has no room for {coming.name}, {coming.size_bytes} bytes; free some"
            )
        self.came.add(coming.name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        self._file = os.fdopen(os.open(self._folder / coming.name, flags, 0o600), "wb")
        self._missing = coming.size_bytes
        self._end_if_whole()

    def _write(self, piece: bytes) -> None:
        if self._file is None or len(piece) > self._missing:
            raise MessageError("more bytes came than were announced; announce each file with its size")
        self._file.write(piece)
        self._missing -= len(piece)
        self._end_if_whole()

    def _end_if_whole(self) -> None:
        if self._missing == 0:
            self.close()


def _is_plain(name: str) -> bool:
    """Whether every system takes it as a name in a folder: no half of a character, no 0, not too long."""
    whole = name not in ("", ".", "..") and Path(name).name == name
    return whole and name.isprintable() and len(name.encode()) <= LONGEST_NAME


def _text(one: bytes) -> str:
    try:
        return one.decode()
    except UnicodeDecodeError as error:
        raise MessageError(f"a message is no text ({error}); send nothing else here") from None
