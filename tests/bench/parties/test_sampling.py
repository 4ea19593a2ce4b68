"""Times are taken as often as asked for, the warm-up apart, and of nothing but the operation."""

from __future__ import annotations

from time import sleep

import pytest

from bench.parties import sampling
from bench.parties.measurements import Repetitions
from bench.parties.sampling import sample


def test_a_warm_up_and_as_many_samples_as_asked_for() -> None:
    calls: list[int] = []
    results: list[int] = []

    def operation() -> int:
        calls.append(1)
        return len(calls)

    samples = sample(operation, Repetitions(short=3, long=1), results.append)
    assert len(samples) == 3
    assert results == [1, 2, 3, 4]  # of the warm-up too: it is checked as well


def test_what_takes_long_is_repeated_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "LONG_S", 0.01)
    assert len(sample(lambda: sleep(0.02), Repetitions(short=30, long=2))) == 2


def test_only_the_operation_is_timed() -> None:
    samples = sample(lambda: None, Repetitions(short=2, long=2), lambda result: sleep(0.05))
    assert max(samples) < 0.05


def test_nothing_is_freed_in_the_time_of_the_next() -> None:
    """A result that takes long to free is freed before the clock starts again."""

    class Slow:
        def __del__(self) -> None:
            sleep(0.05)

    assert max(sample(Slow, Repetitions(short=2, long=2))) < 0.05
