"""Whether two samples differ, by ranks, and what many such questions at once cost.

References:
    H. B. Mann and D. R. Whitney, "On a test of whether one of two random variables is stochastically larger
    than the other", The Annals of Mathematical Statistics 18 (1947), 50-60.
    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6
    (1979), 65-70.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import comb

import numpy as np
import scipy

from models.metrics.arrays import Array
from reports.errors import ReportError

Values = Sequence[float]


def mann_whitney(pairs: Sequence[tuple[Values, Values]]) -> list[float]:
    """Two-sided exact p of Mann and Whitney's U for each pair of samples.

    Equal values of the two samples are put in the order that speaks most against a difference. With them in
    an order drawn by lot p would be as rare as it says; no order gives a larger one, so ties never make a
    difference where there is none, which an approximation by the normal distribution can.

    Raises:
        ReportError: the two samples of a pair are not equally large, or have no value. Uneven ones come of a
            process that failed or of builds that did not take turns, and either spoils the comparison.
    """
    together: dict[int, list[int]] = defaultdict(list)
    for index, (before, after) in enumerate(pairs):
        if not len(before) or len(before) != len(after):
            raise ReportError(
                f"{len(before)} values against {len(after)} are not an even comparison; measure both as often"
            )
        together[len(before)].append(index)
    found = np.ones(len(pairs))
    for count, indexes in together.items():  # one call for many: scipy's own work a call is much
        values = [[*pairs[index][0], *pairs[index][1]] for index in indexes]
        ranks = scipy.stats.rankdata(values, "dense", axis=1)
        found[indexes] = _cautious(ranks[:, :count], ranks[:, count:])
    return [float(p) for p in found]


def _cautious(before: Array, after: Array) -> Array:
    """The larger p of the two orders of equal values, `[pairs, values]` a side; 1 where they disagree."""
    first, last = (
        scipy.stats.mannwhitneyu(before, after + half, alternative="two-sided", axis=1, method="exact")
        for half in (0.5, -0.5)
    )
    middle = before.shape[1] * after.shape[1] / 2
    agree = (first.statistic - middle) * (last.statistic - middle) > 0
    return np.where(agree, np.maximum(first.pvalue, last.pvalue), 1.0)


def smallest_p(count: int) -> float:
    """The smallest two-sided p of `count` values a side: all of one side below all of the other."""
    return min(1.0, 2 / comb(2 * count, count))


def fewest(significance: float) -> int:
    """The fewest values a side with which a two-sided U test can reach a significance at all.

    Five a side never reach 0.002, and neither do six; seven do.
    """
    count = 1
    while smallest_p(count) > significance:
        count += 1
    return count


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values: those at or under a significance hold together at that significance.

    The chance that any one of them is false is at most the significance, however the tests depend on each
    other.
    """
    count = len(p_values)
    order = np.argsort(p_values, kind="stable")
    stepped = np.asarray(p_values, np.float64)[order] * np.arange(count, 0, -1)
    adjusted = np.empty(count)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(stepped)) if count else stepped
    return [float(p) for p in adjusted]
