"""1/√x by levelled steps and 1/x by Goldschmidt division: known errors, and steps against their textbooks."""

from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.approximation.approximation import Approximation
from models.approximation.inverse_square_root import inverse_square_root, levelling_step
from models.approximation.reciprocal import reciprocal
from models.approximation.series import Interval
from models.approximation.steps import GoldschmidtDivision, NewtonStep
from models.errors import ModelError


@settings(max_examples=25)
@given(
    low=st.floats(1e-3, 10),
    ratio=st.floats(2, 1e5),
    degree=st.integers(1, 31),
    steps=st.integers(0, 4),
)
def test_inverse_square_roots_are_as_close_and_as_deep_as_said(
    low: float, ratio: float, degree: int, steps: int
) -> None:
    found = inverse_square_root((low, low * ratio), degree, steps)
    x = np.geomspace(low, low * ratio, 3001)[1:-1]
    assert np.abs(found(x) * np.sqrt(x) - 1).max() <= found.error * (1 + 1e-3) + 1e-14
    assert found.depth == degree.bit_length() + 2 * steps
    assert found.degree == ((2 * degree + 1) * 3**steps - 1) // 2


def test_a_line_has_the_relative_error_that_calculus_gives() -> None:
    # (a - b·x)·√x equals 1 - e at both ends of [1, 4] and 1 + e at its maximum x = a/3b: a = 7b, and
    # b·(14/3)·√(7/3) = 1 + e, 6b = 1 - e
    with mpmath.workdps(30):
        top, ends = mpmath.mpf(14) / 3 * mpmath.sqrt(mpmath.mpf(7) / 3), mpmath.mpf(6)
        wanted = float((top - ends) / (top + ends))
    assert inverse_square_root((1.0, 4.0), 1, 0).error == pytest.approx(wanted, rel=1e-7)


@pytest.mark.parametrize("ratio", [100.0, 1e4, 1e9])
def test_steps_leave_less_than_newtons_own(ratio: float) -> None:
    start = inverse_square_root((1.0, ratio), 7, 0)
    found = inverse_square_root((1.0, ratio), 7, 3)
    x = np.geomspace(1, ratio, 2001)
    r = start(x)
    for _ in range(3):
        r = NewtonStep(1.5, 0.5)(r, x)
    assert found.error < np.abs(r * np.sqrt(x) - 1).max()


def test_a_step_leaves_three_quarters_of_the_square_of_a_small_error() -> None:
    step, error = levelling_step(1e-4)
    assert error == pytest.approx(0.75e-8, rel=1e-3)
    np.testing.assert_allclose((step.linear, step.cubic), (1.5, 0.5), rtol=1e-7)


@given(st.floats(0.01, 0.999))
def test_a_step_levels_its_error(before: float) -> None:
    step, error = levelling_step(before)
    y = np.linspace(1 - before, 1 + before, 20001)
    off = step(y, np.ones_like(y)) - 1
    assert off[0] == pytest.approx(-error)
    assert off[-1] == pytest.approx(-error)
    assert off.max() == pytest.approx(error, rel=1e-5)


def test_variances_from_1_to_a_billion_are_in_reach() -> None:
    found = inverse_square_root((1.0, 1e9), 63, 9)
    assert found.error < 1e-3
    assert found.depth == 24


def test_the_result_holds_against_exact_arithmetic() -> None:
    found = inverse_square_root((0.05, 50.0), 31, 2)
    with mpmath.workdps(40):
        relative = [
            abs(mpmath.mpf(float(found(np.array(x)))) * mpmath.sqrt(mpmath.mpf(float(x))) - 1)
            for x in np.geomspace(0.05, 50, 301)
        ]
    assert float(max(relative)) <= found.error * (1 + 1e-9)
    assert float(max(relative)) > 0.9 * found.error


@pytest.mark.parametrize(("ratio", "degree"), [(4.0, 1), (10.0, 3), (100.0, 7), (1e4, 60)])
def test_the_error_of_a_reciprocal_is_chebyshevs(ratio: float, degree: int) -> None:
    # 1 - x·p(x) is the smallest polynomial that is 1 at 0: T_(n+1) of the interval over its value at 0
    with mpmath.workdps(30):
        wanted = float(1 / mpmath.chebyt(degree + 1, mpmath.mpf(ratio + 1) / mpmath.mpf(ratio - 1)))
    assert reciprocal((3.0, 3 * ratio), degree, 0).error == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("iterations", [1, 2, 3])
def test_goldschmidts_iteration_squares_the_error_and_is_centred(iterations: int) -> None:
    start, found = reciprocal((1.0, 20.0), 5, 0), reciprocal((1.0, 20.0), 5, iterations)
    squared = start.error ** (2**iterations)
    assert found.error == pytest.approx(squared / (2 - squared), rel=1e-3)
    assert found.depth == 3 + 1 + iterations
    assert found.degree == 6 * 2**iterations - 1


def test_goldschmidts_iteration_is_newtons_in_other_words() -> None:
    v, r = np.linspace(1, 3, 11), np.full(11, 0.4)
    newton = r
    for _ in range(3):
        newton = newton * (2 - v * newton)
    np.testing.assert_allclose(GoldschmidtDivision(3, 1.0)(r, v), newton)


@pytest.mark.parametrize("make", [inverse_square_root, reciprocal])
@pytest.mark.parametrize("interval", [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0)])
def test_an_interval_that_is_not_right_of_0_is_refused(
    make: Callable[[Interval, int, int], Approximation], interval: tuple[float, float]
) -> None:
    with pytest.raises(ModelError, match="give an interval right of 0"):
        make(interval, 3, 1)
