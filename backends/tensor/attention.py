"""Attention with two encrypted operands, for all heads and all images of a ciphertext at once.

Scores are computed by token shift: for shift s, every token meets the token s places on in its block,
cyclically, so the scores of shift s are q times k shifted by s, summed over the features of each head. The
sum leaves its result at every feature of the head, where the product with the values needs it: no score is
ever masked or moved. Operands that span several chunks have all heads in each, so the scores of all chunks
are added up before they are summed over features, and serve the values of every chunk.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backends.interface import Ciphertext, Evaluator
from backends.tensor.elementwise import cleaned, multiply_constant
from backends.tensor.layout import Layout, ValueLayout, power_of_two
from backends.tensor.reductions import sum_over_heads
from backends.tensor.tensor import Tensor, drop_to
from models.arrays import Array

#: Levels that each operand spends: the shifted operand is masked once before the product.
MIX_DEPTH = (1, 2)


def scores_depth(q: Tensor, k: Tensor) -> tuple[int, int]:
    """Levels that each operand spends; padding of both is removed from q, while k is shifted."""
    return (1, 2) if q.clean or k.clean else (2, 2)


class TokenShifts:
    """A feature value shifted over the tokens of each block, each shift made when it is asked for.

    A shift by s within blocks is two rotations, by s and by s - block, that masks join. Rotating the value
    once by -block turns both into a rotation by s, of which the baby step comes before the masks, where it
    serves many shifts, and the giant step after: at most one rotation a shift, and few keys. A constant per
    pair of tokens goes into the masks, which leave out the rows of other heads than the first so many.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        layout: Layout,
        x: Tensor,
        block: int,
        mask: Array,
        heads: int | None = None,
    ) -> None:
        self._evaluator, self._layout, self._tensor = evaluator, layout, x
        self._pairs = ValueLayout("scores", (), x.layout.tokens, block=block)
        self._mask = np.broadcast_to(mask, (x.layout.tokens, block))
        self._masks = bool(np.any(self._mask != 1))
        rows = np.arange(layout.features)
        self._rows = rows >= 0 if heads is None else rows % power_of_two(heads) < heads
        self._babies = power_of_two(int(np.ceil(np.sqrt(block))))
        self._rotated: dict[tuple[int, bool], list[Ciphertext]] = {}

    def shifted(self, shift: int) -> list[Ciphertext]:
        """Per chunk: token t holds the token `shift` places on, times their mask; one level less.

        Tokens of padding are zero.
        """
        evaluator, level = self._evaluator, self._tensor.level(self._evaluator)
        if shift == 0 and self._tensor.clean and not self._masks:
            return [evaluator.drop(c, level - 1) for c in self._tensor.ciphertexts]
        baby = shift % self._babies
        giant = shift - baby
        patterns = [(wraps, pattern) for wraps, pattern in self._patterns(shift) if np.any(pattern)]
        if not patterns:  # no pair of the shift is left
            return [multiply_constant(evaluator, c, 0.0) for c in self._tensor.ciphertexts]
        masks = [
            (wraps, evaluator.encode(np.roll(self._layout.spread(pattern), giant), level))
            for wraps, pattern in patterns
        ]
        results = []
        for chunk in range(len(self._tensor.ciphertexts)):
            terms = [(self._stepped(chunk, wraps)[baby], mask) for wraps, mask in masks]
            joined = evaluator.rescale(evaluator.multiply_plain_sum(terms))
            results.append(evaluator.rotate(joined, giant) if giant else joined)
        return results

    def _stepped(self, chunk: int, wraps: bool) -> list[Ciphertext]:
        """A chunk, or its tokens of a block before, rotated by each baby step."""
        if (chunk, wraps) not in self._rotated:
            source = self._tensor.ciphertexts[chunk]
            if wraps:
                source = self._evaluator.rotate(source, self._layout.slots - self._pairs.block)
            steps = range(1, self._babies)
            rotated = self._evaluator.rotate_many(source, steps) if steps else []
            self._rotated[chunk, wraps] = [source, *rotated]
        return self._rotated[chunk, wraps]

    def _patterns(self, shift: int) -> list[tuple[bool, Array]]:
        """Masks of the value and of it a block before, at the tokens of the result.

        A token's partner is `shift` tokens on, or that less a block, counted on into the next block of
        padded tokens, which is zero otherwise.
        """
        tokens = np.arange(self._pairs.tokens)
        places = self._layout.token_places(self._pairs.tokens)
        constants = self._mask[tokens, self._pairs.partners(shift)]
        wraps = tokens % self._pairs.block + shift >= self._pairs.block
        found = []
        for of_wrapped in (False, True):
            pattern = np.zeros((self._layout.features, self._layout.tokens), constants.dtype)
            chosen = wraps == of_wrapped
            pattern[:, places[chosen]] = constants[chosen]
            pattern[~self._rows] = 0
            found.append((of_wrapped, pattern))
        return found


def scores(
    evaluator: Evaluator, layout: Layout, q: Tensor, k: Tensor, block: int, factor: complex = 1.0
) -> Tensor:
    """factor·q·kᵀ per head within blocks of tokens: one ciphertext a token shift.

    Args:
        q: heads interleaved (`head_rows`), `scores_depth` above the result.
        k: the same.
        block: tokens of a block.
        factor: of all scores.
    """
    heads, tokens = q.layout.heads, q.layout.tokens
    level = k.level(evaluator) - 1
    if not q.clean and not k.clean:
        q = cleaned(evaluator, layout, q)
    q = drop_to(evaluator, q, level)
    shifts = TokenShifts(evaluator, layout, k, block, np.full(1, factor))
    results = []
    for shift in range(block):
        pairs = list(zip(q.ciphertexts, shifts.shifted(shift), strict=True))
        product = _sum_of_products(evaluator, pairs)
        results.append(sum_over_heads(evaluator, layout, product, power_of_two(heads)))
    target = ValueLayout("scores", (), tokens, heads, block)
    return Tensor(tuple(results), target, clean=False, full=target.fills(layout))


def mix(
    evaluator: Evaluator,
    layout: Layout,
    p: Tensor,
    v: Tensor,
    mask: Array,
    *,
    imaginary: bool = False,
    heads: int | None = None,
) -> Tensor:
    """(p·mask)·v per head, summed before one relinearisation; the result lies as v does.

    Args:
        p: scores, a level below v.
        v: heads interleaved.
        mask: broadcasts to `[tokens, block]`.
        imaginary: whether v is, and so the result, which makes no difference here.
        heads: where v is not zero in those of padding, how many are none.
    """
    shifts = TokenShifts(evaluator, layout, v, p.layout.block, mask, heads)
    terms: list[list[tuple[Ciphertext, Ciphertext]]] = [[] for _ in v.ciphertexts]
    for shift, ciphertext in enumerate(p.ciphertexts):
        for chunk, shifted in enumerate(shifts.shifted(shift)):
            terms[chunk].append((ciphertext, shifted))
    return v.with_ciphertexts([_sum_of_products(evaluator, of_chunk) for of_chunk in terms])


def _sum_of_products(evaluator: Evaluator, terms: Sequence[tuple[Ciphertext, Ciphertext]]) -> Ciphertext:
    return evaluator.rescale(evaluator.relinearise(evaluator.multiply_sum(terms)))
