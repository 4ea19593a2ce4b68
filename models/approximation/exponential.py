"""exp(x) as a minimax polynomial of exp(x/2^k), squared k times."""

from __future__ import annotations

import numpy as np

from models.approximation.approximation import Approximation, measured
from models.approximation.minimax import minimax
from models.approximation.series import Interval, Series
from models.errors import ModelError

_SQUARE = Series((0.0, 0.0, 1.0), "power")


def exponential(interval: Interval, degree: int, squarings: int) -> Approximation:
    """exp on an interval; relative error.

    Every squaring halves the interval that the polynomial faces, doubles its relative error and takes a
    level.

    Raises:
        ModelError: the degree is under 1, squarings are negative, or the interval is empty.
    """
    low, high = interval
    if squarings < 0 or not low < high:
        raise ModelError(
            f"exp on {interval} with {squarings} squarings is asked for; "
            "give a low end below the high, and 0 squarings or more"
        )
    factor = 2 / (high - low)  # the interval of v is 2 long, so that no map to [-1, 1] takes a level
    rate = 1 / (factor * 2**squarings)
    start = minimax(
        lambda v: np.exp(rate * v),
        degree,
        (factor * low, factor * low + 2),
        weight=lambda v: np.exp(-rate * v),
    )
    stages = (start, *[_SQUARE] * squarings)
    return measured("exponential", np.exp, interval, stages, factor, "relative")
