"""Attention with two encrypted operands, for all heads and all images of a ciphertext at once.

Scores are computed by token shift: for shift s, every token t meets token (t + s) mod tokens, so the scores
of shift s are q times k shifted by s, summed over the features of each head. The sum leaves its result at
every feature of the head, where the product with the values needs it: no score is ever masked or moved.
"""

from __future__ import annotations

import numpy as np

from backends.errors import PlanError
from backends.interface import Ciphertext, Evaluator
from backends.tensor.layout import Layout, ValueLayout, power_of_two
from backends.tensor.tensor import Tensor

#: Levels that each operand spends: the shifted operand is masked once before the product.
SCORES_DEPTH = (1, 2)
MIX_DEPTH = (1, 2)


class TokenShifts:
    """A one-chunk tensor shifted over tokens, each shift made when it is asked for.

    A shift by s within blocks of tokens is two rotations, by s and by s - tokens, that a mask joins. Rotating
    the tensor once by -tokens turns both into a rotation by s, after the mask: one rotation a shift.
    """

    def __init__(self, evaluator: Evaluator, layout: Layout, x: Tensor) -> None:
        if len(x.ciphertexts) != 1:
            raise PlanError(
                f"an attention operand spans {len(x.ciphertexts)} ciphertexts; raise log_n until its "
                f"{len(x.layout.rows)} features fit one"
            )
        self._evaluator, self._layout, self._tensor = evaluator, layout, x
        self._ciphertext = x.ciphertexts[0]
        self._wrapped: Ciphertext | None = None

    def shifted(self, shift: int) -> Ciphertext:
        """Token t holds token (t + shift) mod tokens; padding is zero; one level less."""
        evaluator, layout, tokens = self._evaluator, self._layout, self._tensor.layout.tokens
        level = evaluator.level(self._ciphertext)
        if shift == 0:
            if self._tensor.clean:
                return evaluator.drop(self._ciphertext, level - 1)
            return evaluator.rescale(evaluator.multiply_plain(self._ciphertext, self._mask(0, tokens, level)))
        if self._wrapped is None:
            self._wrapped = evaluator.rotate(self._ciphertext, layout.slots - tokens)
        joined = evaluator.multiply_plain_sum(
            [
                (self._ciphertext, self._mask(shift, tokens, level)),
                (self._wrapped, self._mask(tokens, tokens + shift, level)),
            ]
        )
        return evaluator.rotate(evaluator.rescale(joined), shift)

    def _mask(self, start: int, stop: int, level: int) -> object:
        """Ones at tokens start ≤ t < stop, counted on into the next block of padded tokens."""
        pattern = np.zeros((self._layout.features, self._layout.tokens))
        pattern[:, np.arange(start, stop) % self._layout.tokens] = 1
        return self._evaluator.encode(self._layout.spread(pattern), level)


def scores(evaluator: Evaluator, layout: Layout, heads: int, q: Tensor, k: Tensor) -> Tensor:
    """q·kᵀ per head: one ciphertext a token shift.

    Args:
        q: one chunk with the heads interleaved (`head_rows`), a level below k.
        k: the same, a level above q.
    """
    padded_heads = power_of_two(heads)
    shifts = TokenShifts(evaluator, layout, k)
    results = []
    for shift in range(q.layout.tokens):
        product = evaluator.multiply(q.ciphertexts[0], shifts.shifted(shift))
        total = evaluator.rescale(evaluator.relinearise(product))
        row = padded_heads
        while row < layout.features:
            total = evaluator.add(total, evaluator.rotate(total, row * layout.feature_stride))
            row *= 2
        results.append(total)
    return Tensor(tuple(results), ValueLayout("scores", tuple(range(heads)), q.layout.tokens), clean=False)


def mix(evaluator: Evaluator, layout: Layout, p: Tensor, v: Tensor) -> Tensor:
    """p·v per head, summed before one relinearisation; the result lies as v does and is clean."""
    shifts = TokenShifts(evaluator, layout, v)
    terms = [(ciphertext, shifts.shifted(shift)) for shift, ciphertext in enumerate(p.ciphertexts)]
    total = evaluator.rescale(evaluator.relinearise(evaluator.multiply_sum(terms)))
    return Tensor((total,), v.layout, clean=True)
