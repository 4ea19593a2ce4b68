"""How many processes a claimed difference needs, for the rank test and the ratio of medians together.

Values are taken as log-normal, so that only the slowdown in units of the spread matters. With up to
`SIMULATED` processes a side the power is simulated, from fixed draws: for each draw it is known from which
slowdown on it is found, and what a share of all draws finds is a quantile of these. With more, the rank
statistic and the medians are near enough to normal.

References:
    H. B. Mann and D. R. Whitney, "On a test of whether one of two random variables is stochastically larger
    than the other", The Annals of Mathematical Statistics 18 (1947), 50-60: mean and variance of U, which
    E. L. Lehmann, "Nonparametrics", Holden-Day (1975), section 2.3, has under a shift.
    D. B. Owen, "Tables for computing bivariate normal probabilities", The Annals of Mathematical Statistics
    27 (1956), 1075-1090.
    R. J. Serfling, "Approximation Theorems of Mathematical Statistics", Wiley (1980), section 2.3: the
    variance of a median, π/2 times that of a mean where values are normal.
"""

from __future__ import annotations

from functools import cache
from math import log, pi, sqrt
from typing import NamedTuple

import numpy as np
import scipy

from models.metrics.arrays import Array
from reports.errors import ReportError
from reports.statistics.ranks import fewest

#: The most processes a side of which the power is simulated, and from how many draws: a power of 0.95 is
#: then known to 0.003.
SIMULATED, DRAWS = 32, 5_000
#: The same draws on every machine.
_SEED = 0
#: How the mean rank and the median of normal values go together: E|2 Φ(x) - 1| over the deviations of both.
_RANKS_AND_MEDIANS = sqrt(3) / 2
#: What a spread can ask for at most.
MOST = 100_000


class Claim(NamedTuple):
    """What is to be found, whatever the spread.

    Attributes:
        significance: that of one test, two-sided.
        power: chance of finding it.
        share: of the slowdown's logarithm, that the observed one has to exceed.
    """

    significance: float
    power: float
    share: float


def processes_needed(
    *, spread: float, ratio: float, significance: float, power: float, threshold: float = 1.0
) -> int:
    """The fewest processes a side with which a slowdown is found by the U test and by its ratio, both.

    At a spread of 2 %, a ratio of 1.10 over a threshold of 1.05, 66 measures and a power of 95 % take nine.

    Args:
        spread: relative standard deviation between processes, such as 0.05.
        ratio: the slowdown to be found, such as 1.10.
        significance: that of one test, two-sided, corrected for the number of tests.
        power: chance of finding it.
        threshold: the ratio of medians that the observed one has to exceed as well.

    Raises:
        ReportError: the ratio is not over the threshold, so that no number is enough.
    """
    if ratio <= max(threshold, 1.0):
        raise ReportError(
            f"a ratio of {ratio:g} is never told from a threshold of {max(threshold, 1.0):g}; ask for more"
        )
    least = fewest(significance)
    if spread <= 0:
        return least
    shift = log(ratio) / spread
    claim = Claim(significance, power, log(max(threshold, 1.0)) / log(ratio))
    return _first_enough(least, shift, claim)


def _first_enough(least: int, shift: float, claim: Claim) -> int:
    """The fewest processes a side, from `least` on, that find a shift; the power grows with their number."""
    low, high = least, least
    while high < MOST and not _finds(high, shift, claim):
        low, high = high + 1, 2 * high
    while low < high:
        middle = (low + high) // 2
        if _finds(middle, shift, claim):
            high = middle
        else:
            low = middle + 1
    while high > least and _finds(high - 1, shift, claim):  # at few processes p has steps
        high -= 1
    return min(high, MOST)


def _finds(count: int, shift: float, claim: Claim) -> bool:
    if count <= SIMULATED:
        return shift >= _least_shift(count, claim)
    return _asymptotic_power(count, shift, claim) >= claim.power


@cache
def _least_shift(count: int, claim: Claim) -> float:
    """The least shift, in deviations, that a share of all draws finds: the power."""
    before, after = _draws(count)
    pairs = (before[:, :, None] - after[:, None, :]).reshape(DRAWS, -1)
    place = count**2 - 1 - _critical(count, claim.significance)
    by_ranks = np.partition(pairs, place, axis=1)[:, place]  # from here on U is small enough
    by_ratio = (np.median(before, axis=1) - np.median(after, axis=1)) / (1 - claim.share)
    return float(np.quantile(np.maximum(by_ranks, by_ratio), claim.power, method="higher"))


@cache
def _draws(count: int) -> tuple[Array, Array]:
    """`[draws, count]` standard normal values a side."""
    before, after = np.random.default_rng([_SEED, count]).standard_normal((2, DRAWS, count))
    return before, after


@cache
def _critical(count: int, significance: float) -> int:
    """The largest U of `count` values a side whose exact two-sided p is at the significance or under it."""
    low, high = 0, count**2 // 2
    while low < high:
        middle = (low + high + 1) // 2
        if _p_of(count, middle) <= significance:
            low = middle
        else:
            high = middle - 1
    return low


def _p_of(count: int, statistic: int) -> float:
    """The p of two samples of which so many pairs are in the wrong order."""
    above = np.zeros(count)  # how many of the other side each value is over
    above[: statistic // count] = count
    if statistic % count:
        above[statistic // count] = statistic % count
    return float(scipy.stats.mannwhitneyu(above - 0.5, np.arange(count), method="exact").pvalue)


def _asymptotic_power(count: int, shift: float, claim: Claim) -> float:
    """The chance that U is small enough and the ratio large enough, as two normal variables."""
    # The chances that a pair is in the wrong order, and that two pairs of one value are.
    wrong = float(scipy.special.ndtr(-shift / sqrt(2)))
    both = _both_under(-shift / sqrt(2), -shift / sqrt(2), 0.5)
    deviation = count * sqrt(wrong * (1 - wrong) + 2 * (count - 1) * (both - wrong**2))
    by_chance = count * sqrt((2 * count + 1) / 12)
    critical = count**2 / 2 + float(scipy.special.ndtri(claim.significance / 2)) * by_chance
    by_ranks = (critical - count**2 * wrong) / deviation
    by_ratio = shift * (1 - claim.share) / sqrt(pi / count)
    return _both_under(by_ranks, by_ratio, _RANKS_AND_MEDIANS)


def _both_under(first: float, second: float, correlation: float) -> float:
    """The chance that two standard normal variables are both under their limits, by Owen's T."""
    first, second = (limit or 1e-12 for limit in (first, second))  # the limit of what has no value at 0
    rest = sqrt(1 - correlation**2)
    slopes = (second / first - correlation) / rest, (first / second - correlation) / rest
    half = 0.0 if first * second > 0 else 0.5
    alone = (scipy.special.ndtr(first) + scipy.special.ndtr(second)) / 2
    return float(
        alone - scipy.special.owens_t(first, slopes[0]) - scipy.special.owens_t(second, slopes[1]) - half
    )
