"""How a process that runs cells ends: a signal is a Ctrl-C, and waits while something is tidied up."""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from bench.parties.launch import hide_memory

#: The signals that ask a process to end and that it may answer in its own time.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold signals that end the process off until the block is done, where this thread may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda one, frame: came.append(one)) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def prepare() -> None:
    """What a process that runs cells does first.

    Signals that end it interrupt it as a Ctrl-C does: parties are ended and their folders removed on the way
    out. A crash must not write its memory, and with it samples, to disk, and no other process of the same
    user may read them there.
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    hide_memory()
    for number in set(ENDING) - {signal.SIGINT}:
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
