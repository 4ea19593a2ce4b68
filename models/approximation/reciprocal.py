"""1/x by Goldschmidt division, from a minimax polynomial on."""

from __future__ import annotations

import numpy as np

from models.approximation.approximation import Approximation, Stage, measured
from models.approximation.minimax import minimax_and_error
from models.approximation.series import Interval
from models.approximation.steps import GoldschmidtDivision
from models.errors import ModelError
from models.graph import Array

#: By which its polynomials are known in a graph.
NAME = "reciprocal"


def reciprocal(interval: Interval, degree: int, iterations: int) -> Approximation:
    """1/x on an interval right of 0; relative error.

    The polynomial's error e becomes e^(2^iterations), all of it below 1/x; a factor near 1 centres it.

    Raises:
        ModelError: the interval is not right of 0, the degree is under 1 or iterations are negative.
    """
    low, high = interval
    if not 0 < low < high or iterations < 0:
        raise ModelError(
            f"1/x on {interval} with {iterations} iterations is asked for; "
            "give an interval right of 0, and 0 iterations or more"
        )
    factor = 2 / (high - low)  # the interval of v is 2 long, so that no map to [-1, 1] takes a level
    start, error = minimax_and_error(_function, degree, (factor * low, factor * low + 2), weight=lambda v: v)
    stages: tuple[Stage, ...] = (start.times(factor),)
    if iterations:
        centred = 1 - error ** (2**iterations) / 2
        stages = (start, GoldschmidtDivision(iterations, factor / centred))
    return measured(NAME, _function, interval, stages, factor, "relative")


def _function(x: Array) -> Array:
    return np.asarray(1 / x)
