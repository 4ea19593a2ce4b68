"""1/√x by pivot and tangents: its lines, its error on wide intervals, its depth beside levelled steps."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.approximation.inverse_square_root import inverse_square_root
from models.approximation.pivot_tangent import newton_bounds, pivot_tangent
from models.approximation.search import best
from models.approximation.series import Interval, Series
from models.approximation.steps import ChoiceOfLines
from models.errors import ModelError


@settings(max_examples=10)
@given(low=st.floats(1e-4, 10), ratio=st.floats(1.1, 1e9), steps=st.integers(0, 12))
def test_it_is_as_close_and_as_deep_as_said(low: float, ratio: float, steps: int) -> None:
    found, guess = pivot_tangent((low, low * ratio), steps), pivot_tangent((low, low * ratio), 0)
    x = np.geomspace(low, low * ratio, 5003)[1:-1]
    assert np.abs(found(x) * np.sqrt(x) - 1).max() <= found.error * (1 + 1e-2) + 1e-9
    signs = [stage.degree for stage in guess.stages if isinstance(stage, Series)]
    assert guess.degree == np.prod(signs, dtype=object) + 1
    assert found.degree == ((2 * guess.degree + 1) * 3**steps - 1) // 2
    assert found.depth == sum(degree.bit_length() for degree in signs) + 1 + 2 * steps


@pytest.mark.parametrize("ratio", [1.5, 1e2, 1e5, 1e9])
def test_two_lines_touch_the_upper_bound_and_keep_above_the_lower(ratio: float) -> None:
    guess = pivot_tangent((3.0, 3 * ratio), 0)
    lines = guess.stages[-1]
    assert isinstance(lines, ChoiceOfLines)
    pivot = 3 * np.sqrt(ratio)
    parts = {lines.left: (3.0, 2 * pivot), lines.right: (pivot / 2, 3 * ratio)}
    ends, tops = [], []
    for line, part in parts.items():
        x = np.geomspace(*part, 100_001)
        y = line(guess.factor * x) * np.sqrt(x)
        ends += [y[0], y[-1]]
        tops.append(y.max())
    lower, upper = newton_bounds(ends[0] / tops[0])
    assert ends == pytest.approx([lower] * 4, rel=1e-6)
    assert tops == pytest.approx([upper] * 2, rel=1e-6)
    assert lower * (3 - lower**2) == pytest.approx(upper * (3 - upper**2))


@pytest.mark.parametrize("ratio", [1.5, 1e2, 1e5, 1e9])
def test_the_sign_moves_the_guess_by_little(ratio: float) -> None:
    guess = pivot_tangent((1.0, ratio), 0)
    lines = guess.stages[-1]
    assert isinstance(lines, ChoiceOfLines)
    x = np.geomspace(1, ratio, 100_001)
    pair = np.stack([line(guess.factor * x) for line in (lines.left, lines.right)]) * np.sqrt(x)
    pair[0, x > 2 * np.sqrt(ratio)], pair[1, x < np.sqrt(ratio) / 2] = np.nan, np.nan
    low, high = np.nanmin(pair, axis=0), np.nanmax(pair, axis=0)
    y = guess(x) * np.sqrt(x)
    leeway = 0.1 * low.min() * (1 + 1e-6)
    assert np.all(y >= low - leeway)
    assert np.all(y <= high + leeway)


@pytest.mark.parametrize(
    ("lower", "upper"),
    [(0.1280319860839844, 1.6644849487774667), (0.070270068359375, 1.6958489466846607)],
)
def test_bounds_of_the_authors_ratio_are_the_authors(lower: float, upper: float) -> None:
    """Found there by bisection, for 7 and for 9 steps that leave 7e-3 and 1e-3."""
    assert newton_bounds(lower / upper) == pytest.approx((lower, upper), rel=1e-4)


@pytest.mark.parametrize(("interval", "steps"), [((1e-3, 750.0), 8), ((1e-4, 1e3), 10), ((1.0, 1e9), 13)])
def test_the_result_holds_against_exact_arithmetic(interval: Interval, steps: int) -> None:
    found = pivot_tangent(interval, steps)
    with mpmath.workdps(40):
        relative = [
            abs(mpmath.mpf(float(found(np.array(x)))) * mpmath.sqrt(mpmath.mpf(float(x))) - 1)
            for x in np.geomspace(*interval, 1001)
        ]
    assert float(max(relative)) <= found.error * (1 + 1e-6)
    assert float(max(relative)) > 0.9 * found.error
    assert found.error < 2e-3


@pytest.mark.parametrize(("ratio", "degree", "steps"), [(1e3, 127, 0), (1e6, 31, 5), (1e9, 63, 8)])
def test_levelled_steps_reach_the_same_error_in_half_the_levels(
    ratio: float, degree: int, steps: int
) -> None:
    levelled = inverse_square_root((1.0, ratio), degree, steps)
    tangents = best("pivot_tangent", (1.0, ratio), error=1e-3)
    assert levelled.error <= 1e-3
    assert levelled.depth <= tangents.depth / 2


@pytest.mark.parametrize(("interval", "steps"), [((0.0, 1.0), 1), ((2.0, 1.0), 1), ((1.0, 2.0), -1)])
def test_what_makes_no_inverse_square_root_is_refused(interval: Interval, steps: int) -> None:
    with pytest.raises(ModelError, match="give an interval right of 0, and 0 steps or more"):
        pivot_tangent(interval, steps)


def test_an_interval_too_wide_for_any_sign_is_refused() -> None:
    with pytest.raises(ModelError, match=r"no sign outside the margin .* comes within"):
        pivot_tangent((1.0, 1e16), 1)
