"""Where a series steps from one level to another.

References:
    A. Celisse, G. Marot, M. Pierre-Jean and G. Rigaill, "New efficient algorithms for multiple change-point
    detection with reproducing kernels", Computational Statistics and Data Analysis 128 (2018), 200-220: the
    exact search, here with the linear kernel, in which every level is its mean.
    C. Truong, L. Oudre and N. Vayatis, "Selective review of offline change point detection methods", Signal
    Processing 167 (2020), 107299: the library ruptures.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, sqrt

import numpy as np

from models.metrics.arrays import Array

#: What a step costs, in variances of the noise, times the logarithm of the length. At 6, sixty values without
#: a step show one in under 1 % of series, ten in 5 %; a step of six times the noise is found, in over 90 %,
#: as soon as its second value is there.
PRICE = 6.0
#: A lone value is not a level. One outside both its neighbours is brought back to within so much noise of
#: them.
SHORTEST, REACH = 2, 2.0
#: 0.6745: the median of a standard normal's absolute value; √2: a difference of two values has twice the
#: variance of one.
_DIFFERENCE_TO_NOISE = 1 / (0.6745 * sqrt(2))


def steps(values: Sequence[float], least_noise: float) -> list[int]:
    """Indexes at which a new level begins.

    The noise is taken from neighbours, whose differences a step hardly touches.

    Args:
        values: in order, on a scale on which the noise is even: logarithms of times.
        least_noise: the noise is taken to be at least so large, on that scale.
    """
    if len(values) < 2 * SHORTEST:
        return []
    series = np.asarray(values, np.float64)
    noise = max(float(np.median(np.abs(np.diff(series)))) * _DIFFERENCE_TO_NOISE, least_noise)
    scaled = _without_outliers(series, REACH * noise) / noise
    import ruptures  # loads much of scipy, which only a history of four or more values needs

    found = ruptures.KernelCPD(kernel="linear", min_size=SHORTEST).fit(scaled[:, None])
    return [int(index) for index in found.predict(pen=PRICE * log(len(series)))[:-1]]


def changes(values: Sequence[float]) -> list[int]:
    """Indexes at which an exact series has another value than before."""
    return [index for index in range(1, len(values)) if values[index] != values[index - 1]]


def _without_outliers(series: Array, reach: float) -> Array:
    """Every value no further than `reach` outside its two neighbours; those of an end are the next two."""
    before = np.concatenate([series[2:3], series[:-1]])
    after = np.concatenate([series[1:], series[-3:-2]])
    low, high = np.minimum(before, after) - reach, np.maximum(before, after) + reach
    return np.asarray(np.clip(series, low, high))
