"""Two chunks of a wide value in one ciphertext: half of one in the real parts, half of the other beside them.

A linear map (W1 + i·W2)·x makes both chunks for the products with plaintexts of one; and since
Re((W1 - i·W2)·(x1 + i·x2)) = W1·x1 + W2·x2, a map from a pair takes those of one too, and a conjugation.
So does what parts a pair: for z = (x1 + i·x2) / 2, z + conj(z) is x1 and z - conj(z) is i·x2, at no level.

Pairs are the hidden features of an MLP, between two linear maps, and the queries of an attention with its
keys, the chunks of which take turns. They are never decrypted.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from backends.interface import Ciphertext, Evaluator
from backends.tensor import conjugates
from backends.tensor.layout import Layout, ValueLayout
from backends.tensor.tensor import Tensor
from models.arrays import Array

Complex = NDArray[np.complex128]

#: A pair of ones.
ONE = (1 + 1j) / 2


def parts(evaluator: Evaluator, layout: Layout, x: Tensor) -> list[tuple[Ciphertext, complex]]:
    """Each chunk of a paired value, or i times it, and which of both: 1 or i."""
    found: list[tuple[Ciphertext, complex]] = []
    for pair in x.ciphertexts:
        if len(found) + 1 == x.layout.chunks(layout):  # the last one, by itself
            return [*found, (evaluator.add(pair, pair), 1.0)]
        found += zip(conjugates.both(evaluator, pair), (1.0, 1.0j), strict=True)
    return found


def alternating(layout: Layout, value: ValueLayout) -> ValueLayout:
    """How two values that lie alike make pairs: each chunk of one with that of the other."""
    first = [row + row // layout.features * layout.features for row in value.rows]
    second = [row + layout.features for row in first]
    return replace(value, rows=(*first, *second), paired=True)


def both(evaluator: Evaluator, layout: Layout, x: Tensor, value: ValueLayout) -> tuple[Tensor, Tensor]:
    """The first of two values in pairs, and i times the second."""
    chunks = [chunk for chunk, _ in parts(evaluator, layout, x)]
    first, second = (Tensor(tuple(chunks[part::2]), value, x.clean) for part in range(2))
    return first, second


def joined(evaluator: Evaluator, chunks: list[Ciphertext]) -> list[Ciphertext]:
    """The pairs of half of each even chunk and i/2 times each odd one, from these."""
    pairs = [evaluator.add(*two) for two in zip(chunks[::2], chunks[1::2], strict=False)]
    return pairs + chunks[2 * len(pairs) :]


def to_pairs(blocks: Array | Complex) -> Complex:
    """The blocks `[chunk, ...]` of a matrix that make each pair."""
    return _combined(blocks, 1.0j) / 2


def from_pairs(blocks: Array | Complex) -> Complex:
    """The blocks `[chunk, ...]` of a matrix that meet each pair, of whose sum the real part is half."""
    return _combined(blocks, -1.0j)


def pattern(layout: Layout, value: ValueLayout, constant: Array, pair: int) -> Complex:
    """A constant as it is added to a pair, `[layout.features, layout.tokens]`; see `ValueLayout.pattern`."""
    parts_of = [value.pattern(layout, constant, 2 * pair + part) for part in range(2)]
    return np.asarray(to_pairs(np.stack(parts_of))[0])


def _combined(blocks: Array | Complex, unit: complex) -> Complex:
    """Each even block and `unit` times the odd one after it, added up."""
    found: Complex = blocks[::2].astype(np.complex128)
    found[: len(blocks) // 2] += unit * blocks[1::2]
    return found
