"""Two halves of a batch: one in the real parts of slots, the other in the imaginary parts.

Sums, real constants, rotations and bootstraps act on both halves at once. A product of two ciphertexts does
not, nor does a polynomial, so their operands are parted first: x + conj(x) is twice the first half, and
x - conj(x) is 2i times the second. That takes no level, and what a half is multiplied by there is undone by
constants that most operations have anyway: the masks of attention, the coefficients of a polynomial.

Scores are made apart and stay apart, the ciphertexts of the first half before those of the second, because
all that becomes of them is polynomials and products. Every other value is joined: first + i · second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backends.interface import Evaluator
from backends.tensor import conjugates
from backends.tensor.elementwise import alike, multiply_constant
from backends.tensor.layout import Layout
from backends.tensor.tensor import Tensor, drop_to

#: What `parts` multiplies the first half and the second by.
UNITS = (2.0, 2.0j)


def parts(evaluator: Evaluator, x: Tensor) -> tuple[Tensor, Tensor]:
    """Twice the first half of a joined value, and 2i times the second."""
    first, second = zip(*(conjugates.both(evaluator, one) for one in x.ciphertexts), strict=True)
    return x.with_ciphertexts(first), x.with_ciphertexts(second)


def parted(evaluator: Evaluator, x: Tensor) -> Tensor:
    """Both halves of a joined value apart, in real slots, a level less."""
    first, second = (
        _times(evaluator, half, 1 / unit) for half, unit in zip(parts(evaluator, x), UNITS, strict=True)
    )
    return apart(first, second)


def paired(evaluator: Evaluator, x: Tensor) -> Tensor:
    """The ciphertexts of real slots, the last of them in the imaginary parts of the first, a level less.

    `parted` gives them back in their order, and one more where their number is odd.
    """
    middle = -(-len(x.ciphertexts) // 2)
    turned = [multiply_constant(evaluator, ciphertext, 1j) for ciphertext in x.ciphertexts[middle:]]
    first = drop_to(evaluator, x.with_ciphertexts(x.ciphertexts[:middle]), x.level(evaluator) - 1)
    pairs = [evaluator.add(a, b) for a, b in zip(first.ciphertexts, turned, strict=False)]
    return x.with_ciphertexts([*pairs, *first.ciphertexts[len(pairs) :]])


def apart(first: Tensor, second: Tensor) -> Tensor:
    """A value whose halves lie apart, from each."""
    return first.with_ciphertexts([*first.ciphertexts, *second.ciphertexts])


def split(operands: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """The first halves and the second ones of values whose halves lie apart."""
    middles = [(x, len(x.ciphertexts) // 2) for x in operands]
    return (
        [x.with_ciphertexts(x.ciphertexts[:middle]) for x, middle in middles],
        [x.with_ciphertexts(x.ciphertexts[middle:]) for x, middle in middles],
    )


def joined(evaluator: Evaluator, first: Tensor, second: Tensor) -> Tensor:
    """The sum of the first half in real slots and of i times the second."""
    pairs = zip(first.ciphertexts, second.ciphertexts, strict=True)
    clean = first.clean and second.clean
    return first.with_ciphertexts([evaluator.add(a, b) for a, b in pairs], clean=clean)


def multiply(evaluator: Evaluator, layout: Layout, a: Tensor, b: Tensor) -> Tensor:
    """a·b in each half, slot by slot; a lies a level above b, and both are joined."""
    a, b = alike(layout, a, b)
    first, second = parts(evaluator, a)
    factors = _times(evaluator, first, 1 / 4), _times(evaluator, second, -1j / 4)
    terms = zip(*(x.ciphertexts for x in (*factors, *parts(evaluator, b))), strict=True)
    products = [
        evaluator.rescale(evaluator.relinearise(evaluator.multiply_sum([(a1, b1), (a2, b2)])))
        for a1, a2, b1, b2 in terms
    ]
    return replace(a, ciphertexts=tuple(products), clean=a.clean or b.clean)


def _times(evaluator: Evaluator, x: Tensor, factor: complex) -> Tensor:
    return x.with_ciphertexts(
        [multiply_constant(evaluator, ciphertext, factor) for ciphertext in x.ciphertexts]
    )
