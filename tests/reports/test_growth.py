"""The exponent of a power law: known answers, and how often its interval holds the truth."""

from __future__ import annotations

import numpy as np
import pytest

from reports.errors import ReportError
from reports.statistics.growth import power_law


def test_an_exact_power_law_is_found() -> None:
    law = power_law([(x, 3 * x**1.5) for x in (2, 4, 8, 16)])
    assert law.factor == pytest.approx(3)
    assert (law.low, law.exponent, law.high) == pytest.approx((1.5, 1.5, 1.5), abs=1e-5)


def test_a_known_answer() -> None:
    """Logarithms 0, 1, 2 against 0, 1, 3: slope 1.5, standard error sqrt(1/12), t of one degree 12.706."""
    e = np.e
    law = power_law([(1, 1), (e, e), (e**2, e**3)])
    assert law.exponent == pytest.approx(1.5)
    assert law.high - law.exponent == pytest.approx(12.7062 * np.sqrt(1 / 12), rel=1e-4)
    assert law.exponent - law.low == pytest.approx(law.high - law.exponent)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    random = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        points = [(x, x**2 * np.exp(random.normal(0, 0.1))) for x in (1, 2, 4, 8, 16)]
        law = power_law(points)
        held += law.low <= 2 <= law.high
    assert 0.91 < held / 400 < 0.99


@pytest.mark.parametrize("points", [[(1, 1), (2, 2)], [(1, 1), (1, 2), (2, 2)]])
def test_two_values_tell_nothing(points: list[tuple[float, float]]) -> None:
    with pytest.raises(ReportError, match="needs 3 values"):
        power_law(points)


def test_what_is_not_positive_is_refused() -> None:
    with pytest.raises(ReportError, match="positive numbers"):
        power_law([(1, 1), (2, 0), (3, 1)])
