"""Intervals for what one model loses against another on the same samples.

Both models answer the same samples, so the intervals are paired: what makes a sample hard for both cancels
out, and they are much narrower than two separate intervals would be.

References:
    A. Agresti and Y. Min, "Simple improved confidence intervals for comparing matched proportions",
    Statistics in Medicine 24 (2005), 729-740.
    Student, "The probable error of a mean", Biometrika 6 (1908), 1-25.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import scipy

from models.errors import ScoreError
from models.metrics.arrays import Array

#: Coverage of every interval in a record.
CONFIDENCE = 0.95
#: Added to each of the four cells of a matched table: Agresti and Min's recommendation for 95 %.
_PSEUDO_PAIRS = 0.5


@dataclass(frozen=True)
class Interval:
    """An estimate.

    Attributes:
        mean: as observed.
        low: lower end of the interval at `CONFIDENCE`.
        high: upper end.
        standard_error: the standard error of the mean, the one from which the interval is made.
    """

    mean: float
    low: float
    high: float
    standard_error: float


def matched_proportions(before: Array, after: Array) -> Interval:
    """How much of a proportion is lost, on matched pairs: proportion of `before` minus that of `after`.

    The adjusted Wald interval of Agresti and Min (2005): half a pair is added to each cell of the two-by-two
    table of right and wrong, and Wald's interval is taken of the result. It keeps its coverage where few
    pairs differ, and has a width where none do.

    Args:
        before: 1 where the first model is right on a sample, 0 where it is wrong.
        after: the same of the second model on the same samples.

    Raises:
        ScoreError: there is no pair, or the two are not of the same samples.
    """
    count = pairs(before, after, at_least=1)
    lost = int(np.count_nonzero(before > after))
    gained = int(np.count_nonzero(before < after))
    size = count + 4 * _PSEUDO_PAIRS
    difference = lost - gained
    error = sqrt(lost + gained + 2 * _PSEUDO_PAIRS - difference**2 / size) / size
    reach = float(scipy.special.ndtri((1 + CONFIDENCE) / 2)) * error
    centre = difference / size
    return Interval(difference / count, max(-1.0, centre - reach), min(1.0, centre + reach), error)


def mean_decrease(before: Array, after: Array) -> Interval:
    """How much the mean of the scores falls: mean of `before` - `after`, with Student's t interval of it.

    Args:
        before: a score of every sample under the first model, such as the mean log-likelihood per token of
            a sequence, in nats; sequences are all equally long.
        after: the same under the second model, of the same samples.

    Raises:
        ScoreError: there are fewer than two pairs, the two are not of the same samples, or a score is not
            finite.
    """
    found = _student(before, after)
    if not np.isfinite(found).all():
        raise ScoreError("a model has scores that are not finite; the second model gives no answer")
    mean, reach, error = map(float, found)
    return Interval(mean, mean - reach, mean + reach, error)


def relative_increase(before: Array, after: Array) -> Interval:
    """By what fraction perplexity grows: exp(mean of `before` - `after`) - 1.

    Student's t interval of the mean paired difference of log-likelihoods, carried through exp; the standard
    error is carried through its derivative. Sequences are taken as independent, which consecutive windows of
    one text are only nearly.

    Args:
        before: mean log-likelihood per token of every sequence under the first model, in nats.
        after: the same under the second model, of the same sequences, all equally long.

    Raises:
        ScoreError: there are fewer than two pairs, or the two are not of the same samples.
    """
    mean, reach, error = _student(before, after)
    with np.errstate(over="ignore", invalid="ignore"):
        found = [*np.expm1([mean, mean - reach, mean + reach]), np.exp(mean) * error]
    if not np.isfinite(found).all():
        raise ScoreError(
            f"perplexity grows by a factor of exp({mean:.4g}), more than a number holds; the second model "
            "gives no answer"
        )
    return Interval(*map(float, found))


def pairs(before: Array, after: Array, at_least: int) -> int:
    """How many pairs there are.

    Raises:
        ScoreError: there are fewer than `at_least`, or the two are not of the same samples.
    """
    if before.shape != after.shape or before.ndim != 1 or len(before) < at_least:
        raise ScoreError(
            f"scores of shapes {before.shape} and {after.shape} are not {at_least} or more pairs; "
            "score both models on the same samples"
        )
    return len(before)


def _student(before: Array, after: Array) -> tuple[np.float64, np.float64, np.float64]:
    """Mean of the paired differences, half the width of its t interval, and its standard error."""
    count = pairs(before, after, at_least=2)
    with np.errstate(over="ignore", invalid="ignore"):
        differences = before - after
        mean, error = differences.mean(), differences.std(ddof=1) / sqrt(count)
    return mean, scipy.special.stdtrit(count - 1, (1 + CONFIDENCE) / 2) * error, error
