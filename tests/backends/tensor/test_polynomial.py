"""Series of any degree on a ciphertext, equal to numpy's, at the least depth."""

from __future__ import annotations

from math import ceil, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import chebyshev, polynomial

from backends.cleartext.adapter import CleartextEvaluator, Slots
from backends.parameters import ParameterSet
from backends.tensor.polynomial import evaluate
from models.approximation.series import Series

PARAMETERS = ParameterSet(log_n=10, first_modulus_bits=50, scale_bits=40, depth=8, digits=9, security=0)
X = np.linspace(-1, 1, PARAMETERS.slots)
REFERENCE = {"power": polynomial.polyval, "chebyshev": chebyshev.chebval}

coefficients = st.floats(0.1, 2) | st.floats(-2, -0.1)


def evaluated(p: Series) -> tuple[Slots, CleartextEvaluator]:
    evaluator = CleartextEvaluator(PARAMETERS)
    return evaluate(evaluator, p, Slots(X, level=PARAMETERS.depth)), evaluator


@given(st.lists(coefficients, min_size=2, max_size=33), st.sampled_from(["power", "chebyshev"]))
def test_equals_numpy_at_the_least_depth(values: list[float], basis: str) -> None:
    values[-1] = 0.7  # a leading coefficient that is not free
    p = Series(tuple(values), basis)
    result, _ = evaluated(p)
    assert p.depth == ceil(log2(p.degree + 1))
    assert result.level == PARAMETERS.depth - p.depth
    assert np.allclose(result.values, REFERENCE[basis](X, values), atol=1e-9)


@given(
    st.lists(coefficients | st.just(0.0), min_size=1, max_size=31), st.sampled_from(["power", "chebyshev"])
)
def test_sparse_polynomials_are_never_deeper(values: list[float], basis: str) -> None:
    values = [*values, 0.3]
    p = Series(tuple(values), basis)
    result, _ = evaluated(p)
    assert p.depth <= ceil(log2(p.degree + 1))
    assert np.allclose(result.values, REFERENCE[basis](X, values), atol=1e-9)


@pytest.mark.parametrize(("degree", "depth", "products"), [(2, 1, 1), (4, 2, 2), (8, 3, 3), (16, 4, None)])
@pytest.mark.parametrize("leading", [1.0, -1.0])
def test_a_monic_even_series_saves_a_level(
    degree: int, depth: int, products: int | None, leading: float
) -> None:
    values = [0.5, 0.25] + [0.3 if i % 2 == 0 else 0.0 for i in range(2, degree)] + [leading]
    p = Series(tuple(values), "power")
    result, evaluator = evaluated(p)
    assert p.depth == depth
    assert np.allclose(result.values, polynomial.polyval(X, values))
    if products is not None:
        assert evaluator.counts["ct_ct"] == products


@pytest.mark.parametrize(("interval", "map_depth"), [((-4.0, 1.0), 1), ((0.25, 2.25), 0), ((-1.0, 1.0), 0)])
def test_an_interval_is_mapped_to_the_variable_of_the_basis(
    interval: tuple[float, float], map_depth: int
) -> None:
    values = (0.5, -1.0, 0.25, 0.75)
    p = Series(values, "chebyshev", interval)
    result, _ = evaluated(p)
    low, high = interval
    assert p.depth == 2 + map_depth
    assert result.level == PARAMETERS.depth - p.depth
    wanted = chebyshev.chebval((2 * X - low - high) / (high - low), values)
    assert np.allclose(result.values, wanted, atol=1e-9)
