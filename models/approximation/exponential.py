"""exp(x) as a minimax polynomial of exp(x/2^k), squared k times.

Where small values only add to a sum, as in softmax, they may err by a part of a floor instead of a part of
their own: the polynomial then faces an interval of any length, since all that it has to do far below 0 is to
stay small. Squared, the result is never negative.
"""

from __future__ import annotations

import numpy as np

from models.approximation.approximation import Approximation, measured
from models.approximation.minimax import minimax
from models.approximation.series import Interval, Series
from models.errors import ModelError

SQUARE = Series((0.0, 0.0, 1.0), "power")
_DEEPEST_SERIES = 5  # degree 31


def exponential(interval: Interval, degree: int, squarings: int, floor: float = 0.0) -> Approximation:
    """exp on an interval; relative error, of what is under the floor relative to the floor.

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
    root_of_floor = floor ** (1 / 2**squarings)
    start = minimax(
        lambda v: np.exp(rate * v),
        degree,
        (factor * low, factor * low + 2),
        weight=lambda v: 1 / np.maximum(np.exp(rate * v), root_of_floor),
    )
    stages = (start, *[SQUARE] * squarings)
    return measured("exponential", np.exp, interval, stages, factor, "relative", floor=floor)


def closest_exponential(
    interval: Interval, depth: int, floor: float, fewest_squarings: int = 1
) -> Approximation:
    """The nearest exp of a depth, by the best number of squarings; with one it is never negative.

    Raises:
        ModelError: the depth leaves no level beside the squarings, or the interval is empty.
    """
    if depth <= fewest_squarings:
        raise ModelError(
            f"exp in {depth} levels is asked for; allow {fewest_squarings + 1}, "
            f"{fewest_squarings} of them for squares"
        )
    shares = range(max(fewest_squarings, depth - _DEEPEST_SERIES), depth)
    found = (exponential(interval, 2 ** (depth - k) - 1, k, floor) for k in shares)
    return min(found, key=lambda one: one.error)
