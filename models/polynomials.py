"""Minimax polynomials of GELU, in a form that costs few levels.

GELU(x) = x/2 + e(x) with e(x) = x·erf(x/√2)/2, which is even. On a symmetric interval the minimax polynomial
of degree 2m is therefore x/2 plus the minimax polynomial of degree m of e in u = x², found by Remez exchange
(E. Y. Remez 1934; see L. N. Trefethen, *Approximation Theory and Approximation Practice*, chapter 10).

Scaling the variable makes the leading coefficient ±1: with z = s·x, a degree-8 polynomial is
z⁴·(±z⁴ + c₆·z² + c₄) + c₂·z² + c₁·z + c₀, three multiplications deep, products with constants included.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev

from models.errors import ModelError
from models.graph import Array
from models.reference import gelu

Function = Callable[[Array], Array]

_GRID = 4001
_EXCHANGES = 50


@dataclass(frozen=True)
class MonicPolynomial:
    """A polynomial of z = `scale`·x whose leading coefficient is ±1.

    Attributes:
        coefficients: in z, from the constant up.
        scale: factor from x to z.
        interval: where it approximates its function, in z.
        error: largest deviation from the function on the interval.
    """

    coefficients: Array
    scale: float
    interval: tuple[float, float]
    error: float


def gelu_polynomial(bound: float, degree: int) -> MonicPolynomial:
    """The minimax polynomial of GELU on [-bound, bound] of an even degree, its leading coefficient ±1.

    Raises:
        ModelError: the degree is odd or under 2, or the bound is not positive.
    """
    if degree < 2 or degree % 2:
        raise ModelError(f"a GELU polynomial of degree {degree} is asked for; choose an even degree from 2")
    if not bound > 0:
        raise ModelError(f"a GELU polynomial on [-{bound}, {bound}] is asked for; choose a positive bound")
    even = minimax(lambda u: gelu(np.sqrt(u)) - np.sqrt(u) / 2, degree // 2, (0.0, bound**2))
    coefficients = np.zeros(degree + 1)
    coefficients[::2] = even
    coefficients[1] = 0.5
    scale = abs(coefficients[-1]) ** (1 / degree)
    coefficients /= scale ** np.arange(degree + 1)
    coefficients[-1] = np.sign(coefficients[-1])
    x = np.linspace(-bound, bound, _GRID)
    error = np.abs(np.polynomial.polynomial.polyval(scale * x, coefficients) - gelu(x)).max()
    return MonicPolynomial(coefficients, scale, (-scale * bound, scale * bound), float(error))


def minimax(function: Function, degree: int, interval: tuple[float, float]) -> Array:
    """Power coefficients of the polynomial with the least largest deviation, by Remez exchange.

    Raises:
        ModelError: the exchange does not settle, as for a function that is not defined everywhere there.
    """
    low, high = interval
    grid = np.cos(np.linspace(math.pi, 0, _GRID))  # dense towards the ends, where extrema crowd
    wanted = function((low + high) / 2 + (high - low) / 2 * grid)
    basis = chebyshev.chebvander(grid, degree)
    chosen = np.round(np.linspace(0, _GRID - 1, degree + 2)).astype(int)
    for _ in range(_EXCHANGES):
        signs = (-1.0) ** np.arange(degree + 2)
        solution = np.linalg.solve(np.column_stack([basis[chosen], signs]), wanted[chosen])
        deviation = wanted - basis @ solution[:-1]
        if np.abs(deviation).max() <= abs(solution[-1]) * (1 + 1e-9) + 1e-13 * np.abs(wanted).max():
            series = chebyshev.Chebyshev(solution[:-1], domain=[low, high])
            return np.asarray(series.convert(kind=np.polynomial.Polynomial).coef)
        chosen = _alternating_extrema(deviation, degree + 2)
    raise ModelError(
        f"no minimax polynomial of degree {degree} was found on {interval}; choose another degree"
    )


def _alternating_extrema(deviation: Array, count: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Positions of `count` extrema of alternating sign, the largest deviation among them."""
    turns = np.flatnonzero(np.diff(np.sign(deviation)) != 0) + 1
    runs = np.split(np.arange(len(deviation)), turns)
    peaks = [int(run[np.argmax(np.abs(deviation[run]))]) for run in runs]
    while len(peaks) > count:
        ends = (0, -1)
        peaks.pop(min(ends, key=lambda end: abs(deviation[peaks[end]])))
    return np.array(peaks)
