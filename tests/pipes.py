"""For tests of readers that could wait for ever: pipes in the place of files, and an end to waiting."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

#: Seconds after which a reader is taken to wait for ever; none of them takes a tenth of it.
PATIENCE = 60


@pytest.fixture
def no_waiting() -> Iterator[None]:
    """Fail a test that waits."""

    def waited(number: int, frame: FrameType | None) -> None:
        raise AssertionError("it waited for a pipe's other end")

    before = signal.signal(signal.SIGALRM, waited)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def pipe(path: Path) -> Path:
    """A named pipe in the place of what is there."""
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    return path
