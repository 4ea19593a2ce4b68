"""Takes times of one operation: a warm-up apart, then as many samples as its length calls for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

Result = TypeVar("Result")

#: From here on an operation is a long one.
LONG_S = 1.0


@dataclass(frozen=True)
class Repetitions:
    """How often an operation is timed.

    Attributes:
        short: where its warm-up takes under a second.
        long: where it takes longer.
    """

    short: int
    long: int

    def after(self, warm_up_s: float) -> int:
        """Samples to take after a warm-up that took so long."""
        return self.short if warm_up_s < LONG_S else self.long


def sample(
    operation: Callable[[], Result],
    repetitions: Repetitions,
    each: Callable[[Result], object] = lambda result: None,
) -> list[float]:
    """Seconds of each repetition, by the monotonic clock.

    Args:
        operation: what is timed.
        repetitions: how often.
        each: is handed every result, that of the warm-up too, outside of the timed region.
    """
    warm_up_s = _timed(operation, each)
    return [_timed(operation, each) for _ in range(repetitions.after(warm_up_s))]


def _timed(operation: Callable[[], Result], each: Callable[[Result], object]) -> float:
    """Nothing that the operation leaves behind is freed within its time, or within the next one's."""
    started = perf_counter()
    result = operation()
    seconds = perf_counter() - started
    each(result)
    return seconds
