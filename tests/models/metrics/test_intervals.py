"""Paired intervals: published values, agreement with other computations, and coverage."""

import numpy as np
import pytest
from scipy import stats

from models.errors import ScoreError
from models.metrics.arrays import Array
from models.metrics.intervals import matched_proportions, relative_increase


def table(both: int, lost: int, gained: int, neither: int) -> tuple[Array, Array]:
    """Matched pairs with these counts: right before and after, before alone, after alone, never."""
    before = np.repeat([1.0, 1.0, 0.0, 0.0], [both, lost, gained, neither])
    after = np.repeat([1.0, 0.0, 1.0, 0.0], [both, lost, gained, neither])
    return before, after


def test_a_proportion_lost_by_hand() -> None:
    """Approval of a prime minister (Agresti, Categorical Data Analysis, 10.1): 944 of 1,600, then 880.

    His Wald interval is 0.04 ± 1.96 · 0.0095; half a pair in each cell moves it in the fourth decimal.
    """
    found = matched_proportions(*table(794, 150, 86, 570))
    assert found.mean == pytest.approx(0.04)
    assert found.standard_error == pytest.approx(0.0095, abs=1e-4)
    assert (found.low, found.high) == pytest.approx((0.0213, 0.0587), abs=2e-4)


def test_a_proportion_lost_as_another_program_has_it() -> None:
    """40 pairs lost and 20 gained of 160: the example of `diffpropci.mp` in R's package PropCIs 0.3."""
    found = matched_proportions(*table(60, 40, 20, 40))
    assert (found.low, found.high) == pytest.approx((0.03089632, 0.21601726), abs=1e-8)


def test_no_difference_still_has_a_width() -> None:
    found = matched_proportions(*table(900, 0, 0, 100))
    assert found.mean == 0.0
    assert found.low == -found.high
    assert found.high == pytest.approx(1.96 / 1002, rel=1e-3)


def test_ends_stay_within_what_a_difference_can_be() -> None:
    found = matched_proportions(*table(0, 3, 0, 0))
    assert (found.mean, found.high) == (1.0, 1.0)
    assert found.low < 1.0


def test_which_rung_comes_first_turns_the_sign() -> None:
    before, after = table(50, 7, 2, 11)
    there, back = matched_proportions(before, after), matched_proportions(after, before)
    assert (there.mean, there.low, there.high) == (-back.mean, -back.high, -back.low)


@pytest.mark.parametrize("discordant", [(0.002, 0.004), (0.05, 0.08)])
def test_coverage_where_few_pairs_differ(discordant: tuple[float, float]) -> None:
    """95 % of the intervals of 500 pairs hold the truth; Wald's own fall far short where few pairs differ."""
    random, size, trials = np.random.default_rng(1), 500, 800
    gained, lost = discordant
    covered = 0
    for counts in random.multinomial(size, [0.8, lost, gained, 0.2 - lost - gained], trials):
        found = matched_proportions(*table(*counts))
        covered += found.low <= lost - gained <= found.high
    assert 0.93 <= covered / trials <= 0.995


def test_perplexity_grows_by_the_ratio_less_one() -> None:
    random = np.random.default_rng(2)
    before = random.normal(-2.0, 0.5, 40)
    after = before - 0.05 + random.normal(0, 0.02, 40)
    found = relative_increase(before, after)
    assert found.mean == pytest.approx(np.exp(-after.mean()) / np.exp(-before.mean()) - 1)
    test = stats.ttest_rel(before, after)
    ends = np.expm1(test.confidence_interval(0.95))
    assert (found.low, found.high) == pytest.approx(tuple(ends))
    assert found.standard_error == pytest.approx((1 + found.mean) * stats.sem(before - after))


def test_pairing_takes_out_what_is_hard_for_both() -> None:
    """A shift that every sequence shares is found exactly, however much the sequences differ."""
    before = np.random.default_rng(3).normal(-2.0, 3.0, 10)
    found = relative_increase(before, before - np.log(1.01))
    assert (found.mean, found.low, found.high) == pytest.approx((0.01, 0.01, 0.01))


def test_what_are_no_pairs_is_refused() -> None:
    with pytest.raises(ScoreError, match="are not 1 or more pairs"):
        matched_proportions(np.ones(3), np.ones(2))
    with pytest.raises(ScoreError, match="are not 2 or more pairs"):
        relative_increase(np.ones(1), np.ones(1))


def test_a_model_that_lost_everything_has_no_number() -> None:
    with pytest.raises(ScoreError, match=r"grows by a factor of exp\(1000\)"):
        relative_increase(np.array([-1.0, -2.0]), np.array([-1001.0, -1002.0]))
