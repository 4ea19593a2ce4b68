"""Minimax polynomials: their errors, their alternation, and the form that costs few levels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial import chebyshev
from numpy.polynomial.polynomial import polyval

from models.errors import ModelError
from models.polynomials import gelu_polynomial, minimax
from models.reference import gelu


@pytest.mark.parametrize("degree", [2, 4, 7])
def test_the_deviation_alternates_between_equal_extremes(degree: int) -> None:
    # Chebyshev's theorem: the best polynomial leaves degree + 2 extremes, equal and of alternating sign
    x = np.linspace(-1, 2, 20001)
    deviation = np.exp(x) - polyval(x, minimax(np.exp, degree, (-1.0, 2.0)))
    turns = np.flatnonzero(np.diff(np.sign(deviation)) != 0) + 1
    extremes = [part[np.argmax(np.abs(part))] for part in np.split(deviation, turns)]
    assert len(extremes) == degree + 2
    np.testing.assert_allclose(np.abs(extremes), np.abs(extremes[0]), rtol=1e-3)


def test_a_polynomial_is_found_exactly() -> None:
    wanted = np.array([1.0, -2, 0.5, 3])
    found = minimax(lambda x: np.asarray(polyval(x, wanted)), 3, (-2.0, 5.0))
    np.testing.assert_allclose(found, wanted, atol=1e-10)


def test_the_best_cubic_of_a_quartic_is_known() -> None:
    # x⁴ minus its best cubic on [-1, 1] is T₄/8
    found = minimax(lambda x: x**4, 3, (-1.0, 1.0))
    expected = np.array([0, 0, 0, 0, 1.0]) - chebyshev.cheb2poly([0, 0, 0, 0, 1 / 8])
    np.testing.assert_allclose(found, expected[:4], atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(bound=st.floats(0.5, 10), degree=st.sampled_from([2, 4, 6, 8, 12]))
def test_a_gelu_polynomial_is_monic_and_as_close_as_it_says(bound: float, degree: int) -> None:
    found = gelu_polynomial(bound, degree)
    assert len(found.coefficients) == degree + 1
    assert abs(found.coefficients[-1]) == 1
    assert not found.coefficients[3::2].any()
    assert found.interval == (-found.scale * bound, found.scale * bound)
    x = np.random.default_rng(0).uniform(-bound, bound, 2000)
    assert np.abs(polyval(found.scale * x, found.coefficients) - gelu(x)).max() <= found.error * (1 + 1e-4)


@pytest.mark.parametrize(("bound", "worst"), [(2, 1e-4), (3, 2e-3), (4, 1e-2)])
def test_degree_8_reaches_these_errors_better_than_least_squares(bound: float, worst: float) -> None:
    x = np.linspace(-bound, bound, 4001)
    fitted = chebyshev.Chebyshev.fit(x, gelu(x), 8)(x)
    found = gelu_polynomial(bound, 8)
    assert found.error < worst
    assert found.error < np.abs(fitted - gelu(x)).max()


@pytest.mark.parametrize(("bound", "degree"), [(1.0, 0), (1.0, 7), (0.0, 8), (-1.0, 8), (float("nan"), 8)])
def test_what_has_no_such_polynomial_is_refused(bound: float, degree: int) -> None:
    with pytest.raises(ModelError, match="is asked for; choose"):
        gelu_polynomial(bound, degree)


def test_a_function_that_is_not_defined_everywhere_is_refused() -> None:
    with np.errstate(invalid="ignore"), pytest.raises(ModelError, match="no minimax polynomial of degree 5"):
        minimax(np.sqrt, 5, (-1.0, 1.0))
