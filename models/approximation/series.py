"""A polynomial as a series in a basis, and the least number of levels that it takes.

A polynomial of degree d < 2^k is split as p = q·B_m + r at a basis element B_m with m a power of two, and
both halves again, until what is left is a sum of constants times basis elements (Paterson and Stockmeyer
1973, with the depth-optimal split of Bossuat et al. 2021). Basis elements are monomials or Chebyshev
polynomials, B_(a+b) made from B_a and B_b, so B_i costs ceil(log2 i) levels and a constant times it one more.
A constant of exactly ±1 costs no level: a monic polynomial of degree 2^k takes k levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import isclose

import numpy as np
from numpy.polynomial import chebyshev, polynomial

from models.errors import ModelError
from models.graph import Array

Interval = tuple[float, float]

_ROUNDING = 1e-12  # relative difference at which a factor still counts as 1


@dataclass(frozen=True)
class Series:
    """A polynomial of degree 1 or more, as constants times basis elements.

    A power series is one in x itself. A Chebyshev series is one in the variable u = `factor`·x + `shift`, the
    interval mapped to [-1, 1]; where the interval is 2 long, the factor is 1 and the map takes no level.

    Attributes:
        coefficients: from the constant up, the last not zero.
        basis: power or chebyshev.
        interval: where the series stands for its function.
    """

    coefficients: tuple[float, ...]
    basis: str = "chebyshev"
    interval: Interval = (-1.0, 1.0)

    def __post_init__(self) -> None:
        if self.basis not in ("power", "chebyshev"):
            raise ModelError(f"the polynomial basis {self.basis!r} is unknown; use power or chebyshev")
        if len(self.coefficients) < 2 or self.coefficients[-1] == 0:
            raise ModelError("a polynomial has degree 1 or more and a leading coefficient that is not zero")
        if not self.interval[0] < self.interval[1]:
            raise ModelError(f"a polynomial on {self.interval} is asked for; give a low end below the high")

    def __call__(self, x: Array) -> Array:
        """The polynomial's values, elementwise."""
        evaluate = polynomial.polyval if self.basis == "power" else chebyshev.chebval
        return np.asarray(evaluate(self.factor * x + self.shift, self.coefficients))

    @property
    def factor(self) -> float:
        """The slope of the map from x to the basis's own variable; 1 takes no level."""
        factor = 2 / (self.interval[1] - self.interval[0])
        return 1.0 if self.basis == "power" or isclose(factor, 1, rel_tol=_ROUNDING) else factor

    @property
    def shift(self) -> float:
        """The offset of the map from x to the basis's own variable."""
        return 0.0 if self.basis == "power" else -self.factor * (self.interval[0] + self.interval[1]) / 2

    @property
    def degree(self) -> int:
        """Highest power."""
        return len(self.coefficients) - 1

    @property
    def depth(self) -> int:
        """Least number of levels, that of the map's factor included."""
        return _depth(self) + (self.factor != 1)

    def times(self, constant: float) -> Series:
        """The series multiplied by a constant that is not zero."""
        return Series(tuple(c * constant for c in self.coefficients), self.basis, self.interval)

    def plus(self, constant: float) -> Series:
        """The series with a constant added."""
        return Series((self.coefficients[0] + constant, *self.coefficients[1:]), self.basis, self.interval)

    @property
    def direct_depth(self) -> int:
        """Levels of the plain sum of constants times basis elements, over the basis's own variable."""
        return max(
            element_depth(i) + (c not in (1.0, -1.0))
            for i, c in enumerate(self.coefficients)
            if i > 0 and c != 0
        )

    @property
    def split(self) -> tuple[int, int]:
        """(depth, m) of the shallowest split at B_m; of equals the lower m, which needs fewer products."""
        return _split(self)

    def divide(self, m: int) -> tuple[Series | float, Series | float]:
        """Quotient and remainder by the basis element of degree m; a constant is a float."""
        return _divided(self, m)

    def part(self, coefficients: Array) -> Series | float:
        """Another in the same variable, without leading zeros and without the dust that a division leaves."""
        dust = 1e-15 * np.max(np.abs(coefficients))
        significant = np.flatnonzero(np.abs(coefficients) > dust)
        if len(significant) == 0 or significant[-1] == 0:
            return float(coefficients[0]) if len(coefficients) else 0.0
        kept = np.where(np.abs(coefficients) > dust, coefficients, 0)[: significant[-1] + 1]
        return series(kept, self.basis, self.interval)


def series(coefficients: Sequence[float] | Array, basis: str, interval: Interval) -> Series:
    """A series from any sequence of coefficients, leading zeros left out."""
    trimmed = np.trim_zeros(np.asarray(coefficients, float), "b")
    return Series(tuple(map(float, trimmed)), basis, (float(interval[0]), float(interval[1])))


def element_depth(index: int) -> int:
    """Levels of the basis element of a degree: ceil(log2)."""
    return (index - 1).bit_length() if index > 1 else 0


def _depth(p: Series | float) -> int:
    if isinstance(p, float):
        return 0
    return p.direct_depth if p.degree < 2 else min(p.direct_depth, _split(p)[0])


@cache
def _divided(p: Series, m: int) -> tuple[Series | float, Series | float]:
    divisor = np.zeros(m + 1)
    divisor[m] = 1
    divide = polynomial.polydiv if p.basis == "power" else chebyshev.chebdiv
    quotient, remainder = divide(np.array(p.coefficients), divisor)
    return p.part(quotient), p.part(remainder)


@cache
def _split(p: Series) -> tuple[int, int]:
    m = 1 << (p.degree.bit_length() - 1)
    candidates = [m // 2, m] if p.degree == m > 2 else [m]
    return min((_depth_split_at(p, candidate), candidate) for candidate in candidates)


def _depth_split_at(p: Series, m: int) -> int:
    quotient, remainder = p.divide(m)
    if isinstance(quotient, float):
        product = element_depth(m) + (quotient not in (1.0, -1.0))
    else:
        product = 1 + max(element_depth(m), _depth(quotient))
    return max(product, _depth(remainder))
