"""The contract of `backends.interface`, checked: what each operation wants of its operands and leaves behind.

It speaks of states alone, whatever is encrypted. The recorder applies it while a program is planned, and the
simulator while it runs one. What a library would answer with silent loss of precision (operands at different
levels, a rotated product of three polynomials, a second rescale) is an error here, so a program that passes
is well formed on every library.

Every function raises ExecutionError where the operands do not allow the operation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeVar

import numpy as np

from backends.errors import ExecutionError
from backends.interface import ComplexVector, Values, Vector


@dataclass(frozen=True, kw_only=True)
class State:
    """What the contract says of a ciphertext.

    Attributes:
        level: the number of rescales that it can still take.
        product: whether it was multiplied and not yet rescaled.
        polynomials: 3 between a product of two ciphertexts and its relinearisation, else 2.
    """

    level: int
    product: bool = False
    polynomials: int = 2


StateT = TypeVar("StateT", bound=State)

#: The imaginary part that rounding may leave of real slots, as a part of the largest.
ROUNDED = 1e-9


def real(slots: Vector | ComplexVector) -> Vector:
    """Slots where they have to be real: where they are decrypted, and before most bootstraps.

    Raises:
        ExecutionError: they have imaginary parts.
    """
    if np.abs(slots.imag).max() > ROUNDED * np.abs(slots).max():
        raise ExecutionError(
            "slots have imaginary parts where they have to be real; add their conjugates before that"
        )
    return np.ascontiguousarray(slots.real)


def finite(values: Values) -> None:
    """Raise ExecutionError where values to encode are not finite: libraries would encode any number."""
    if not np.isfinite(values).all():
        raise ExecutionError("a plaintext holds values that are not finite; look for them in the model")


def added(a: StateT, b: State) -> StateT:
    """a + b or a - b."""
    if a.level != b.level or a.product != b.product:
        raise ExecutionError(
            f"the operands of a sum differ: level {a.level} and {b.level}, product {a.product} and "
            f"{b.product}; drop or rescale one of them"
        )
    return a if a.polynomials >= b.polynomials else replace(a, polynomials=b.polynomials)


def added_plain(a: StateT, level: int) -> StateT:
    """a + a plaintext encoded at `level`."""
    return _factor(a, level)


def multiplied_plain(a: StateT, level: int) -> StateT:
    """The product of a and a plaintext encoded at `level`."""
    return replace(_factor(a, level), product=True)


def multiplied_plain_sum(terms: Iterable[tuple[StateT, int]]) -> StateT:
    """The sum of products of ciphertexts with plaintexts encoded at levels; terms alike are judged once."""
    alike = {(a.level, a.product, a.polynomials, level): (a, level) for a, level in terms}
    return reduce(added, (multiplied_plain(a, level) for a, level in alike.values()))


def multiplied(a: StateT, b: State) -> StateT:
    """The product of two ciphertexts, neither relinearised nor rescaled."""
    _factor(b, a.level)
    return replace(_factor(a, b.level), product=True, polynomials=3)


def relinearised(product: StateT) -> StateT:
    """A product with two polynomials again."""
    if product.polynomials != 3:
        raise ExecutionError(
            "a ciphertext of two polynomials cannot be relinearised; multiply two ciphertexts first"
        )
    return replace(product, polynomials=2)


def rescaled(product: StateT) -> StateT:
    """A product at the next lower level."""
    if not product.product or product.polynomials != 2:
        raise ExecutionError("only a product of two polynomials can be rescaled; multiply or relinearise it")
    if product.level == 0:
        raise ExecutionError("there is no level left to rescale; refresh earlier")
    return replace(product, level=product.level - 1, product=False)


def dropped(a: StateT, level: int) -> StateT:
    """The same at a lower level (a switch of the ciphertext modulus)."""
    if a.product or not 0 <= level < a.level:
        what = "product" if a.product else "ciphertext"
        raise ExecutionError(
            f"a {what} at level {a.level} cannot drop to level {level}; rescale it, and choose a lower level"
        )
    return replace(a, level=level)


def rotated(a: StateT) -> StateT:
    """A ciphertext rotated by any step, or conjugated."""
    if a.polynomials != 2:
        raise ExecutionError(
            "a ciphertext of three polynomials cannot be rotated or conjugated; relinearise it first"
        )
    return a


def bootstrapped(a: StateT, lowest: int, level: int) -> StateT:
    """A ciphertext at `level`, which a bootstrap returns, if it enters at `lowest` or above."""
    if a.product or a.level < lowest:
        what = "product" if a.product else "ciphertext"
        raise ExecutionError(
            f"a {what} at level {a.level} cannot be bootstrapped; rescale it, and enter at {lowest} or more"
        )
    return replace(a, level=level)


def _factor(a: StateT, level: int) -> StateT:
    if a.product or a.polynomials != 2:
        raise ExecutionError("an operand is a product; relinearise and rescale it first")
    if a.level != level:
        raise ExecutionError(f"operands differ in level: {a.level} and {level}; drop the higher one")
    return a
