"""exp by squarings, and both forms of softmax."""

import mpmath
import numpy as np
import pytest

from models.approximation.exponential import exponential
from models.approximation.softmax import SoftmaxForm, power_softmax, softmax
from models.errors import ModelError
from models.graph import Array

KEYS = 8


def rows(low: float, high: float) -> Array:
    generator = np.random.default_rng(0)
    extreme = np.full((3, KEYS), low)
    extreme[1], extreme[2, 0] = high, high
    return np.concatenate([generator.uniform(low, high, (500, KEYS)), extreme])


@pytest.mark.parametrize(("interval", "squarings"), [((-2.0, 2.0), 0), ((-20.0, 0.0), 3), ((1.0, 31.0), 4)])
def test_exponentials_hold_against_exact_arithmetic(interval: tuple[float, float], squarings: int) -> None:
    found = exponential(interval, 6, squarings)
    with mpmath.workdps(30):
        relative = [
            abs(mpmath.mpf(float(found(np.array(x)))) / mpmath.exp(mpmath.mpf(float(x))) - 1)
            for x in np.linspace(*interval, 301)
        ]
    assert float(max(relative)) <= found.error * (1 + 1e-9)
    assert found.error < 1e-2
    assert (found.depth, found.degree) == (3 + squarings, 6 * 2**squarings)


def test_a_line_has_the_relative_error_that_calculus_gives() -> None:
    # (a + b·x)·exp(-x) is 1 - e at both ends of [0, 1] and 1 + e at its maximum x = 1 - a/b: b = a·(e - 1)
    with mpmath.workdps(30):
        slope = mpmath.e - 1
        top = slope * mpmath.exp(1 / slope - 1)
        wanted = float((top - 1) / (top + 1))
    assert exponential((0.0, 1.0), 1, 0).error == pytest.approx(wanted, rel=1e-7)


@pytest.mark.parametrize(("interval", "squarings"), [((0.0, 0.0), 1), ((0.0, 1.0), -1)])
def test_what_makes_no_exponential_is_refused(interval: tuple[float, float], squarings: int) -> None:
    with pytest.raises(ModelError, match="is asked for; give a low end"):
        exponential(interval, 3, squarings)


def assert_close_and_normal(form: SoftmaxForm, scores: Array, numerators: Array, error: float) -> None:
    weights = form(scores)
    exact = numerators / numerators.sum(axis=-1, keepdims=True)
    assert form.error <= error
    assert np.abs(weights - exact).max() <= form.error * (1 + 1e-6)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=KEYS * error)


@pytest.mark.parametrize("p", [2, 4])
def test_power_softmax_comes_within_its_error(p: int) -> None:
    scores = rows(-5.0, 5.0)
    scores = scores[np.abs(scores).max(axis=-1) >= 2]
    form = power_softmax(p, 5.0, 2.0, KEYS, error=1e-3)
    assert_close_and_normal(form, scores, scores**p, 1e-3)
    assert form.degree == p * (1 + form.division.degree)
    assert form.depth == p // 2 + 1 + form.division.depth + 1


def test_softmax_comes_within_its_error() -> None:
    scores = rows(-3.0, 3.0)
    assert_close_and_normal(softmax((-3.0, 3.0), KEYS, error=1e-3), scores, np.exp(scores), 1e-3)


@pytest.mark.parametrize(
    ("interval", "largest", "keys", "error", "levels"),
    [
        ((-16.0, 0.0), 0.0, 32, 1e-3, 11),
        ((-16.0, 0.0), 0.0, 128, 1e-3, 12),
        ((-4.0, 4.0), None, 32, 1e-3, 15),
        ((-4.0, 4.0), None, 128, 1e-3, 15),
        ((-16.0, 0.0), None, 32, 1e-3, 25),
        ((-16.0, 0.0), None, 128, 1e-3, 25),
        ((-16.0, 0.0), 0.0, 32, 1e-2, 10),
    ],
)
def test_wide_intervals_and_long_rows_take_few_levels(
    interval: tuple[float, float], largest: float | None, keys: int, error: float, levels: int
) -> None:
    form = softmax(interval, keys, largest=largest, error=error)
    assert (form.depth, form.error <= error) == (levels, True)
    scores = np.linspace(*interval, 65)
    # Some keys have one score and the others another; where the largest is known, one key has it.
    one, others = (x.reshape(-1, 1) for x in np.meshgrid(scores, scores))
    for first in (1, 2, keys // 2, keys - 2):
        row = np.hstack([np.repeat(one, first, axis=1), np.repeat(others, keys - first, axis=1)])
        if largest is not None:
            row[:, -1] = largest
        exact = np.exp(row) / np.exp(row).sum(axis=1, keepdims=True)
        assert np.abs(form(row) - exact).max() <= form.error * (1 + 1e-6)


def test_a_largest_score_outside_the_interval_is_refused() -> None:
    with pytest.raises(ModelError, match="choose it in the interval"):
        softmax((-3.0, 3.0), KEYS, largest=4.0, error=1e-3)


def forms(depth: int | None = None, error: float | None = None) -> list[SoftmaxForm]:
    return [
        softmax((-3.0, 3.0), KEYS, depth=depth, error=error),
        power_softmax(2, 5.0, 2.0, KEYS, depth=depth, error=error),
    ]


def test_the_shallowest_that_reaches_an_error_is_found() -> None:
    for error in (1e-2, 1e-4):
        for number, form in enumerate(forms(error=error)):
            assert form.error <= error
            assert forms(depth=form.depth)[number].error <= error
            assert forms(depth=form.depth - 1)[number].error > error


def test_another_level_never_brings_more_error() -> None:
    deeper = [forms(depth=depth) for depth in range(8, 13)]
    assert all(form.depth <= depth for depth, pair in enumerate(deeper, 8) for form in pair)
    for errors in zip(*([form.error for form in pair] for pair in deeper), strict=True):
        assert sorted(errors, reverse=True) == list(errors)
        assert errors[-1] < errors[0]


def test_the_nearest_of_a_depth_holds_its_error() -> None:
    scores = rows(-3.0, 3.0)
    assert_close_and_normal(softmax((-3.0, 3.0), KEYS, depth=11), scores, np.exp(scores), 0.03)


def test_a_request_for_both_or_neither_is_refused() -> None:
    for depth, error in ((None, None), (9, 0.1)):
        with pytest.raises(ModelError, match="for a depth or for an error; give one"):
            softmax((-3.0, 3.0), KEYS, depth=depth, error=error)
        with pytest.raises(ModelError, match="for a depth or for an error; give one"):
            power_softmax(2, 5.0, 2.0, KEYS, depth=depth, error=error)


def test_what_no_levels_or_no_error_allow_is_refused() -> None:
    with pytest.raises(ModelError, match="no form of depth 4; allow more levels"):
        softmax((-3.0, 3.0), KEYS, depth=4)
    with pytest.raises(ModelError, match="allow more levels"):
        power_softmax(2, 5.0, 2.0, KEYS, depth=3)
    with pytest.raises(ModelError, match="allow a larger error"):
        softmax((-3.0, 3.0), KEYS, error=1e-18)


@pytest.mark.parametrize(
    ("p", "smallest", "reason"),
    [(3, 1.0, "an even power"), (0, 1.0, "an even power"), (2, 5.0, "between 0 and")],
)
def test_what_makes_no_power_softmax_is_refused(p: int, smallest: float, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        power_softmax(p, 5.0, smallest, KEYS, error=1e-3)
