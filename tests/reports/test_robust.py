"""Medians, quantiles, spread and bootstrap intervals."""

import numpy as np
import pytest

from reports.errors import ReportError
from reports.statistics.robust import median, quantile, ratio_interval, spread


def test_quantiles_by_hand() -> None:
    assert median([3.0, 1.0, 2.0]) == 2.0
    assert median([4.0, 1.0, 2.0, 3.0]) == 2.5
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.25) == 1.75
    with pytest.raises(ReportError, match="an empty list has no"):
        median([])


def test_a_spread_is_that_within_groups_and_no_outlier_changes_it() -> None:
    random = np.random.default_rng(1)
    low, high = random.lognormal(0, 0.05, 3000), random.lognormal(2, 0.05, 3000)
    assert spread(low, high) == pytest.approx(0.05, rel=0.05)
    assert spread([*low, 50.0], high) == pytest.approx(spread(low, high), rel=0.01)
    with pytest.raises(ReportError, match="two or more"):
        spread([1.0], [2.0])


def test_nine_of_ten_intervals_hold_the_ratio_and_the_same_numbers_give_the_same() -> None:
    random = np.random.default_rng(2)
    pairs = [(random.lognormal(0, 0.05, 30), 1.1 * random.lognormal(0, 0.05, 30)) for _ in range(200)]
    intervals = [ratio_interval(*pair) for pair in pairs]
    assert sum(low <= 1.1 <= high for low, high in intervals) >= 180
    assert ratio_interval(*pairs[0]) == intervals[0]
    with pytest.raises(ReportError, match="two or more"):
        ratio_interval([1.0], [1.0])
