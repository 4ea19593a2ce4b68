"""A message in a file of its own, behind its digest: it is there whole or counts as not there."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bench.parties.codec import AnyMessage, Message, decode, encode
from bench.parties.errors import MessageError
from models import regular_files

#: How a file ends that is being written.
PART = ".part"


def write(path: Path, message: Message) -> None:
    """Write one in place of what is there.

    Raises:
        OSError: the disk has no room for it.
    """
    part, line = path.with_name(f"{path.stem}{PART}"), encode(message)
    part.write_text(f"{hashlib.sha256(line.encode()).hexdigest()} {line}")
    part.rename(path)


def read(expected: type[AnyMessage], path: Path) -> AnyMessage | None:
    """The one that is there, if it is intact."""
    try:
        sha256, _, line = regular_files.text(path).partition(" ")
        if hashlib.sha256(line.encode()).hexdigest() != sha256:
            return None
        return decode(expected, line)
    except (OSError, ValueError, MessageError):
        return None
