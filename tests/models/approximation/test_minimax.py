"""Minimax polynomials: Chebyshev's alternation, known constants, and the functions that have none."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial import chebyshev

from models.approximation.approximation import dense
from models.approximation.minimax import Parity, minimax, minimax_and_error
from models.approximation.series import Series
from models.errors import ModelError
from models.graph import Array

#: Limit of n·(error of |x| on [-1, 1] at even degree n) (Varga and Carpenter 1985).
BERNSTEIN = 0.2801694990238691


def largest(p: Series, wanted: Array, x: Array) -> float:
    return float(np.abs(p(x) - wanted).max())


@pytest.mark.parametrize("degree", [1, 2, 4, 7, 10])
def test_the_deviation_alternates_between_equal_extremes(degree: int) -> None:
    # Chebyshev's theorem: the best polynomial leaves degree + 2 extremes, equal and of alternating sign
    x = np.linspace(-1, 2, 20001)
    deviation = np.exp(x) - minimax(np.exp, degree, (-1.0, 2.0))(x)
    turns = np.flatnonzero(np.diff(deviation > 0)) + 1
    extremes = [part[np.argmax(np.abs(part))] for part in np.split(deviation, turns)]
    assert len(extremes) == degree + 2
    np.testing.assert_allclose(np.abs(extremes), np.abs(extremes[0]), rtol=1e-3)


def test_a_polynomial_is_found_exactly() -> None:
    wanted = np.array([1.0, -2, 0.5, 3])
    found = minimax(lambda x: chebyshev.chebval(x / 5, wanted), 3, (-5.0, 5.0))
    np.testing.assert_allclose(found.coefficients, wanted, atol=1e-12)


@pytest.mark.parametrize("degree", [2, 5, 10, 40])
def test_the_best_polynomial_of_the_next_power_leaves_a_chebyshev_polynomial(degree: int) -> None:
    # x^(n+1) minus its best polynomial of degree n on [-1, 1] is T_(n+1)/2^n
    x = np.linspace(-1, 1, 5001)
    left = x ** (degree + 1) - minimax(lambda x: x ** (degree + 1), degree, (-1.0, 1.0))(x)
    np.testing.assert_allclose(left, np.cos((degree + 1) * np.arccos(x)) / 2.0**degree, atol=1e-9)


@pytest.mark.parametrize("degree", [1, 4, 9, 20])
def test_the_error_of_a_pole_is_chebyshevs(degree: int) -> None:
    # 1/(a - x) on [-1, 1] has the minimax error (a - sqrt(a²-1))^n/(a²-1) (Chebyshev 1859)
    with mpmath.workdps(50):
        a = mpmath.mpf(3) / 2
        wanted = float((a - mpmath.sqrt(a**2 - 1)) ** degree / (a**2 - 1))
    x = np.cos(np.linspace(0, np.pi, 20001))
    found = minimax(lambda x: 1 / (1.5 - x), degree, (-1.0, 1.0))
    assert largest(found, 1 / (1.5 - x), x) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("parity", [None, "even"])
def test_the_best_parabola_of_the_absolute_value_is_known(parity: Parity | None) -> None:
    x = np.linspace(-1, 1, 2001)
    found = minimax(np.abs, 2, (-1.0, 1.0), parity=parity)
    np.testing.assert_allclose(found(x), x**2 + 1 / 8, atol=1e-9)


@pytest.mark.parametrize(
    ("function", "exact", "weight", "interval", "degree", "parity"),
    [
        (np.abs, abs, None, (0.0, 1.0), 40, "even"),
        (np.exp, mpmath.exp, None, (-3.0, 1.0), 6, None),
        (np.exp, mpmath.exp, lambda x: 1 / abs(x), (1.0, 4.0), 7, None),
        (np.sin, mpmath.sin, None, (0.1, 3.0), 7, "odd"),
        (lambda x: 1 / np.sqrt(x), lambda x: 1 / mpmath.sqrt(x), mpmath.sqrt, (1.0, 1e6), 31, None),
        (np.sign, mpmath.sign, None, (1e-3, 1.0), 63, "odd"),
    ],
)
def test_exact_arithmetic_shows_that_none_is_better(
    function: Callable[[Array], Array],
    exact: Callable[[mpmath.mpf], mpmath.mpf],
    weight: Callable[[mpmath.mpf], mpmath.mpf] | None,
    interval: tuple[float, float],
    degree: int,
    parity: Parity | None,
) -> None:
    # de la Vallée Poussin 1910: where a deviation alternates, its smallest extreme bounds the best error
    in_numpy = np.vectorize(lambda x: float(weight(mpmath.mpf(x))), otypes=[float]) if weight else None
    found, error = minimax_and_error(function, degree, interval, in_numpy, parity)
    x = dense(interval)
    x.sort()
    deviation = (in_numpy(x) if in_numpy else 1.0) * (function(x) - found(x))
    turns = np.flatnonzero(np.diff(deviation > 0)) + 1
    parts, sizes = np.split(x, turns), np.split(np.abs(deviation), turns)
    with mpmath.workdps(40):
        exactly = [
            exact_deviation(found, exact, weight, part[np.argmax(size)])
            for part, size in zip(parts, sizes, strict=True)
        ]
    elements = degree + 1 if parity is None else degree // 2 + 1
    assert len(exactly) >= elements + 1
    assert all(one * other < 0 for one, other in pairwise(exactly))
    best = sorted(map(abs, exactly))[-(elements + 1)]
    assert float(best) == pytest.approx(error, rel=1e-3)
    assert float(max(map(abs, exactly))) <= error * (1 + 1e-6)


def exact_deviation(
    p: Series,
    exact: Callable[[mpmath.mpf], mpmath.mpf],
    weight: Callable[[mpmath.mpf], mpmath.mpf] | None,
    x: float,
) -> mpmath.mpf:
    """weight·(function - p) by Clenshaw's recurrence, in mpmath's precision."""
    low, high = map(mpmath.mpf, p.interval)
    u = (2 * mpmath.mpf(x) - low - high) / (high - low)
    after, now = mpmath.mpf(0), mpmath.mpf(0)
    for c in reversed(p.coefficients[1:]):
        after, now = now, c + 2 * u * now - after
    difference = exact(mpmath.mpf(x)) - (p.coefficients[0] + u * now - after)
    return difference * weight(mpmath.mpf(x)) if weight else difference


def test_the_errors_of_the_absolute_value_tend_to_bernsteins_constant() -> None:
    x = np.cos(np.linspace(0, np.pi, 200001))
    degrees = np.array([50, 100, 200])
    scaled = [n * largest(minimax(np.abs, n, (-1.0, 1.0), parity="even"), np.abs(x), x) for n in degrees]
    np.testing.assert_array_less(np.diff(np.abs(np.array(scaled) - BERNSTEIN)), 0)
    # the next term of its expansion goes with 1/n²: Richardson's extrapolation takes it away
    assert (4 * scaled[2] - scaled[1]) / 3 == pytest.approx(BERNSTEIN, abs=1e-8)


def test_a_high_degree_agrees_with_exact_arithmetic() -> None:
    found, error = minimax_and_error(lambda x: 1 / (1 + 25 * x**2), 120, (-1.0, 1.0))
    points = np.cos(np.pi * np.arange(1, 602, 2) / 602)
    with mpmath.workdps(60):
        exact = [exact_deviation(found, lambda x: 1 / (1 + 25 * x**2), None, x) for x in points]
    assert max(map(abs, exact)) == pytest.approx(error, rel=0.05)
    # the ellipse through the poles at ±i/5 sets the rate of decrease, (1 + sqrt(26))/5
    assert error < 3 * ((1 + 26**0.5) / 5) ** -121


@settings(max_examples=25)
@given(low=st.floats(0.001, 0.9), degree=st.integers(1, 20))
def test_a_weighted_error_is_level_and_no_worse_than_the_best_constant(low: float, degree: int) -> None:
    found = minimax(lambda x: 1 / np.sqrt(x), degree, (low, 1.0), weight=np.sqrt)
    relative = np.sqrt(x := np.geomspace(low, 1, 5001)) * found(x) - 1
    constant = (1 - low**0.5) / (1 + low**0.5)
    assert np.abs(relative).max() < constant
    assert -relative.min() == pytest.approx(relative.max(), rel=1e-2, abs=1e-10)


@pytest.mark.parametrize("degree", [3, 9, 31])
def test_an_odd_polynomial_counts_both_halves(degree: int) -> None:
    found = minimax(np.sign, degree, (0.2, 1.0), parity="odd")
    assert found.interval == (-1, 1)
    assert not any(found.coefficients[::2])
    x = np.linspace(0.2, 1, 4001)
    np.testing.assert_allclose(found(-x), -found(x))
    # without the parity there is none better: the best polynomial of an odd function is odd
    whole = np.concatenate([-x, x])
    fitted = np.polynomial.Chebyshev.fit(whole, np.sign(whole), degree)
    assert largest(found, np.ones_like(x), x) < np.abs(fitted(whole) - np.sign(whole)).max()


def test_the_whole_and_the_right_half_are_the_same_request() -> None:
    whole = minimax(np.sin, 5, (-2.0, 2.0), parity="odd")
    assert whole == minimax(np.sin, 5, (0.0, 2.0), parity="odd")


@pytest.mark.parametrize(
    ("degree", "interval", "parity", "reason"),
    [
        (0, (-1.0, 1.0), None, "choose a degree from 1"),
        (3, (-1.0, 1.0), "even", "choose an even degree"),
        (4, (-1.0, 1.0), "odd", "choose an odd degree"),
        (4, (1.0, 1.0), None, "a low end below the high"),
        (4, (-1.0, float("inf")), None, "a low end below the high"),
        (4, (-1.0, 2.0), "even", "symmetric interval"),
    ],
)
def test_requests_that_contradict_themselves_are_refused(
    degree: int, interval: tuple[float, float], parity: Parity | None, reason: str
) -> None:
    with pytest.raises(ModelError, match=reason):
        minimax(np.exp, degree, interval, parity=parity)


def test_a_function_that_is_not_defined_everywhere_is_refused() -> None:
    with np.errstate(invalid="ignore"), pytest.raises(ModelError, match="no minimax polynomial of degree 5"):
        minimax(np.sqrt, 5, (-1.0, 1.0))


def test_a_function_without_a_bound_is_refused() -> None:
    with np.errstate(divide="ignore"), pytest.raises(ModelError, match="no minimax polynomial of degree 3"):
        minimax(lambda x: 1 / x, 3, (0.0, 1.0))


def test_of_polynomials_that_differ_by_rounding_the_best_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """On some processors an exchange at the limit of float64 is worse before the alternation is lost."""
    met: list[Array] = []

    def extremes(problem: Any, coefficients: Array) -> tuple[Array, Array]:
        met.append(coefficients)
        count = problem.count + 1 if len(met) == 1 else 2
        return problem.start()[:count], np.full(count, (7 if len(met) == 1 else 50) * problem.rounding)

    monkeypatch.setattr("models.approximation.minimax._Problem.extremes", extremes)
    found, _ = minimax_and_error(np.exp, 20, (0.0, 1.0))
    assert len(met) == 2
    np.testing.assert_array_equal(found.coefficients, met[0])


def test_a_degree_at_which_only_rounding_is_left_is_no_failure() -> None:
    """1/√x on a short interval: the best error of degree 127 is beneath what float64 tells apart."""
    found, error = minimax_and_error(lambda x: 1 / np.sqrt(x), 127, (0.1, 8.7), weight=np.sqrt)
    assert error < 1e-10
    x = np.linspace(0.1, 8.7, 5000)
    assert np.abs(np.sqrt(x) * found(x) - 1).max() <= error * 1.01
