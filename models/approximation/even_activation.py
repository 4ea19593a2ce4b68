"""Activations that are x/2 plus an even function, in a form that costs few levels.

On a symmetric interval the minimax polynomial of degree 2m of such a function is x/2 plus the even minimax
polynomial of the even rest. Scaling the variable makes the leading coefficient ±1, which costs no level: with
z = s·x, a degree-8 polynomial is z⁴·(±z⁴ + c₆·z² + c₄) + c₂·z² + c₁·z + c₀, three multiplications deep,
products with constants included, where a general one of degree 8 is four deep.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev

from models.approximation.approximation import Approximation, Function, measured
from models.approximation.minimax import minimax
from models.approximation.series import Series, series
from models.errors import ModelError

#: Highest degree in powers of x. Their terms cancel: at degree 16 on [-8, 8], where GELU's error is 0.01,
#: they are 2000 times as large as the polynomial, and so is the noise that they bring; with the degree it
#: explodes.
MONIC_DEGREE = 16


def even_activation(name: str, function: Function, bound: float, degree: int) -> Approximation:
    """The minimax polynomial on [-bound, bound] of a function that is x/2 plus an even one.

    Up to degree `MONIC_DEGREE` a power series whose leading coefficient is ±1, a Chebyshev series above.

    Raises:
        ModelError: the degree is odd or under 2, or the bound is not positive.
    """
    if degree < 2 or degree % 2:
        raise ModelError(f"a {name} polynomial of degree {degree} is asked for; choose an even degree from 2")
    if not bound > 0:
        raise ModelError(f"a {name} polynomial on [-{bound}, {bound}] is asked for; choose a positive bound")
    even = minimax(lambda u: function(bound * u) - bound * u / 2, degree, (0.0, 1.0), parity="even")
    coefficients = np.array(even.coefficients)
    coefficients[1] = bound / 2
    whole = Series(tuple(map(float, coefficients)))
    found, scale = monic(whole) if whole.degree <= MONIC_DEGREE else (whole, 1.0)
    return measured(name, function, (-bound, bound), (found,), scale / bound)


def monic(p: Series) -> tuple[Series, float]:
    """A Chebyshev series on [-1, 1] as a power series of z = s·u with leading coefficient ±1, and s."""
    coefficients = chebyshev.cheb2poly(np.array(p.coefficients))
    scale = float(abs(coefficients[-1]) ** (1 / p.degree))
    coefficients = coefficients / scale ** np.arange(p.degree + 1)
    coefficients[-1] = np.sign(coefficients[-1])
    return series(coefficients, "power", (-scale, scale)), scale
