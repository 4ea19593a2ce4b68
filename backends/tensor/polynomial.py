"""Polynomials of any degree at the least depth.

A polynomial of degree d < 2^k is split as p = q·B_m + r at a basis element B_m with m a power of two, and
both halves again, until what is left is a sum of constants times basis elements (Paterson and Stockmeyer
1973, with the depth-optimal split of Bossuat et al. 2021). Basis elements are monomials or Chebyshev
polynomials, B_(a+b) made from B_a and B_b, so B_i costs ceil(log2 i) levels and a constant times it one more.
A constant of exactly ±1 costs no level: a monic polynomial of degree 2^k takes k levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import ceil, log2

import numpy as np
from numpy.polynomial import chebyshev, polynomial

from backends.errors import PlanError
from backends.interface import Ciphertext, Evaluator
from backends.tensor.layout import Array, power_of_two
from backends.tensor.linear import multiply_constant


@dataclass(frozen=True)
class Polynomial:
    """A series in the basis, over an input that a chebyshev basis wants in [-1, 1]."""

    coefficients: tuple[float, ...]
    basis: str

    def __post_init__(self) -> None:
        if self.basis not in ("power", "chebyshev"):
            raise PlanError(f"the polynomial basis {self.basis!r} is unknown; use power or chebyshev")
        if len(self.coefficients) < 2 or self.coefficients[-1] == 0:
            raise PlanError("a polynomial has degree 1 or more and a leading coefficient that is not zero")

    @property
    def degree(self) -> int:
        """Highest power."""
        return len(self.coefficients) - 1

    @property
    def depth(self) -> int:
        """Least number of levels."""
        return _depth(self)

    def divide(self, m: int) -> tuple[Polynomial | float, Polynomial | float]:
        """Quotient and remainder by the basis element of degree m; a constant is a float."""
        divisor = np.zeros(m + 1)
        divisor[m] = 1
        divide = polynomial.polydiv if self.basis == "power" else chebyshev.chebdiv
        quotient, remainder = divide(np.array(self.coefficients), divisor)
        return _trimmed(quotient, self.basis), _trimmed(remainder, self.basis)


def _trimmed(coefficients: Array, basis: str) -> Polynomial | float:
    """Without leading zeros, and without the dust that a division leaves."""
    dust = 1e-15 * np.max(np.abs(coefficients))
    significant = np.flatnonzero(np.abs(coefficients) > dust)
    if len(significant) == 0 or significant[-1] == 0:
        return float(coefficients[0]) if len(coefficients) else 0.0
    kept = np.where(np.abs(coefficients) > dust, coefficients, 0)[: significant[-1] + 1]
    return Polynomial(tuple(float(c) for c in kept), basis)


def _element_depth(index: int) -> int:
    return ceil(log2(index)) if index > 1 else 0


def _free(constant: float) -> bool:
    return constant in (1.0, -1.0)


def _direct_depth(p: Polynomial | float) -> int:
    """Levels of the plain sum of constants times basis elements."""
    if isinstance(p, float):
        return 0
    return max(_element_depth(i) + (not _free(c)) for i, c in enumerate(p.coefficients) if i > 0 and c != 0)


def _depth_split_at(p: Polynomial, m: int) -> int:
    quotient, remainder = p.divide(m)
    if isinstance(quotient, float):
        product = _element_depth(m) + (not _free(quotient))
    else:
        product = 1 + max(_element_depth(m), _depth(quotient))
    return max(product, _depth(remainder))


@cache
def _split(p: Polynomial) -> tuple[int, int]:
    """(depth, m) of the shallowest split; of equals the lower m, which needs fewer products."""
    m = power_of_two(p.degree + 1) // 2
    candidates = [m // 2, m] if p.degree == m > 2 else [m]
    return min((_depth_split_at(p, candidate), candidate) for candidate in candidates)


def _depth(p: Polynomial | float) -> int:
    if isinstance(p, float):
        return 0
    direct = _direct_depth(p)
    return direct if p.degree < 2 else min(direct, _split(p)[0])


class _Evaluation:
    """One polynomial on one ciphertext: the basis elements made so far, and the recursion over them."""

    def __init__(self, evaluator: Evaluator, basis: str, x: Ciphertext) -> None:
        self._evaluator, self._basis = evaluator, basis
        self._elements: dict[int, Ciphertext] = {1: x}

    def evaluate(self, p: Polynomial) -> Ciphertext:
        """p(x), at x's level less p's depth or above."""
        if self._is_direct(p):
            return self._direct(p)
        m = _split(p)[1]
        quotient, remainder = p.divide(m)
        if isinstance(quotient, float):
            total = self._scaled(self._element(m), quotient)
        else:
            element = self._element(m)  # first, so that the quotient may use it and what made it
            total = self._product(self.evaluate(quotient), element)
        if isinstance(remainder, float):
            return self._add_constant(total, remainder)
        return self._add(total, self.evaluate(remainder))

    def _is_direct(self, p: Polynomial) -> bool:
        """Whether a plain sum is shallower than the split, or as shallow with every basis element at hand."""
        if p.degree < 2:
            return True
        direct, split = _direct_depth(p), _split(p)[0]
        at_hand = all(i in self._elements for i, c in enumerate(p.coefficients) if i > 0 and c != 0)
        return direct < split or (direct == split and at_hand)

    def _direct(self, p: Polynomial) -> Ciphertext:
        terms = [self._scaled(self._element(i), c) for i, c in enumerate(p.coefficients) if i > 0 and c != 0]
        total = terms[0]
        for term in terms[1:]:
            total = self._add(total, term)
        return self._add_constant(total, p.coefficients[0])

    def _element(self, index: int) -> Ciphertext:
        """B_index from B_a·B_b with a the largest power of two below: a·b costs least depth."""
        if index not in self._elements:
            a = power_of_two(index) // 2
            b = index - a
            product = self._product(self._element(a), self._element(b))
            if self._basis == "chebyshev":  # T_(a+b) = 2·T_a·T_b - T_(a-b)
                product = self._evaluator.add(product, product)
                product = (
                    self._add_constant(product, -1.0)
                    if a == b
                    else self._subtract(product, self._element(a - b))
                )
            self._elements[index] = product
        return self._elements[index]

    def _scaled(self, element: Ciphertext, constant: float) -> Ciphertext:
        if constant == 1.0:
            return element
        return self._evaluator.negate(element) if constant == -1.0 else self._times(element, constant)

    def _times(self, element: Ciphertext, constant: float) -> Ciphertext:
        return multiply_constant(self._evaluator, element, constant)

    def _add_constant(self, a: Ciphertext, constant: float) -> Ciphertext:
        if constant == 0:
            return a
        return self._evaluator.add_plain(a, self._evaluator.encode(float(constant), self._evaluator.level(a)))

    def _levelled(self, a: Ciphertext, b: Ciphertext) -> tuple[Ciphertext, Ciphertext]:
        level = min(self._evaluator.level(a), self._evaluator.level(b))
        a, b = (c if self._evaluator.level(c) == level else self._evaluator.drop(c, level) for c in (a, b))
        return a, b

    def _add(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        return self._evaluator.add(*self._levelled(a, b))

    def _subtract(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        return self._evaluator.subtract(*self._levelled(a, b))

    def _product(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        product = self._evaluator.multiply(*self._levelled(a, b))
        return self._evaluator.rescale(self._evaluator.relinearise(product))


def evaluate(evaluator: Evaluator, p: Polynomial, x: Ciphertext) -> Ciphertext:
    """p(x) in every slot, exactly `p.depth` levels below x."""
    result = _Evaluation(evaluator, p.basis, x).evaluate(p)
    level = evaluator.level(x) - p.depth
    if evaluator.level(result) < level:
        raise PlanError(f"a polynomial of degree {p.degree} took more than its {p.depth} levels")
    return result if evaluator.level(result) == level else evaluator.drop(result, level)
