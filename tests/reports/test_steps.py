"""Steps are found where they are, and none where there are none."""

import numpy as np
import pytest

from reports.statistics.steps import changes, steps

NOISE = 0.015


def series(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, NOISE, count)


@pytest.mark.parametrize(("count", "false"), [(10, 20), (60, 3), (200, 3)])
def test_few_series_without_a_step_show_one(count: int, false: int) -> None:
    assert sum(bool(steps(series(seed, count), 1e-3)) for seed in range(200)) <= false


@pytest.mark.parametrize("at", [2, 30, 57, 58])
def test_a_slowdown_of_a_tenth_is_found_where_it_begins(at: int) -> None:
    found = 0
    for seed in range(100):
        values = series(seed, 60)
        values[at:] += np.log(1.1)
        found += steps(values, 1e-3) == [at]
    assert found >= 93


def test_there_and_back() -> None:
    values = series(4, 60)
    values[20:40] += np.log(1.1)
    assert steps(values, 1e-3) == [20, 40]


@pytest.mark.parametrize("at", [0, 30, 59])
def test_a_lone_outlier_is_no_step(at: int) -> None:
    found = 0
    for seed in range(100):
        values = series(seed, 60)
        values[at] += 0.5
        found += bool(steps(values, 1e-3))
    assert found <= 5


def test_a_series_that_hardly_varies_has_the_least_noise() -> None:
    assert steps([1.0] * 10 + [1.0005] * 10, 1e-3) == []
    assert steps([1.0] * 10 + [1.1] * 10, 1e-3) == [10]


def test_too_short_to_have_levels() -> None:
    assert steps([1.0, 2.0, 3.0], 1e-3) == []


def test_an_exact_series_steps_wherever_it_changes() -> None:
    assert changes([3, 3, 4, 4, 3]) == [2, 4]
    assert changes([]) == []
