"""Maps of each slot by itself: constants, sums and products of values that lie alike."""

from __future__ import annotations

import numpy as np

from backends.errors import PlanError
from backends.interface import Ciphertext, ComplexVector, Evaluator
from backends.tensor import pairs
from backends.tensor.layout import Layout, ValueLayout
from backends.tensor.tensor import Tensor, as_features
from models.arrays import Array

#: Levels that a constant in the place of a value takes.
CONSTANT_DEPTH = 1


def affine(evaluator: Evaluator, layout: Layout, x: Tensor, scale: Array, shift: Array) -> Tensor:
    """x·scale + shift, both broadcast to the value of a sample; the result is clean."""
    return add_constant(evaluator, layout, multiply_constants(evaluator, layout, x, scale), shift)


def multiply_constants(evaluator: Evaluator, layout: Layout, x: Tensor, factors: Array) -> Tensor:
    """x·factors, broadcast to the value of a sample; the result is clean."""
    results = []
    for index, ciphertext in enumerate(x.ciphertexts):
        pattern = x.layout.pattern(layout, factors, index)
        plaintext = evaluator.encode(layout.spread(pattern), evaluator.level(ciphertext))
        results.append(evaluator.rescale(evaluator.multiply_plain(ciphertext, plaintext)))
    return x.with_ciphertexts(results, clean=True)


def cleaned(evaluator: Evaluator, layout: Layout, x: Tensor) -> Tensor:
    """The same value with zeros wherever no part of it lies, one level below."""
    return multiply_constants(evaluator, layout, x, np.ones(1))


def add_constant(evaluator: Evaluator, layout: Layout, x: Tensor, constant: Array) -> Tensor:
    """x + constant, broadcast to the value of a sample."""
    results = []
    for index, ciphertext in enumerate(x.ciphertexts):
        slots = _slots(layout, x.layout, constant, index)
        if np.any(slots):
            plaintext = evaluator.encode(slots, evaluator.level(ciphertext))
            ciphertext = evaluator.add_plain(ciphertext, plaintext)
        results.append(ciphertext)
    return x.with_ciphertexts(results)


def _slots(layout: Layout, value: ValueLayout, constant: Array, index: int) -> Array | ComplexVector:
    """The slots of a constant as it is added to one ciphertext of a value."""
    if value.paired:
        return layout.spread(pairs.pattern(layout, value, constant, index))
    return np.asarray(layout.one * layout.spread(value.pattern(layout, constant, index)))


def scale(evaluator: Evaluator, x: Tensor, factor: float) -> Tensor:
    """x·factor."""
    return x.with_ciphertexts([multiply_constant(evaluator, c, factor) for c in x.ciphertexts])


def multiply_constant(evaluator: Evaluator, ciphertext: Ciphertext, factor: complex) -> Ciphertext:
    """ciphertext·factor, rescaled."""
    plaintext = evaluator.encode(number(factor), evaluator.level(ciphertext))
    return evaluator.rescale(evaluator.multiply_plain(ciphertext, plaintext))


def number(value: complex) -> complex:
    """The same, as a real number where it is one."""
    return float(value.real) if value.imag == 0 else complex(value)


def constant(evaluator: Evaluator, layout: Layout, x: Tensor, value: float) -> Tensor:
    """`value` wherever x has one, padding included, `CONSTANT_DEPTH` levels below x."""
    zeros = scale(evaluator, x, 0.0)
    plaintext = evaluator.encode(layout.one * value, zeros.level(evaluator))
    return x.with_ciphertexts(
        [evaluator.add_plain(c, plaintext) for c in zeros.ciphertexts], clean=value == 0
    )


def add(evaluator: Evaluator, layout: Layout, a: Tensor, b: Tensor) -> Tensor:
    """a + b."""
    a, b = alike(layout, a, b)
    pairs = zip(a.ciphertexts, b.ciphertexts, strict=True)
    return a.with_ciphertexts([evaluator.add(x, y) for x, y in pairs], clean=a.clean and b.clean)


def multiply(evaluator: Evaluator, layout: Layout, a: Tensor, b: Tensor) -> Tensor:
    """a·b, slot by slot."""
    a, b = alike(layout, a, b)
    pairs = zip(a.ciphertexts, b.ciphertexts, strict=True)
    products = [evaluator.rescale(evaluator.relinearise(evaluator.multiply(x, y))) for x, y in pairs]
    return a.with_ciphertexts(products, clean=a.clean or b.clean)


def alike(layout: Layout, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Both where the one that is not replicated lies."""
    if a.layout.kind != b.layout.kind:
        a, b = (
            as_features(layout, a, b.layout.rows, b.layout.period),
            as_features(layout, b, a.layout.rows, a.layout.period),
        )
    if a.layout != b.layout:
        raise PlanError("two values that lie differently are combined; put a linear map between")
    return a, b
