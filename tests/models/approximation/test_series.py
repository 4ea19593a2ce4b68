"""A series: its values, its depth, and how it is divided."""

from math import ceil, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import chebyshev, polynomial

from models.approximation.series import Series, series
from models.errors import ModelError

X = np.linspace(-1, 1, 101)

coefficients = st.floats(0.1, 2) | st.floats(-2, -0.1)
bases = st.sampled_from(["power", "chebyshev"])


@given(st.lists(coefficients, min_size=2, max_size=130), bases)
def test_a_general_series_takes_the_logarithm_of_its_degree(values: list[float], basis: str) -> None:
    values[-1] = 0.7  # a leading coefficient that is not free
    assert Series(tuple(values), basis).depth == ceil(log2(len(values)))


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("leading", [1.0, -1.0])
def test_a_monic_even_series_of_a_power_of_two_saves_a_level(depth: int, leading: float) -> None:
    values = [0.5, 0.25] + [0.3 if i % 2 == 0 else 0.0 for i in range(2, 2**depth)] + [leading]
    assert Series(tuple(values), "power").depth == depth
    assert Series((*values[:-1], 0.5), "power").depth == depth + 1


@given(st.lists(coefficients | st.just(0.0), min_size=4, max_size=40), st.integers(1, 3), bases)
def test_quotient_and_remainder_make_the_series_again(values: list[float], power: int, basis: str) -> None:
    p = Series((*values, 0.3), basis, (-3.0, 5.0))
    m = min(2**power, p.degree)
    quotient, remainder = p.divide(m)
    element = Series((*([0.0] * m), 1.0), basis, p.interval)
    q, r = (part(X) if isinstance(part, Series) else part for part in (quotient, remainder))
    assert isinstance(remainder, float) or remainder.degree < m
    np.testing.assert_allclose(q * element(X) + r, p(X), atol=1e-9)


@given(st.lists(coefficients, min_size=2, max_size=20), st.floats(-5, 5), st.floats(0.1, 9))
def test_a_chebyshev_series_lies_on_its_interval(values: list[float], low: float, length: float) -> None:
    p = Series(tuple(values), "chebyshev", (low, low + length))
    x = low + length * (X + 1) / 2
    np.testing.assert_allclose(p(x), chebyshev.chebval(X, values), atol=1e-9)


@given(st.lists(coefficients, min_size=2, max_size=20))
def test_a_power_series_is_one_in_x_itself(values: list[float]) -> None:
    np.testing.assert_allclose(Series(tuple(values), "power", (-3.0, 2.0))(X), polynomial.polyval(X, values))


def test_the_map_of_an_interval_takes_a_level_unless_it_is_two_long() -> None:
    cubic = (0.5, 0.5, 0.5, 0.5)
    assert Series(cubic, "chebyshev", (-1.0, 1.0)).depth == 2
    assert Series(cubic, "chebyshev", (0.1, 0.1 + 2)).depth == 2
    assert Series(cubic, "chebyshev", (-2.0, 2.0)).depth == 3
    assert Series(cubic, "power", (-2.0, 2.0)).depth == 2


def test_constants_are_multiplied_and_added() -> None:
    p = Series((1.0, -2.0, 3.0), "chebyshev", (0.0, 4.0))
    np.testing.assert_allclose(p.times(3.0).plus(-1.0)(X), 3 * p(X) - 1)


def test_leading_zeros_are_left_out() -> None:
    assert series(np.array([1, 2, 0, 3, 0, 0]), "power", (-1, 1)).degree == 3


@pytest.mark.parametrize(
    ("values", "basis", "interval", "reason"),
    [
        ((1.0,), "power", (-1.0, 1.0), "degree 1 or more"),
        ((1.0, 0.0), "power", (-1.0, 1.0), "leading coefficient that is not zero"),
        ((1.0, 1.0), "legendre", (-1.0, 1.0), "use power or chebyshev"),
        ((1.0, 1.0), "power", (1.0, 1.0), "a low end below the high"),
    ],
)
def test_refuses_what_is_no_polynomial(
    values: tuple[float, ...], basis: str, interval: tuple[float, float], reason: str
) -> None:
    with pytest.raises(ModelError, match=reason):
        Series(values, basis, interval)
