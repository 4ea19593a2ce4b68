"""A series on a ciphertext, at the depth that `models.approximation.series` tells.

That module has the rule by which a series is split; here every product of the split is made once.

A ciphertext may hold a multiple of the variable, 2x or 2i·x, as the parts of a joined value do
(`backends.tensor.halves`), or i·x (`backends.tensor.pairs`). Basis elements are then multiples too, and every
constant of the split is divided by that of the element that it meets. The elements of u·x, with u = m·w,
m = 1 or m = 2, w = 1 or w = i, are E_j = u^j·x^j in the power basis and E_j = m·w^j·T_j(x) in that of
Chebyshev, where 2·E_a·E_b = m·(E_(a+b) + w^(2b)·E_(a-b)).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backends.errors import PlanError
from backends.interface import Ciphertext, Evaluator
from backends.tensor import halves, pairs
from backends.tensor.elementwise import multiply_constant, number
from backends.tensor.layout import Layout, power_of_two
from backends.tensor.tensor import Tensor
from models.approximation.series import Series

#: Of the series of a half, every constant is divided by the multiple of an element, so none is sure to be ±1;
#: a series times this has the depth, and the split, of one without such a constant.
_ANY = 0.7


class _Evaluation:
    """One series on one ciphertext: the basis elements made so far, and the recursion over them.

    Args:
        evaluator: computes.
        p: the series.
        x: `unit` times its variable.
        unit: 1, 2, i or 2i.
    """

    def __init__(self, evaluator: Evaluator, p: Series, x: Ciphertext, unit: complex) -> None:
        self._evaluator, self._basis = evaluator, p.basis
        self._unit = unit if p.factor == 1 else 1.0
        scaled = x if p.factor == 1 else self._times(x, p.factor / unit)
        self._elements: dict[int, Ciphertext] = {1: self._add_constant(scaled, self._unit * p.shift)}

    def evaluate(self, p: Series, by: complex) -> Ciphertext:
        """p of the basis's own variable, times `by`, at its level less p's depth or above."""
        if self._is_direct(p):
            return self._direct(p, by)
        m = p.split[1]
        quotient, remainder = p.divide(m)
        if isinstance(quotient, float):
            total = self._scaled(m, by * quotient)
        else:
            element = self._element(m)  # first, so that the quotient may use it and what made it
            total = self._product(self.evaluate(quotient, by / self._multiple(m)), element)
        if isinstance(remainder, float):
            return self._add_constant(total, by * remainder)
        return self._add(total, self.evaluate(remainder, by))

    def _is_direct(self, p: Series) -> bool:
        """Whether a plain sum is shallower than the split, or as shallow with every basis element at hand."""
        if p.degree < 2:
            return True
        direct, split = p.direct_depth, p.split[0]
        at_hand = all(i in self._elements for i, c in enumerate(p.coefficients) if i > 0 and c != 0)
        return direct < split or (direct == split and at_hand)

    def _direct(self, p: Series, by: complex) -> Ciphertext:
        terms = [self._scaled(i, by * c) for i, c in enumerate(p.coefficients) if i > 0 and c != 0]
        total = terms[0]
        for term in terms[1:]:
            total = self._add(total, term)
        return self._add_constant(total, by * p.coefficients[0])

    def _multiple(self, index: int) -> complex:
        """What the element of an index is, divided by the basis's."""
        if self._basis == "power":
            return self._unit**index
        magnitude = abs(self._unit)
        return magnitude * (self._unit / magnitude) ** index

    def _element(self, index: int) -> Ciphertext:
        """B_index from B_a·B_b with a the largest power of two below: a·b costs least depth."""
        if index not in self._elements:
            a = power_of_two(index) // 2
            b = index - a
            product = self._product(self._element(a), self._element(b))
            if self._basis == "chebyshev":  # T_(a+b) = 2·T_a·T_b - T_(a-b)
                product = self._less(product, a, b)
            self._elements[index] = product
        return self._elements[index]

    def _less(self, product: Ciphertext, a: int, b: int) -> Ciphertext:
        """What is left of E_a·E_b without the element of a - b."""
        magnitude = abs(self._unit)
        sign = ((self._unit / magnitude) ** (2 * b)).real
        if magnitude == 1:
            product = self._evaluator.add(product, product)
        if a == b:
            return self._add_constant(product, -sign * magnitude)
        rest = self._element(a - b)
        return self._subtract(product, rest) if sign > 0 else self._add(product, rest)

    def _scaled(self, index: int, constant: complex) -> Ciphertext:
        """A constant times the basis's element of an index."""
        element, constant = self._element(index), constant / self._multiple(index)
        if constant == 1.0:
            return element
        return self._evaluator.negate(element) if constant == -1.0 else self._times(element, constant)

    def _times(self, element: Ciphertext, constant: complex) -> Ciphertext:
        return multiply_constant(self._evaluator, element, constant)

    def _add_constant(self, a: Ciphertext, constant: complex) -> Ciphertext:
        if constant == 0:
            return a
        plaintext = self._evaluator.encode(number(constant), self._evaluator.level(a))
        return self._evaluator.add_plain(a, plaintext)

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


def evaluate(
    evaluator: Evaluator, p: Series, x: Ciphertext, unit: complex = 1.0, by: complex = 1.0
) -> Ciphertext:
    """by·p(x / unit) in every slot, exactly `p.depth` levels below x."""
    result = _Evaluation(evaluator, p, x, unit).evaluate(p, by)
    level = evaluator.level(x) - p.depth
    if evaluator.level(result) < level:
        raise PlanError(f"a polynomial of degree {p.degree} took more than its {p.depth} levels")
    return result if evaluator.level(result) == level else evaluator.drop(result, level)


def evaluate_tensor(evaluator: Evaluator, p: Series, x: Tensor) -> Tensor:
    """p(x); padding stays zero only where p does."""
    results = [evaluate(evaluator, p, ciphertext) for ciphertext in x.ciphertexts]
    return x.with_ciphertexts(results, clean=x.clean and _keeps_zero(p))


def depth_of_halves(p: Series) -> int:
    """Levels of `evaluate_halves`, and of `evaluate_pairs` to pairs."""
    return p.times(_ANY).depth


def evaluate_halves(evaluator: Evaluator, p: Series, x: Tensor) -> Tensor:
    """p of each half of a joined value; padding stays zero only where p does."""
    multiple = p.times(_ANY)
    first, second = (
        half.with_ciphertexts([evaluate(evaluator, multiple, c, unit, by / _ANY) for c in half.ciphertexts])
        for half, unit, by in zip(halves.parts(evaluator, x), halves.UNITS, (1.0, 1.0j), strict=True)
    )
    return replace(halves.joined(evaluator, first, second), clean=x.clean and _keeps_zero(p))


def evaluate_pairs(evaluator: Evaluator, layout: Layout, p: Series, x: Tensor, *, paired: bool) -> Tensor:
    """p of a value whose chunks are paired; padding stays zero only where p does.

    Args:
        paired: whether those of the result are. It takes the levels of `depth_of_halves` then, else p's.
    """
    multiple, share = (p.times(_ANY), 0.5 / _ANY) if paired else (p, 1.0)
    results = [
        evaluate(evaluator, multiple, part, unit, share * unit if paired else 1.0)
        for part, unit in pairs.parts(evaluator, layout, x)
    ]
    return Tensor(
        tuple(pairs.joined(evaluator, results) if paired else results),
        replace(x.layout, paired=paired),
        x.clean and _keeps_zero(p),
    )


def _keeps_zero(p: Series) -> bool:
    return float(p(np.zeros(()))) == 0
