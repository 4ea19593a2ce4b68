"""A series on a ciphertext, at the depth that `models.approximation.series` tells.

That module has the rule by which a series is split; here every product of the split is made once.
"""

from __future__ import annotations

import numpy as np

from backends.errors import PlanError
from backends.interface import Ciphertext, Evaluator
from backends.tensor.elementwise import multiply_constant
from backends.tensor.layout import power_of_two
from backends.tensor.tensor import Tensor
from models.approximation.series import Series


class _Evaluation:
    """One series on one ciphertext: the basis elements made so far, and the recursion over them."""

    def __init__(self, evaluator: Evaluator, p: Series, x: Ciphertext) -> None:
        self._evaluator, self._basis = evaluator, p.basis
        scaled = x if p.factor == 1 else self._times(x, p.factor)
        self._elements: dict[int, Ciphertext] = {1: self._add_constant(scaled, p.shift)}

    def evaluate(self, p: Series) -> Ciphertext:
        """p of the basis's own variable, at its level less p's depth or above."""
        if self._is_direct(p):
            return self._direct(p)
        m = p.split[1]
        quotient, remainder = p.divide(m)
        if isinstance(quotient, float):
            total = self._scaled(self._element(m), quotient)
        else:
            element = self._element(m)  # first, so that the quotient may use it and what made it
            total = self._product(self.evaluate(quotient), element)
        if isinstance(remainder, float):
            return self._add_constant(total, remainder)
        return self._add(total, self.evaluate(remainder))

    def _is_direct(self, p: Series) -> bool:
        """Whether a plain sum is shallower than the split, or as shallow with every basis element at hand."""
        if p.degree < 2:
            return True
        direct, split = p.direct_depth, p.split[0]
        at_hand = all(i in self._elements for i, c in enumerate(p.coefficients) if i > 0 and c != 0)
        return direct < split or (direct == split and at_hand)

    def _direct(self, p: Series) -> Ciphertext:
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


def evaluate(evaluator: Evaluator, p: Series, x: Ciphertext) -> Ciphertext:
    """p(x) in every slot, exactly `p.depth` levels below x."""
    result = _Evaluation(evaluator, p, x).evaluate(p)
    level = evaluator.level(x) - p.depth
    if evaluator.level(result) < level:
        raise PlanError(f"a polynomial of degree {p.degree} took more than its {p.depth} levels")
    return result if evaluator.level(result) == level else evaluator.drop(result, level)


def evaluate_tensor(evaluator: Evaluator, p: Series, x: Tensor) -> Tensor:
    """p(x); padding stays zero only where p does."""
    results = [evaluate(evaluator, p, ciphertext) for ciphertext in x.ciphertexts]
    return x.with_ciphertexts(results, clean=x.clean and float(p(np.zeros(()))) == 0)
