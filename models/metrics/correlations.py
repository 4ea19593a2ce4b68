"""Pearson's correlation of a regression's answers with their labels, and how much of one is lost.

References:
    I. Olkin and M. Siotani, "Asymptotic distribution of functions of a correlation matrix", Essays in
    Probability and Statistics (1976), 235-251: how two correlations with one variable in common covary.
    G. Y. Zou, "Toward using confidence intervals to compare correlations", Psychological Methods 12 (2007),
    399-413.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import scipy

from models.errors import ScoreError
from models.metrics.arrays import Array
from models.metrics.intervals import CONFIDENCE, Interval, pairs

#: Fisher's transformation takes three degrees of freedom.
LEAST_SAMPLES = 4


def correlation(scores: Array) -> float:
    """Pearson's correlation of answers with labels, not a number where either does not vary.

    Args:
        scores: `[samples, 2]`: answer and label.
    """
    return _pearson(scores[:, 0], scores[:, 1])


def correlation_lost(before: Array, after: Array) -> Interval:
    """How much of a correlation with the labels is lost: that of `before` minus that of `after`.

    Zou's interval (2007) for two correlations that share a variable: each one's own interval is Fisher's, and
    their dependence comes from the correlation of the two models' answers. The standard error is the
    asymptotic one (Olkin and Siotani, 1976).

    Args:
        before: `[samples, 2]`: answer of the first model, and label.
        after: `[samples, 2]`: answer of the second model, and the same label.

    Raises:
        ScoreError: there are fewer than four samples, the two are not of the same samples, or answers or
            labels do not vary or are not finite.
    """
    count = pairs(before[:, 0], after[:, 0], at_least=LEAST_SAMPLES)
    first, second, shared = correlation(before), correlation(after), _pearson(before[:, 0], after[:, 0])
    if not np.isfinite([first, second, shared]).all() or not np.array_equal(before[:, 1], after[:, 1]):
        raise ScoreError("a correlation needs finite answers that vary, and the same labels for both models")
    together = _covariation(first, second, shared)
    (down, up), (other_down, other_up) = (_fisher(one, count) for one in (first, second))
    lost = first - second
    low = lost - _joint(down, other_up, together)
    high = lost + _joint(up, other_down, together)
    error = _joint(1 - first**2, 1 - second**2, together) / sqrt(count)
    return Interval(lost, max(-2.0, low), min(2.0, high), error)


def _pearson(one: Array, other: Array) -> float:
    with np.errstate(invalid="ignore", divide="ignore"):
        a, b = one - one.mean(), other - other.mean()
        return float(np.clip((a @ b) / np.sqrt((a @ a) * (b @ b)), -1.0, 1.0))


def _fisher(found: float, count: int) -> tuple[float, float]:
    """How far the interval of a correlation reaches below it and above it (Fisher's z)."""
    with np.errstate(divide="ignore"):
        z, reach = np.arctanh(found), float(scipy.special.ndtri((1 + CONFIDENCE) / 2)) / sqrt(count - 3)
    return found - float(np.tanh(z - reach)), float(np.tanh(z + reach)) - found


def _covariation(first: float, second: float, shared: float) -> float:
    """Correlation of two sample correlations with one variable in common (Olkin and Siotani)."""
    width = (1 - first**2) * (1 - second**2)
    if width == 0:  # a perfect correlation does not vary with anything
        return 0.0
    rest = 1 - first**2 - second**2 - shared**2
    return max(-1.0, min(1.0, ((shared - first * second / 2) * rest + shared**3) / width))


def _joint(one: float, other: float, together: float) -> float:
    """Length of a difference's arm from those of its two parts, which covary."""
    return sqrt(max(0.0, one**2 + other**2 - 2 * together * one * other))
