"""The composite sign: its errors, its optimality, its depth."""

from itertools import pairwise, product

import mpmath
import numpy as np
import pytest

from models.approximation.minimax import minimax_and_error
from models.approximation.series import Series
from models.approximation.sign import best_degrees, composite_sign
from models.errors import ModelError


def test_both_sides_of_the_margin_are_as_close_as_said() -> None:
    found = composite_sign((0.05, 3.0), (7, 15))
    x = np.random.default_rng(0).uniform(0.05, 3, 5000)
    for sign in (1, -1):
        assert np.abs(found(sign * x) - sign).max() <= found.error * (1 + 1e-4)
    assert found.depth == 7
    assert found.degree == 105


def test_one_polynomial_is_the_minimax_polynomial() -> None:
    _, error = minimax_and_error(np.sign, 9, (0.1, 1.0), parity="odd")
    assert composite_sign((0.1, 1.0), (9,)).error == pytest.approx(error, rel=1e-6)


def test_the_best_cubic_is_known_in_closed_form() -> None:
    # y·(a - b·y²) on [l, 1]: equal at both ends, and as far above 1 at √(a/3b) as below there
    low = mpmath.mpf(1) / 4
    q = 1 + low + low**2
    ends, extreme = low * (1 + low), 2 * q * mpmath.sqrt(q / 3) / 3
    assert composite_sign((0.25, 1.0), (3,)).error == pytest.approx(
        float((extreme - ends) / (extreme + ends))
    )


def test_inner_polynomials_stay_within_the_interval_of_the_next() -> None:
    value = np.linspace(-1, 1, 2001)
    for stage in composite_sign((0.01, 1.0), (7, 7, 15)).stages[:-1]:
        assert isinstance(stage, Series)
        assert stage.interval == (-1, 1)
        value = stage(value)
        assert np.abs(value).max() <= 1 + 1e-9


@pytest.mark.parametrize("depth", [4, 6, 7])
def test_no_other_degrees_of_the_depth_do_better(depth: int) -> None:
    best = composite_sign((0.02, 1.0), best_degrees(0.02, depth))
    assert best.depth == depth
    for parts in range(1, depth // 2 + 1):
        for levels in product(range(2, 7), repeat=parts):
            if sum(levels) == depth:
                other = composite_sign((0.02, 1.0), [2**level - 1 for level in levels])
                assert best.error <= other.error * (1 + 1e-6)


def test_more_levels_than_are_needed_change_nothing_for_the_worse() -> None:
    errors = [composite_sign((0.1, 1.0), best_degrees(0.1, depth)).error for depth in (4, 8, 12, 30)]
    assert all(deeper < error for error, deeper in pairwise(errors[:3]))
    assert errors[-1] < 1e-13


@pytest.mark.parametrize(
    ("interval", "degrees", "reason"),
    [
        ((0.0, 1.0), (7,), "right of 0"),
        ((0.1, 1.0), (), "a degree or more"),
        ((0.1, 1.0), (7, 8), "choose an odd degree"),
    ],
)
def test_what_makes_no_sign_is_refused(
    interval: tuple[float, float], degrees: tuple[int, ...], reason: str
) -> None:
    with pytest.raises(ModelError, match=reason):
        composite_sign(interval, degrees)


def test_a_depth_below_the_least_is_refused() -> None:
    with pytest.raises(ModelError, match="allow 2 levels or more"):
        best_degrees(0.1, 1)
