"""Times are taken as often as asked for, the warm-up apart, and of nothing but the operation."""

from __future__ import annotations

import pytest

from bench.parties import sampling
from bench.parties.measurements import Repetitions
from bench.parties.sampling import LONG_S, sample


class Clock:
    """A clock that nothing but the test moves, so that no load of the machine does."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    def passes(self, seconds: float) -> None:
        """Let time go by."""
        self.now_s += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(sampling, "perf_counter", clock)
    return clock


def test_a_warm_up_and_as_many_samples_as_asked_for(clock: Clock) -> None:
    calls: list[int] = []
    results: list[int] = []

    def operation() -> int:
        calls.append(1)
        clock.passes(0.25)
        return len(calls)

    samples = sample(operation, Repetitions(short=3, long=1), results.append)
    assert samples == [0.25] * 3
    assert results == [1, 2, 3, 4]  # of the warm-up too: it is checked as well


def test_what_takes_long_is_repeated_less(clock: Clock) -> None:
    assert len(sample(lambda: clock.passes(LONG_S), Repetitions(short=30, long=2))) == 2


def test_only_the_operation_is_timed(clock: Clock) -> None:
    samples = sample(lambda: None, Repetitions(short=2, long=2), lambda result: clock.passes(9))
    assert samples == [0, 0]


def test_nothing_is_freed_in_the_time_of_the_next(clock: Clock) -> None:
    """A result that takes long to free is freed before the clock starts again."""
    freed = []

    class Slow:
        def __del__(self) -> None:
            freed.append(1)
            clock.passes(9)

    assert sample(Slow, Repetitions(short=2, long=2)) == [0, 0]
    assert len(freed) == 3
