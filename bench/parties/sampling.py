"""Takes times of one operation: a warm-up apart, then as many samples as its length calls for."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

from bench.parties.measurements import Repetitions

Result = TypeVar("Result")

#: From here on an operation is a long one.
LONG_S = 1.0


def sample(
    operation: Callable[[], Result],
    repetitions: Repetitions,
    each: Callable[[Result], object] = lambda result: None,
) -> list[float]:
    """Seconds of each repetition, by the monotonic clock.

    Args:
        operation: what is timed.
        repetitions: how often.
        each: is handed every result, the warm-up's too, outside of the timed region.
    """
    warm_up_s = _timed(operation, each)
    times = repetitions.short if warm_up_s < LONG_S else repetitions.long
    return [_timed(operation, each) for _ in range(times)]


def _timed(operation: Callable[[], Result], each: Callable[[Result], object]) -> float:
    """Nothing that the operation leaves behind is freed within its time, or within the next one's."""
    started = perf_counter()
    result = operation()
    seconds = perf_counter() - started
    each(result)
    return seconds
