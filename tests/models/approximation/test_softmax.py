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
    form = power_softmax(p, 5.0, 2.0, KEYS, 1e-3)
    assert_close_and_normal(form, scores, scores**p, 1e-3)
    assert form.degree == p * (1 + form.division.degree)
    assert form.depth == p // 2 + 1 + form.division.depth + 1


def test_softmax_comes_within_its_error() -> None:
    scores = rows(-3.0, 3.0)
    assert_close_and_normal(softmax((-3.0, 3.0), KEYS, 1e-3), scores, np.exp(scores), 1e-3)


def test_a_smaller_error_is_deeper() -> None:
    assert softmax((-3.0, 3.0), KEYS, 1e-2).depth < softmax((-3.0, 3.0), KEYS, 1e-4).depth


@pytest.mark.parametrize(
    ("p", "smallest", "reason"),
    [(3, 1.0, "an even power"), (0, 1.0, "an even power"), (2, 5.0, "between 0 and")],
)
def test_what_makes_no_power_softmax_is_refused(p: int, smallest: float, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        power_softmax(p, 5.0, smallest, KEYS, 1e-3)
