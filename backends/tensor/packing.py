"""How packed scores lie, and the keys and values that were skewed to make and to meet them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backends.interface import Ciphertext, Evaluator, Plaintext, Values
from backends.tensor.layout import Layout, power_of_two
from backends.tensor.reductions import rotated_sum
from backends.tensor.tensor import Tensor
from models.arrays import Array


@dataclass(frozen=True)
class Packing:
    """How the scores of one attention lie.

    Attributes:
        layout: that of the slots.
        heads: padded to a power of two.
        block: tokens of a block; see `fits`.
    """

    layout: Layout
    heads: int
    block: int

    @property
    def rows(self) -> int:
        """Feature rows of a head in one ciphertext."""
        return self.layout.features // self.heads

    @property
    def turns(self) -> int:
        """Feature rows with shifts of their own, a power of two."""
        return min(self.rows, power_of_two(self.block))

    @property
    def stride(self) -> int:
        """The token shift between one feature row and the next: the number of ciphertexts of scores."""
        return -(-self.block // self.turns)

    @property
    def extent(self) -> int:
        """Tokens over which shifts are cyclic: those of a block, padded to a multiple of the turns."""
        return self.stride * self.turns

    @property
    def pitch(self) -> int:
        """Slots from one block to the next: those of its extent, but where windows are padded to more."""
        return self.layout.pitch if self.block == self.layout.window else self.extent

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which tokens are of an extent; what is behind each, and the last, stays zero, `[tokens]`."""
        tokens = np.arange(self.layout.tokens)
        return (tokens % self.pitch < self.extent) & (tokens < self.layout.tokens // self.pitch * self.pitch)

    def row_step(self, rows: int) -> int:
        """The slots of a shift by feature rows of a head."""
        return rows % self.rows * self.heads * self.layout.feature_stride

    def wraps(self, shift: int) -> NDArray[np.bool_]:
        """At which tokens a token shift reaches beyond the block, `[tokens]`."""
        return np.asarray(np.arange(self.layout.tokens) % self.pitch + shift >= self.extent)

    def turned(self, pattern: Array, step: int) -> Array:
        """The slots of a pattern of the result as it meets what is rotated by `step` afterwards."""
        return np.roll(self.layout.spread(pattern), step)


def fits(tokens: int, block: int, window: int) -> bool:
    """Whether scores can be packed.

    A block alone is padded, and so are those side by side that are the windows of a layout; others are powers
    of two.

    Args:
        tokens: all of a sample.
        block: those of a block.
        window: of the layout; 0 where it has none.
    """
    return block in (tokens, window) or block == power_of_two(block)


def skewed(
    evaluator: Evaluator, packing: Packing, x: Tensor, chunk: int, *, block_before: bool
) -> Ciphertext:
    """A chunk whose row e is shifted by `stride · e` tokens, clean, a level less; by baby and giant steps.

    Args:
        block_before: whether the imaginary part has the same of the tokens a block before.
    """
    layout, source = packing.layout, x.ciphertexts[chunk]
    count = power_of_two(int(np.ceil(np.sqrt(2 * packing.turns))))
    strides, values = _skewing(packing, x.layout.pattern(layout, np.ones(1), chunk))
    distances = [int(one) for one in np.unique(strides)]
    babies = sorted({distance % count for distance in distances} - {0})
    steps = [baby * packing.stride for baby in babies]
    rotated = {0: source, **dict(zip(babies, evaluator.rotate_many(source, steps), strict=True))}
    giants: dict[int, list[tuple[Ciphertext, Plaintext]]] = {}
    level = x.level(evaluator)

    def add(giant: int, baby: int, distance: int, unit: complex) -> None:
        def slots() -> Values:
            chosen = np.where(strides == distance, values, 0.0)
            return np.asarray(unit * packing.turned(chosen, (distance - baby) * packing.stride))

        name = ("skewed", packing, x.layout, chunk, distance, unit)
        term = rotated[baby], evaluator.encode_named(name, slots, level)
        giants.setdefault(giant % layout.slots, []).append(term)

    for distance in distances:
        baby = distance % count
        giant = (distance - baby) * packing.stride
        add(giant, baby, distance, 1.0)
        if block_before:
            add(giant - packing.extent, baby, distance, 1j)
    sums = {giant: evaluator.multiply_plain_sum(terms) for giant, terms in giants.items()}
    return evaluator.rescale(rotated_sum(evaluator, sums))


def _skewing(packing: Packing, real: Array) -> tuple[NDArray[np.int64], Array]:
    """By how many strides each place of the result has moved, and what is real there in the source."""
    place = np.arange(packing.layout.tokens)
    turn = np.arange(packing.layout.features)[:, None] // packing.heads % packing.turns
    moved = place % packing.pitch + packing.stride * turn
    strides = turn - packing.turns * (moved >= packing.extent)
    source = np.where(packing.inside, place + packing.stride * strides, 0)
    return strides, np.where(packing.inside, np.take_along_axis(real, source, axis=1), 0.0)
