"""1/x by Goldschmidt division, from a minimax polynomial on.

The polynomial p of least relative error is known: 1 - x·p(x) is the polynomial that is 1 at 0 and least on
the interval, a multiple of Chebyshev's of one degree more (Flanders and Shortley 1950). So p meets 1/x at the
zeros of that, and its error is told without making it.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev

from models.approximation.approximation import Approximation, Stage, measured
from models.approximation.series import Interval, series
from models.approximation.steps import GoldschmidtDivision
from models.errors import ModelError
from models.graph import Array

#: By which its polynomials are known in a graph.
NAME = "reciprocal"
#: Errors under this are rounding.
_ROUNDING = 5e-13
_LARGEST_ANGLE = 700.0  # of which the hyperbolic cosine is a number


def reciprocal(interval: Interval, degree: int, iterations: int) -> Approximation:
    """1/x on an interval right of 0; relative error.

    The polynomial's error e becomes e^(2^iterations), all of it below 1/x; a factor near 1 centres it.

    Raises:
        ModelError: the interval is not right of 0, the degree is under 1 or iterations are negative.
    """
    low, high = interval
    if not 0 < low < high or degree < 1 or iterations < 0:
        raise ModelError(
            f"1/x on {interval} by degree {degree} with {iterations} iterations is asked for; "
            "give an interval right of 0, a degree from 1, and 0 iterations or more"
        )
    factor = 2 / (high - low)  # the interval of v is 2 long, so that no map to [-1, 1] takes a level
    nodes = chebyshev.chebpts1(degree + 1)
    sums = chebyshev.chebvander(nodes, degree).T @ (1 / (factor * low + 1 + nodes))
    coefficients = sums * np.where(np.arange(degree + 1) == 0, 1, 2) / (degree + 1)
    start = series(coefficients, "chebyshev", (factor * low, factor * low + 2))
    stages: tuple[Stage, ...] = (start.times(factor),)
    if iterations:
        centred = 1 - _least_error(interval, degree) ** (2**iterations) / 2
        stages = (start, GoldschmidtDivision(iterations, factor / centred))
    return measured(NAME, _function, interval, stages, factor, "relative")


def foretold_error(interval: Interval, degree: int, iterations: int) -> float:
    """The error of `reciprocal`, without making it; what rounding may add is in it."""
    error = _least_error(interval, degree)
    if iterations:
        half = error ** (2**iterations) / 2
        error = half / (1 - half)
    return error + _ROUNDING


def _least_error(interval: Interval, degree: int) -> float:
    """1/T(c), with T Chebyshev's polynomial of a degree more and c where 0 lies, seen from the interval."""
    low, high = interval
    angle = (degree + 1) * np.arccosh((high + low) / (high - low))
    return float(1 / np.cosh(min(angle, _LARGEST_ANGLE)))


def _function(x: Array) -> Array:
    return np.asarray(1 / x)
