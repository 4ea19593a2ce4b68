"""The number of processes that a claim needs, by hand and by simulation."""

import numpy as np
import pytest
from scipy import stats

from reports.errors import ReportError
from reports.statistics.ranks import fewest
from reports.statistics.sample_size import processes_needed


def test_about_thirty_find_ten_percent_at_a_spread_of_five() -> None:
    found = [
        processes_needed(spread=0.05, ratio=1.1, significance=0.01 / count, power=0.95, threshold=1.05)
        for count in (50, 100, 200)
    ]
    assert found == [29, 31, 33]


def test_noether_by_hand() -> None:
    """Larger by chance of 0.7: (1.960 + 1.282)² / (6 · 0.2²) = 43.8 a side at 5 % and a power of 90 %."""
    spread = np.log(1.1) / np.sqrt(2) / stats.norm.ppf(0.7)
    assert processes_needed(spread=spread, ratio=1.1, significance=0.05, power=0.9) == 44


def test_never_fewer_than_the_test_can_use() -> None:
    assert processes_needed(spread=0.0, ratio=1.1, significance=1e-4, power=0.95) == fewest(1e-4)


def test_a_ratio_near_its_threshold_takes_many_and_one_under_it_is_refused() -> None:
    near = processes_needed(spread=0.05, ratio=1.1, significance=0.01, power=0.95, threshold=1.09)
    assert near > 200
    with pytest.raises(ReportError, match="never told from"):
        processes_needed(spread=0.05, ratio=1.05, significance=0.01, power=0.95, threshold=1.05)


@pytest.mark.parametrize(("spread", "tests"), [(0.02, 100), (0.05, 1), (0.05, 200), (0.1, 50)])
def test_the_power_is_reached(spread: float, tests: int) -> None:
    significance = 0.01 / tests
    count = processes_needed(spread=spread, ratio=1.1, significance=significance, power=0.95, threshold=1.05)
    random = np.random.default_rng(3)
    before = random.lognormal(0, spread, (2000, count))
    after = 1.1 * random.lognormal(0, spread, (2000, count))
    p = stats.mannwhitneyu(before, after, axis=1, method="exact").pvalue
    ratio = np.median(after, axis=1) / np.median(before, axis=1)
    assert np.mean((p <= significance) & (ratio >= 1.05)) >= 0.95
