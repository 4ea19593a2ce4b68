"""1/√x by two tangents joined at a pivot, and Newton's steps after them.

S. Panda, *Polynomial Approximation of Inverse sqrt Function for FHE* (CSCML 2022). Newton's steps bring a
guess r to 1/√x if y = r·√x lies between two bounds. A line that touches the curve of the upper bound stays
between both over a wide part of the interval, and two such lines over all of it; at the pivot between them a
composite polynomial of the sign chooses. We know the paper by its author's code,
github.com/pandasamanvaya/Pivot-tangent.

From there are the tangents, the choice by a sign and Newton's own steps. Three things are ours. There the
number of steps gives the bounds; here the interval gives them, in closed form. There the lines meet at the
pivot; here they overlap, so that the sign has a margin in which either line serves. And the sign is the best
composition for that margin (E. Lee et al. 2021), where there a fixed polynomial is repeated (J. H. Cheon et
al. 2020).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from models.approximation.approximation import Approximation, measured
from models.approximation.series import Interval, Series
from models.approximation.sign import composition, shallowest_degrees
from models.approximation.steps import ChoiceOfLines, Line, NewtonStep
from models.errors import ModelError
from models.graph import Array

_OVERLAP = 2.0  # both lines serve from the pivot over this to the pivot times it
_LEEWAY = 0.1  # part of the lower bound by which an error of the sign may move y


def pivot_tangent(interval: Interval, newton_steps: int) -> Approximation:
    """1/√x from two tangents and Newton's steps after them; relative error.

    Args:
        interval: the interval of x, right of 0.
        newton_steps: steps after the guess, two levels each.

    Raises:
        ModelError: the interval is not right of 0 or too wide for any sign, or steps are negative.
    """
    low, high = interval
    if not 0 < low < high or newton_steps < 0:
        raise ModelError(
            f"1/√x on {interval} with {newton_steps} steps of Newton is asked for; "
            "give an interval right of 0, and 0 steps or more"
        )
    factor = 1 / (high - math.sqrt(low * high))  # v from the pivot to the right end is 1 long
    sign, lines = _guess(factor * low, factor * high)
    steps: list[NewtonStep | ChoiceOfLines] = [lines, *[NewtonStep(1.5, 0.5)] * newton_steps]
    steps[-1] = steps[-1].times(math.sqrt(factor))  # from 1/√v to 1/√x
    return measured("pivot_tangent", _function, interval, [*sign, *steps], factor, "relative")


def _guess(low: float, high: float) -> tuple[list[Series], ChoiceOfLines]:
    """The sign that chooses, and both lines, of v in [low, high], whose pivot lies 1 left of the high end."""
    pivot = math.sqrt(low * high)
    reach = _OVERLAP * math.sqrt(high / low)  # a line serves from some v to the v so many times as large
    start = 3 / (reach + math.sqrt(reach) + 1)  # where, if it touches at 1: y there is y at start·reach
    lower, upper = newton_bounds(_height(start))
    left, right = low / start, high / (start * reach)
    spread = upper * (1 + abs(_height(high / left)))  # at most between the two lines' y
    margin = min(0.5, pivot * (1 - 1 / _OVERLAP))  # on a narrow interval either line serves everywhere
    degrees = shallowest_degrees(margin, 2 * _LEEWAY * lower / spread)
    first, *others = composition(margin, degrees)
    around_pivot = replace(first, interval=(pivot - 1, pivot + 1))  # 2 long, so that no map takes a level
    return [around_pivot, *others], ChoiceOfLines(_tangent(upper, left), _tangent(upper, right))


def newton_bounds(ratio: float) -> tuple[float, float]:
    """The lower and the upper bound of y, of this ratio, that Newton's steps bring nearest to 1.

    The first step takes both to the same value.
    """
    upper = math.sqrt(3 / (1 + ratio + ratio**2))
    return ratio * upper, upper


def _height(u: float) -> float:
    """y of the line that touches 1/√u at 1, which is there largest: 1."""
    return math.sqrt(u) * (3 - u) / 2


def _tangent(upper: float, touching: float) -> Line:
    """The line that touches upper/√v at a v."""
    return Line(-upper / 2 * touching**-1.5, 1.5 * upper * touching**-0.5)


def _function(x: Array) -> Array:
    return np.asarray(1 / np.sqrt(x))
