"""The number of processes that a claim needs, by hand and by simulation."""

import numpy as np
import pytest
from scipy import stats

from reports.errors import ReportError
from reports.statistics.ranks import fewest
from reports.statistics.sample_size import SIMULATED, processes_needed


def test_some_twenty_find_ten_percent_at_a_spread_of_five() -> None:
    found = [needed(0.05, 0.01 / count) for count in (50, 100, 200)]
    assert found == [21, 22, 24]


def test_few_are_enough_at_small_spreads() -> None:
    """Noether's rule ended at twenty where nine find it, and at 21 where eleven do."""
    assert [needed(spread, 0.01 / 66) for spread in (0.003, 0.01, 0.02, 0.03)] == [9, 9, 9, 11]


def test_near_noether_where_his_rule_holds() -> None:
    """Larger by chance of 0.7: (1.960 + 1.282)² / (6 · 0.2²) = 43.8 a side at 5 % and a power of 90 %.

    His variance is that of equal samples, which is the larger one.
    """
    spread = np.log(1.1) / np.sqrt(2) / stats.norm.ppf(0.7)
    assert 40 <= processes_needed(spread=spread, ratio=1.1, significance=0.05, power=0.9) <= 44


def test_what_is_simulated_and_what_is_computed_meet() -> None:
    """Around the number from which on normal variables are near enough."""
    spreads = np.linspace(0.05, 0.075, 26)
    found = [needed(float(spread), 0.01 / 66) for spread in spreads]
    assert found == sorted(found)
    assert min(found) < SIMULATED < max(found)
    assert max(np.diff(found)) <= 2


def test_never_fewer_than_the_test_can_use() -> None:
    assert processes_needed(spread=0.0, ratio=1.1, significance=1e-4, power=0.95) == fewest(1e-4)


def test_a_ratio_near_its_threshold_takes_many_and_one_under_it_is_refused() -> None:
    near = processes_needed(spread=0.05, ratio=1.1, significance=0.01, power=0.95, threshold=1.09)
    assert near > 200
    with pytest.raises(ReportError, match="never told from"):
        processes_needed(spread=0.05, ratio=1.05, significance=0.01, power=0.95, threshold=1.05)


@pytest.mark.parametrize(
    ("spread", "tests"), [(0.02, 66), (0.03, 66), (0.02, 100), (0.05, 1), (0.05, 200), (0.1, 50)]
)
def test_the_power_is_reached_and_hardly_with_a_tenth_fewer(spread: float, tests: int) -> None:
    """By draws of its own, with scipy's test and the medians' ratio."""
    significance = 0.01 / tests
    count = needed(spread, significance)
    assert power(spread, count, significance) >= 0.94
    if count > fewest(significance):
        assert power(spread, count - max(1, count // 10), significance) < 0.956


def needed(spread: float, significance: float) -> int:
    return processes_needed(spread=spread, ratio=1.1, significance=significance, power=0.95, threshold=1.05)


def power(spread: float, count: int, significance: float) -> float:
    """The share of simulated pairs of sides in which a slowdown of a tenth is found."""
    random = np.random.default_rng(3)
    before = random.lognormal(0, spread, (2000, count))
    after = 1.1 * random.lognormal(0, spread, (2000, count))
    p = stats.mannwhitneyu(before, after, axis=1, method="exact").pvalue
    ratio = np.median(after, axis=1) / np.median(before, axis=1)
    return float(np.mean((p <= significance) & (ratio >= 1.05)))
