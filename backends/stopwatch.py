"""Adds up the seconds of one kind of work that is done in pieces."""

from __future__ import annotations

from time import perf_counter
from types import TracebackType


class Stopwatch:
    """Runs while it is entered, again and again.

    Attributes:
        seconds: how long it has run so far, by the monotonic clock.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._started = 0.0

    def __enter__(self) -> Stopwatch:
        self._started = perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds += perf_counter() - self._started
