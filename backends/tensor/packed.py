"""Attention with its scores packed: every feature row of a head holds another token shift.

One ciphertext a token shift repeats each score at all features of its head. Here row *e* of a head holds the
shift `stride · e + c` in ciphertext c, so `stride` ciphertexts hold all shifts, and an activation, a refresh
or a mask of the scores is computed on those few. With *T* tokens of a block and *E* feature rows of a head,
both powers of two, `stride` is T / E, or 1 where E is larger.

Write ρ_s for a shift of the tokens by s, cyclic in each block, and R_r for one of the features by r, cyclic
in each head, and skew the keys once: `S[e, t] = k[e, t + stride · e]`. Then

    P_c = Σ_r R_r(q) · ρ_(c - stride · r)(R_r(S))

holds at row e the scores of the shift `stride · e + c`, because the shift of S at row e + r is
`stride · (e + r)` tokens, and `stride · E` tokens are none, cyclically. All products are summed before one
relinearisation. The mix is `Σ_(r, c) R_r(P_c) · ρ_(stride · r + c)(W)`, with W the values skewed likewise.

A shift within blocks is two rotations, joined by masks. R_r and the greater part of ρ are one rotation of
what the masks joined, so that it needs no mask of its own; its steps are the same for keys and values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backends.interface import Ciphertext, Evaluator
from backends.tensor.layout import Layout, ValueLayout, power_of_two
from backends.tensor.reductions import rotated_sum, sum_of_rotations
from backends.tensor.tensor import Tensor, drop_to
from models.arrays import Array

#: Levels that each operand spends: keys and values are skewed and shifted before the product.
SCORES_DEPTH = MIX_DEPTH = (1, 3)


@dataclass(frozen=True)
class Packing:
    """How the scores of one attention lie.

    Attributes:
        layout: that of the slots.
        heads: padded to a power of two.
        extent: tokens of a block, padded to a power of two.
    """

    layout: Layout
    heads: int
    extent: int

    @property
    def rows(self) -> int:
        """Feature rows of a head in one ciphertext."""
        return self.layout.features // self.heads

    @property
    def stride(self) -> int:
        """The token shift between one feature row and the next: the number of ciphertexts of scores."""
        return max(1, self.extent // self.rows)

    @property
    def turns(self) -> int:
        """Feature rows with shifts of their own."""
        return self.extent // self.stride

    def row_step(self, rows: int) -> int:
        """The slots of a shift by feature rows of a head."""
        return rows % self.rows * self.heads * self.layout.feature_stride


def fits(tokens: int, block: int) -> bool:
    """Whether scores can be packed: blocks are cyclic in a power of two of tokens, alone or side by side."""
    return block == tokens or block == power_of_two(block)


def scores(evaluator: Evaluator, layout: Layout, q: Tensor, k: Tensor, block: int) -> Tensor:
    """q·kᵀ per head within blocks of tokens.

    Args:
        q: heads interleaved (`head_rows`), `SCORES_DEPTH` above the result, with anything in its padding.
        k: the same.
        block: tokens of a block; see `fits`.
    """
    packing = Packing(layout, power_of_two(q.layout.heads), power_of_two(block))
    keys = _Shifts(evaluator, packing, k)
    q = drop_to(evaluator, q, keys.level - 1)
    steps = [packing.row_step(turn) for turn in range(1, packing.turns)]
    queries = [[c, *evaluator.rotate_many(c, steps)] if steps else [c] for c in q.ciphertexts]
    every = np.ones((layout.features, layout.tokens))
    results = []
    for shift in range(packing.stride):
        terms = [
            (turned, keys.shifted(chunk, turn, packing.stride * (-turn % packing.turns), shift, every))
            for chunk, of_chunk in enumerate(queries)
            for turn, turned in enumerate(of_chunk)
        ]
        product = evaluator.rescale(evaluator.relinearise(evaluator.multiply_sum(terms)))
        # The features that lie further apart than there are shifts.
        step = packing.turns * packing.heads * layout.feature_stride
        results.append(sum_of_rotations(evaluator, product, step, layout.slots))
    target = ValueLayout("scores", (), q.layout.tokens, q.layout.heads, block, packing.stride)
    return Tensor(tuple(results), target, clean=False)


def mix(evaluator: Evaluator, layout: Layout, p: Tensor, v: Tensor, mask: Array) -> Tensor:
    """(p·mask)·v per head; the result lies as v does, and is clean.

    Args:
        p: packed scores, a level above the result.
        v: heads interleaved, `MIX_DEPTH` above the result, with anything in its padding.
        mask: broadcasts to `[tokens, block]`.
    """
    packing = Packing(layout, power_of_two(p.layout.heads), p.layout.extent)
    mixing = _Mixing(evaluator, packing, p, mask)
    values = _Shifts(evaluator, packing, v)
    # Either the scores are turned, or what their products with the values sum up to.
    of_scores = packing.stride * (packing.turns - 1) + len(v.ciphertexts)
    of_sums = len(v.ciphertexts) * (2 * packing.turns - 1)
    by = mixing.turning_scores if of_scores <= of_sums else mixing.turning_sums
    results = [by(values, chunk) for chunk in range(len(v.ciphertexts))]
    return v.with_ciphertexts([evaluator.rescale(product) for product in results], clean=True)


class _Shifts:
    """Keys or values that are skewed once, and shifted when it is asked for.

    Attributes:
        level: of what `shifted` makes, plus 1: that of the masks.
    """

    def __init__(self, evaluator: Evaluator, packing: Packing, x: Tensor) -> None:
        self._evaluator, self._packing = evaluator, packing
        self.level = x.level(evaluator) - 1
        skewed = [self._skewed(x, chunk) for chunk in range(len(x.ciphertexts))]
        self._babies = [self._stepped(ciphertext) for ciphertext in skewed]

    def shifted(self, chunk: int, rows: int, giant: int, shift: int, factors: Array) -> Ciphertext:
        """R_rows and ρ_(giant + shift) of a skewed chunk, times factors `[features, tokens]`; a level less.

        Args:
            chunk: its number.
            rows: feature rows of a head.
            giant: the part of the token shift that is a multiple of the stride.
            shift: the rest of it.
            factors: at the places of the result.
        """
        evaluator, packing = self._evaluator, self._packing
        layout = packing.layout
        step = packing.row_step(rows) + giant
        wraps = np.arange(layout.tokens) % packing.extent + giant + shift >= packing.extent
        terms = [
            (self._babies[chunk][shift - packing.extent * wrapped], self._turned(factors * chosen, step))
            for wrapped, chosen in enumerate((~wraps, wraps))
        ]
        joined = evaluator.rescale(
            evaluator.multiply_plain_sum(
                [(ciphertext, evaluator.encode(slots, self.level)) for ciphertext, slots in terms]
            )
        )
        return evaluator.rotate(joined, step) if step else joined

    def _turned(self, pattern: Array, step: int) -> Array:
        """A pattern of the result as it meets what is rotated by `step` afterwards."""
        return np.roll(self._packing.layout.spread(pattern), step)

    def _stepped(self, skewed: Ciphertext) -> dict[int, Ciphertext]:
        """A skewed chunk by the steps less than a stride, in the same block and in the one before."""
        packing = self._packing
        steps = [shift - wrap for wrap in (0, packing.extent) for shift in range(packing.stride)][1:]
        slots = [step % packing.layout.slots for step in steps]
        return {0: skewed, **dict(zip(steps, self._evaluator.rotate_many(skewed, slots), strict=True))}

    def _skewed(self, x: Tensor, chunk: int) -> Ciphertext:
        """A chunk whose row e is shifted by `stride · e` tokens, clean, by baby and giant steps."""
        evaluator, packing = self._evaluator, self._packing
        layout, source = packing.layout, x.ciphertexts[chunk]
        count = power_of_two(int(np.ceil(np.sqrt(2 * packing.turns))))
        patterns = self._skewing(x.layout.pattern(layout, np.ones(1), chunk))
        babies = sorted({distance % count for distance in patterns} - {0})
        slots = [baby * packing.stride for baby in babies]
        rotated = {0: source, **dict(zip(babies, evaluator.rotate_many(source, slots), strict=True))}
        giants: dict[int, list[tuple[Ciphertext, Array]]] = {}
        for distance, pattern in patterns.items():
            giant = (distance - distance % count) * packing.stride % layout.slots
            turned = self._turned(pattern, giant)
            giants.setdefault(giant, []).append((rotated[distance % count], turned))
        level = x.level(evaluator)
        sums = {
            giant: evaluator.multiply_plain_sum([(c, evaluator.encode(slots, level)) for c, slots in terms])
            for giant, terms in giants.items()
        }
        return evaluator.rescale(rotated_sum(evaluator, sums))

    def _skewing(self, real: Array) -> dict[int, Array]:
        """Strides by which tokens move → where in the result, of what is real in the source."""
        packing, layout = self._packing, self._packing.layout
        place = np.arange(layout.tokens)
        turn = np.arange(layout.features)[:, None] // packing.heads % packing.turns
        moved = place % packing.extent + packing.stride * turn
        strides = turn - packing.turns * (moved >= packing.extent)
        values = np.take_along_axis(real, place + packing.stride * strides, axis=1)
        return {int(one): np.where(strides == one, values, 0.0) for one in np.unique(strides)}


class _Mixing:
    """The packed scores of one attention, as they meet its values."""

    def __init__(self, evaluator: Evaluator, packing: Packing, p: Tensor, mask: Array) -> None:
        self._evaluator, self._packing, self._p = evaluator, packing, p
        self._factors = [self._met(mask, shift) for shift in range(packing.stride)]
        self._turned: list[list[Ciphertext]] = []

    def turning_sums(self, values: _Shifts, chunk: int) -> Ciphertext:
        """Σ_r R_r(Σ_c P_c · ρ_(stride · r + c)(R_-r(W))): a product."""
        evaluator, packing = self._evaluator, self._packing
        sums = {}
        for turn in range(packing.turns):
            terms = [
                (scores, values.shifted(chunk, -turn, packing.stride * turn, shift, self._factors[shift]))
                for shift, scores in enumerate(self._p.ciphertexts)
            ]
            sums[packing.row_step(turn)] = evaluator.relinearise(evaluator.multiply_sum(terms))
        return rotated_sum(evaluator, sums)

    def turning_scores(self, values: _Shifts, chunk: int) -> Ciphertext:
        """Σ_(r, c) R_r(P_c) · ρ_(stride · r + c)(W): a product."""
        packing = self._packing
        terms = [
            (scores, values.shifted(chunk, 0, packing.stride * turn, shift, self._at(turn, shift)))
            for shift, turned in enumerate(self._turned_scores())
            for turn, scores in enumerate(turned)
        ]
        return self._evaluator.relinearise(self._evaluator.multiply_sum(terms))

    def _turned_scores(self) -> list[list[Ciphertext]]:
        """Each ciphertext of scores by each turn, once for all chunks of values."""
        if not self._turned:
            steps = [self._packing.row_step(turn) for turn in range(1, self._packing.turns)]
            self._turned = [[c, *self._evaluator.rotate_many(c, steps)] for c in self._p.ciphertexts]
        return self._turned

    def _at(self, turn: int, shift: int) -> Array:
        """The factors of scores that are turned."""
        return np.roll(self._factors[shift], -turn * self._packing.heads, axis=0)

    def _met(self, mask: Array, shift: int) -> Array:
        """The factors of one ciphertext of scores, zero for padding tokens and for pairs with padding."""
        layout, lies = self._packing.layout, self._p.layout
        if np.ptp(mask) == 0 and lies.block == lies.extent:  # alike in all rows, for values are clean
            real = np.arange(layout.tokens) < lies.tokens
            return np.broadcast_to(float(mask.flat[0]) * real, (layout.features, layout.tokens))
        return lies.pattern(layout, mask, shift)
