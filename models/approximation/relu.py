"""ReLU, max(x, 0) = x/2 + |x|/2 = x·(1 + sign(x))/2: one polynomial, or a composition through the sign."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from models.approximation.approximation import Approximation, Stage, evaluate, measured
from models.approximation.even_activation import even_activation
from models.approximation.sign import best_degrees, composition
from models.approximation.steps import VariableProduct
from models.errors import ModelError
from models.graph import Array

_LOWEST_MARGIN, _HIGHEST_MARGIN = 2.0**-30, 0.5
_SETTLED = 1.02  # ratio of bounds at which a margin is found
_POINTS = 2001
_FINEST = 1e-3  # part of the margin; the error inside it is largest well above that


def relu(bound: float, degree: int) -> Approximation:
    """The minimax polynomial of ReLU on [-bound, bound] of an even degree; absolute error.

    Raises:
        ModelError: the degree is odd or under 2, or the bound is not positive.
    """
    return even_activation("relu", _function, bound, degree)


def composite_relu(bound: float, margin: float, degrees: Sequence[int]) -> Approximation:
    """x·(1 + s)/2 with s the composite sign of x/bound; absolute error on all of [-bound, bound].

    Args:
        bound: end of the interval.
        margin: the part of the bound outside which s is made for the sign (Lee et al. 2021).
        degrees: the degrees of the odd polynomials, the first first.

    Raises:
        ModelError: the bound is not positive, or margin or degrees make no sign.
    """
    if not bound > 0:
        raise ModelError(f"a relu polynomial on [-{bound}, {bound}] is asked for; choose a positive bound")
    *inner, last = composition(margin, degrees)
    half = last.times(bound / 2).plus(bound / 2)
    stages: list[Stage] = [*inner, half, VariableProduct()]
    finest = _FINEST * margin * bound
    return measured("relu", _function, (-bound, bound), stages, 1 / bound, finest=finest)


def best_composite_relu(bound: float, depth: int) -> Approximation:
    """The composite ReLU of a depth, its degrees and its margin chosen for each other.

    Raises:
        ModelError: the depth is under 3, or the bound is not positive.
    """
    return composite_relu(bound, *_best_composition(depth - VariableProduct().depth))


@lru_cache(maxsize=32)
def _best_composition(depth: int) -> tuple[float, tuple[int, ...]]:
    """Margin and degrees of the composite sign of a depth that makes the best ReLU.

    The best degrees hang on the margin and the best margin on the degrees: from a guess on, either is chosen
    for the other, and then tried with degrees that a wider and a narrower margin prefer.
    """
    margin = 2.0 ** (-2 * depth / 3)
    margins: dict[tuple[int, ...], float] = {}
    while (degrees := best_degrees(margin, depth)) not in margins:
        margin = margins[degrees] = best_margin(degrees)
    for factor in (0.5, 2.0):
        other = best_degrees(margin * factor, depth)
        margins[other] = best_margin(other)
    tried = [(margin, degrees) for degrees, margin in margins.items()]
    return min(tried, key=lambda one: composite_relu(1.0, *one).error)


def best_margin(degrees: Sequence[int]) -> float:
    """The margin with which degrees make the composite ReLU of the least error.

    A smaller margin leaves less error inside it and more outside: the best is where the two are equal.

    Raises:
        ModelError: a degree is even, or there is none.
    """
    low, high = _LOWEST_MARGIN, _HIGHEST_MARGIN
    while high / low > _SETTLED:
        margin = math.sqrt(low * high)
        signs = composition(margin, degrees)
        inside, outside = (
            float(np.max(x * np.abs(1 - evaluate(signs, x))))
            for x in (np.linspace(0, margin, _POINTS), np.geomspace(margin, 1, _POINTS))
        )
        low, high = (margin, high) if inside < outside else (low, margin)
    return math.sqrt(low * high)


def _function(x: Array) -> Array:
    return np.maximum(x, 0)
