"""GELU, SiLU and ReLU by one polynomial, and ReLU through a composite sign."""

import math
from collections.abc import Callable
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial import chebyshev

from models.approximation.approximation import Approximation
from models.approximation.even_activation import MONIC_DEGREE
from models.approximation.gelu import gelu
from models.approximation.relu import best_composite_relu, best_margin, composite_relu, relu
from models.approximation.series import Series
from models.approximation.silu import silu
from models.approximation.tanh import tanh
from models.errors import ModelError
from models.graph import Array
from models.operations import activations

Maker = Callable[[float, int], Approximation]


def exact_relu(x: Array) -> Array:
    return np.maximum(x, 0)


@settings(max_examples=30)
@given(
    bound=st.floats(0.5, 10),
    degree=st.sampled_from([2, 4, 6, 8, 12, 16]),
    make=st.sampled_from([gelu, silu, relu]),
)
def test_a_low_degree_is_monic_and_as_close_as_it_says(bound: float, degree: int, make: Maker) -> None:
    found = make(bound, degree)
    (p,) = found.stages
    assert isinstance(p, Series)
    assert p.basis == "power"
    assert found.degree == degree
    assert abs(p.coefficients[-1]) == 1
    assert not any(p.coefficients[3::2])
    np.testing.assert_allclose(p.interval, (-found.factor * bound, found.factor * bound))
    exact = {gelu: activations.gelu, silu: activations.silu, relu: exact_relu}[make]
    x = np.random.default_rng(0).uniform(-bound, bound, 2000)
    assert np.abs(found(x) - exact(x)).max() <= found.error * (1 + 1e-4)


@pytest.mark.parametrize("make", [gelu, silu, relu])
@pytest.mark.parametrize(("degree", "depth"), [(2, 1), (4, 2), (6, 3), (8, 3), (16, 4), (30, 5), (62, 6)])
def test_the_depth_is_the_least_that_the_degree_allows(make: Maker, degree: int, depth: int) -> None:
    found = make(3.0, degree)
    assert found.depth == depth
    (p,) = found.stages
    assert isinstance(p, Series)
    assert (p.basis == "power") == (degree <= MONIC_DEGREE)


@pytest.mark.parametrize("degree", [4, 8, 16, 40])
def test_the_error_of_gelu_holds_against_exact_arithmetic(degree: int) -> None:
    found = gelu(5.0, degree)
    with mpmath.workdps(30):
        deviations = [
            abs(mpmath.mpf(x) * mpmath.ncdf(x) - mpmath.mpf(float(found(np.array(x)))))
            for x in np.linspace(-5, 5, 401)
        ]
    assert float(max(deviations)) <= found.error * (1 + 1e-6)
    assert float(max(deviations)) > 0.9 * found.error


@pytest.mark.parametrize(("bound", "worst"), [(2, 1e-4), (3, 2e-3), (4, 1e-2)])
def test_degree_8_reaches_these_errors_better_than_least_squares(bound: float, worst: float) -> None:
    x = np.linspace(-bound, bound, 4001)
    fitted = chebyshev.Chebyshev.fit(x, activations.gelu(x), 8)(x)
    found = gelu(bound, 8)
    assert found.error < worst
    assert found.error < np.abs(fitted - activations.gelu(x)).max()


@pytest.mark.parametrize("make", [gelu, relu])
@pytest.mark.parametrize(("bound", "degree"), [(1.0, 0), (1.0, 7), (0.0, 8), (-1.0, 8), (float("nan"), 8)])
def test_what_has_no_such_polynomial_is_refused(make: Maker, bound: float, degree: int) -> None:
    with pytest.raises(ModelError, match="is asked for; choose"):
        make(bound, degree)


def test_the_error_of_relu_is_half_that_of_the_absolute_value() -> None:
    # the even best of |x| at degree 2 is x² + 1/8, so that of ReLU is x/2 + x²/2 + 1/16
    assert relu(1.0, 2).error == pytest.approx(1 / 16, rel=1e-6)
    assert relu(7.0, 100).error == pytest.approx(7 * 0.2801695 / 2 / 100, rel=1e-3)


@pytest.mark.parametrize(
    ("precision", "degrees"),
    [
        (7, (7, 7)),
        (8, (7, 15)),
        (9, (15, 15)),
        (10, (7, 7, 13)),
        (11, (7, 7, 27)),
        (12, (7, 15, 27)),
        (13, (15, 15, 27)),
        (14, (15, 27, 29)),
    ],
)
def test_published_degrees_reach_their_precision(precision: int, degrees: tuple[int, ...]) -> None:
    # degrees of the composite sign by which ReLU on [-1, 1] comes within 2^-precision: J. Lee et al. 2023,
    # Precise Approximation of Convolutional Neural Networks for Homomorphically Encrypted Data
    found = composite_relu(1.0, best_margin(degrees), degrees)
    assert math.log2(found.error) < -precision + 0.01
    assert math.log2(found.error) > -precision - 0.2


def test_a_composite_is_as_close_and_as_deep_as_it_says() -> None:
    found = composite_relu(6.0, 0.01, (7, 15))
    x = np.random.default_rng(1).uniform(-6, 6, 5000)
    assert np.abs(found(x) - exact_relu(x)).max() <= found.error * (1 + 1e-4)
    assert found.depth == 3 + 4 + 1
    assert found.degree == 7 * 15 + 1


@pytest.mark.parametrize("margin", [1e-4, 1e-2])
def test_the_error_of_a_composite_counts_that_inside_its_margin(margin: float) -> None:
    """However narrow: there the sign is still on its way from -1 to 1."""
    found = composite_relu(2.0, margin, (31, 31, 31, 31))
    x = np.linspace(0, 4 * margin, 40_001)
    inside = max(np.abs(found(side) - exact_relu(side)).max() for side in (x, -x))
    assert 0.1 * margin < inside <= found.error * (1 + 1e-3)


def test_more_levels_bring_a_composite_closer() -> None:
    errors = [best_composite_relu(1.0, depth).error for depth in (3, 5, 7, 9)]
    assert all(deeper < error / 2 for error, deeper in pairwise(errors))


def test_the_error_grows_with_the_bound() -> None:
    assert best_composite_relu(10.0, 6).error == pytest.approx(10 * best_composite_relu(1.0, 6).error)


def test_a_composite_on_no_interval_is_refused() -> None:
    with pytest.raises(ModelError, match="choose a positive bound"):
        composite_relu(0.0, 0.1, (7,))


@pytest.mark.parametrize(("bound", "degree", "depth"), [(1.0, 3, 2), (2.0, 7, 3), (2.0, 8, 3), (5.0, 15, 4)])
def test_tanh_is_odd_and_as_close_as_it_says(bound: float, degree: int, depth: int) -> None:
    found = tanh(bound, degree)
    x = np.linspace(-bound, bound, 4001)
    assert np.abs(found(x) - np.tanh(x)).max() == pytest.approx(found.error, rel=1e-3)
    np.testing.assert_allclose(found(-x), -found(x), atol=1e-12)
    assert (found.degree, found.depth) == (degree - (degree + 1) % 2, depth)
    # de la Vallée Poussin: as many extremes of one size and alternating sign as the best odd one has
    deviation = found(x) - np.tanh(x)
    assert (
        np.count_nonzero(np.diff(np.sign(deviation[np.abs(deviation) > 0.5 * found.error]))) >= found.degree
    )


def test_tanh_needs_a_degree_and_a_bound() -> None:
    for bound, degree in ((1.0, 0), (0.0, 3)):
        with pytest.raises(ModelError, match="choose a degree from 1 and a positive bound"):
            tanh(bound, degree)
