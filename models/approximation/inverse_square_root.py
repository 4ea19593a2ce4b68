"""1/√x over wide intervals: a minimax polynomial and steps of Newton's kind after it.

A polynomial r whose error is relative keeps y = r·√x within [1 - e, 1 + e], with e < 1 however wide the
interval is, and a step r·(a - b·x·r²) turns y into y·(a - b·y²). Where S. Panda (2022) makes the first guess
of two lines and a sign (`pivot_tangent`), here it is the best polynomial of its depth. Newton's constants 3/2
and 1/2 leave an error that is one-sided and, for a large e, far from the best. Here each step has the two
constants that level its error, equal at both ends of [1 - e, 1 + e] and at the extreme between: the best
cubic, and so the best composition. For a small e it leaves 3/4·e².
"""

from __future__ import annotations

import math

import numpy as np

from models.approximation.approximation import Approximation, measured
from models.approximation.minimax import minimax_and_error
from models.approximation.series import Interval, Series
from models.approximation.steps import NewtonStep
from models.errors import ModelError
from models.graph import Array


def inverse_square_root(interval: Interval, degree: int, newton_steps: int) -> Approximation:
    """1/√x from a minimax polynomial and steps after it; relative error.

    Args:
        interval: the interval of x, right of 0.
        degree: the degree of the polynomial, from 1.
        newton_steps: steps after it, two levels each.

    Raises:
        ModelError: the interval is not right of 0, or the degree is under 1.
    """
    low, high = interval
    if not 0 < low < high:
        raise ModelError(f"1/√x is asked for on {interval}; give an interval right of 0")
    factor = 2 / (high - low)  # the interval of v is 2 long, so that no map to [-1, 1] takes a level
    start, error = minimax_and_error(_function, degree, (factor * low, factor * low + 2), weight=np.sqrt)
    stages: list[Series | NewtonStep] = [start]
    for _ in range(newton_steps):
        step, error = levelling_step(error)
        stages.append(step)
    stages[-1] = stages[-1].times(math.sqrt(factor))  # from 1/√v to 1/√x
    return measured("inverse_square_root", _function, interval, stages, factor, "relative")


def levelling_step(error: float) -> tuple[NewtonStep, float]:
    """The step with the least largest error after a relative error below 1, and that error.

    y·(a - b·y²) on [l, u] is equally far from 1 at l, at u and, on the other side, at its extreme √(a/3b).
    """
    l, u = 1 - error, 1 + error  # noqa: E741 - low and high end
    q = l * l + l * u + u * u
    extreme, ends = 2 / 3 * q * math.sqrt(q / 3), l * u * (l + u)
    cubic = 2 / (extreme + ends)
    return NewtonStep(q * cubic, cubic), (extreme - ends) / (extreme + ends)


def _function(x: Array) -> Array:
    return np.asarray(1 / np.sqrt(x))
