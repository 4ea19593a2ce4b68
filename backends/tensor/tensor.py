"""The encrypted tensor: ciphertexts, and how a value lies in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from backends.interface import Ciphertext, Evaluator
from backends.tensor.layout import Array, Layout, ValueLayout, power_of_two


@dataclass(frozen=True)
class Tensor:
    """A value of the graph under encryption.

    Attributes:
        ciphertexts: one a chunk, or one a token shift for scores; all at one level, none a product.
        layout: where the value lies in them.
        clean: whether every slot that holds no part of the value is zero.
    """

    ciphertexts: tuple[Ciphertext, ...]
    layout: ValueLayout
    clean: bool

    def with_ciphertexts(self, ciphertexts: Sequence[Ciphertext], *, clean: bool | None = None) -> Tensor:
        """The same value layout over other ciphertexts."""
        kept = self.clean if clean is None else clean
        return replace(self, ciphertexts=tuple(ciphertexts), clean=kept)


def head_rows(heads: int, features: int) -> tuple[int, ...]:
    """Rows of a value whose heads lie interleaved: feature e of head h at row `e · padded heads + h`.

    With the head as the low digit, a sum over the features of a head is a sum over rotations by multiples of
    the padded head count, cyclic over the whole ciphertext, and needs no mask.
    """
    padded_heads = power_of_two(heads)
    return tuple(e * padded_heads + h for h in range(heads) for e in range(features // heads))


def per_feature(layout: Layout, value: ValueLayout, vector: Array, chunk: int) -> Array:
    """A `[features]` or `[tokens, features]` vector as the `[features, tokens]` pattern of one chunk.

    Padding rows and tokens are zero.
    """
    pattern = np.zeros((layout.features, layout.tokens))
    full = np.broadcast_to(vector, (value.tokens, len(value.rows)))
    for feature, row in enumerate(value.rows):
        if row // layout.features == chunk:
            pattern[row % layout.features, : value.tokens] = full[:, feature]
    return pattern


def drop_to(evaluator: Evaluator, tensor: Tensor, level: int) -> Tensor:
    """The same tensor at `level`, which is not above its own."""
    return tensor.with_ciphertexts(
        [c if evaluator.level(c) == level else evaluator.drop(c, level) for c in tensor.ciphertexts]
    )
