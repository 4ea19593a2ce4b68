"""Robust statistics of several numbers: the median, quantiles, and the interval of a ratio of medians.

References:
    R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996),
    361-365: definition 7, which is numpy's, is used throughout.
    B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap", Chapman & Hall (1993), chapter 13:
    percentile intervals. They are used rather than bias-corrected ones, because the jackknife on which those
    rest is inconsistent for a median (chapter 10).
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from math import log

import numpy as np
import scipy

from models.metrics.arrays import Array
from reports.errors import ReportError

#: Coverage of the bootstrap's intervals.
CONFIDENCE = 0.95
RESAMPLES = 2_000
#: Median absolute deviation to standard deviation of normal values.
TO_DEVIATION = 1.4826
#: The same numbers give the same interval on every machine.
_SEED = 0


def median(values: Sequence[float]) -> float:
    """The median.

    Raises:
        ReportError: there are no values.
    """
    if not len(values):
        raise ReportError("an empty list has no median; measure at least one")
    return float(
        statistics.median(values)
    )  # on a few values ten times as fast as numpy's, and asked for often


def quantile(values: Sequence[float], part: float) -> float:
    """The value under which this part, between 0 and 1, of all values lies (Hyndman and Fan's definition 7).

    Raises:
        ReportError: there are no values.
    """
    if not len(values):
        raise ReportError("an empty list has no quantile; measure at least one")
    return float(np.quantile(np.asarray(values, np.float64), part))


def ratio_interval(before: Sequence[float], after: Sequence[float]) -> tuple[float, float]:
    """Bootstrap interval of the median of `after` over the median of `before`, both independent samples.

    Raises:
        ReportError: a side has fewer than two values.
    """
    if min(len(before), len(after)) < 2:
        raise ReportError("an interval needs two or more values a side; measure more")
    found = scipy.stats.bootstrap(
        (np.asarray(before, np.float64), np.asarray(after, np.float64)),
        _ratio,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(_SEED),
    ).confidence_interval
    return float(found.low), float(found.high)


def spread(*groups: Sequence[float]) -> float:
    """Relative spread within groups of positive values, robustly: 0.05 where values differ by 5 %.

    `TO_DEVIATION` times the median absolute deviation of logarithms from their group's median: the standard
    deviation where values are log-normal (P. J. Rousseeuw and C. Croux, "Alternatives to the median absolute
    deviation", Journal of the American Statistical Association 88, 1993, 1273-1283).

    Raises:
        ReportError: no group has two values, or a value is not positive.
    """
    if max(map(len, groups), default=0) < 2 or any(min(group, default=1.0) <= 0 for group in groups):
        raise ReportError("a spread needs two or more positive values; measure more")
    logs = [[log(value) for value in group] for group in groups if len(group)]
    centred = [(group, median(group)) for group in logs]
    return TO_DEVIATION * median([abs(value - centre) for group, centre in centred for value in group])


def _ratio(before: Array, after: Array, axis: int) -> Array:
    return np.asarray(np.median(after, axis=axis) / np.median(before, axis=axis))
