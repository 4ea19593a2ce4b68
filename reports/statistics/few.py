"""Whether two samples of very few values differ by much: Student's t on logarithms, its variance moderated.

Three values a side cannot be significant by ranks among many tests, and their own variance says little: where
it happens to be small, any difference looks large. So the variance of each test is drawn towards the one that
is typical of all of them, which is worth `PRIOR` degrees of freedom (Smyth's moderated t), and is never taken
for less than what the caller assumes. Beyond that, every value of one side has to be over all of the other.

References:
    G. K. Smyth, "Linear models and empirical Bayes methods for assessing differential expression in
    microarray experiments", Statistical Applications in Genetics and Molecular Biology 3 (2004), article 3:
    sections 3 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
import scipy

from models.metrics.arrays import Array
from reports.errors import ReportError

Values = Sequence[float]

#: The fewest values a side: of two, one that stumbled is half.
FEWEST = 3
#: Degrees of freedom of the typical variance. Committed records have 1.2 to 1.5 on a quiet machine and 2.0 to
#: 3.8 on a busy one (`python -m tests.reports.few_processes`).
PRIOR = 2.0
#: What a variance is taken to be at least when the typical one is sought: equal values have no logarithm.
_LEAST_VARIANCE = 1e-6


@dataclass(frozen=True)
class Few:
    """Several tests on few values.

    Attributes:
        p_values: two-sided, one a test; 1 where the two sides overlap.
        spreads: relative spread of each, as moderated.
        freedom: degrees of freedom of each, with those of the typical variance.
        counts: values a side of each.
        typical: the relative spread that is typical of all, whatever the caller assumes.
    """

    p_values: list[float]
    spreads: list[float]
    freedom: list[float]
    counts: list[int]
    typical: float

    def reaches(self, significance: float, power: float) -> list[float]:
        """The ratio that each test would have found at a significance, with a power, at its spread."""
        freedom, counts = np.array(self.freedom), np.array(self.counts)
        deviations = np.array(self.spreads) * np.sqrt(2 / counts)
        steps = scipy.special.stdtrit(freedom, 1 - significance / 2) + scipy.special.ndtri(power)
        return [float(ratio) for ratio in np.exp(steps * deviations)]


def moderated(pairs: Sequence[tuple[Values, Values]], least_spread: float) -> Few:
    """Tests on pairs of samples of positive values.

    Args:
        pairs: before and after, `FEWEST` or more a side and as many of both.
        least_spread: the relative spread that is assumed to be typical at least, such as 0.05.

    Raises:
        ReportError: a pair is uneven, or has too few values.
    """
    for before, after in pairs:
        if len(before) != len(after) or len(before) < FEWEST:
            raise ReportError(
                f"{len(before)} values against {len(after)} are not {FEWEST} or more on both sides; "
                "measure both as often"
            )
    counts = np.array([len(before) for before, _ in pairs], int)
    variances, differences = np.empty(len(pairs)), np.empty(len(pairs))
    for count in set(counts):  # one call for many
        places = np.flatnonzero(counts == count)
        logs = np.log(np.array([pairs[int(place)] for place in places]))
        variances[places] = logs.var(axis=2, ddof=1).mean(axis=1)
        differences[places] = logs[:, 1].mean(axis=1) - logs[:, 0].mean(axis=1)
    within = 2.0 * counts - 2
    typical = _typical(variances, within)
    drawn = (PRIOR * max(typical, least_spread) ** 2 + within * variances) / (PRIOR + within)
    t = differences / np.sqrt(drawn * 2 / counts)
    p_values = 2 * scipy.special.stdtr(PRIOR + within, -np.abs(t))
    apart = [_apart(before, after) for before, after in pairs]
    return Few(
        p_values=[float(p) if alone else 1.0 for p, alone in zip(p_values, apart, strict=True)],
        spreads=[float(spread) for spread in np.sqrt(drawn)],
        freedom=[float(freedom) for freedom in PRIOR + within],
        counts=[int(count) for count in counts],
        typical=typical,
    )


def _typical(variances: Array, within: Array) -> float:
    """The typical spread: from the mean logarithm of the variances, each with its degrees of freedom."""
    if not len(variances):
        return 0.0
    unbiased = (
        np.log(np.maximum(variances, _LEAST_VARIANCE)) - scipy.special.psi(within / 2) + np.log(within / 2)
    )
    return exp((float(unbiased.mean()) + float(scipy.special.psi(PRIOR / 2)) - log(PRIOR / 2)) / 2)


def _apart(before: Values, after: Values) -> bool:
    """Whether every value of one side is over all of the other."""
    return max(before) < min(after) or max(after) < min(before)
