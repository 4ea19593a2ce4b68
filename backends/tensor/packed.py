"""Attention with its scores packed: every feature row of a head holds another token shift.

One ciphertext a token shift repeats each score at all features of its head. Here row *e* of a head holds the
shift `stride · e + c` in ciphertext c, so `stride` ciphertexts hold all shifts, and an activation, a refresh
or a mask of the scores is computed on those few. With *T* tokens of a block and *E* feature rows of a head, a
power of two, `stride` is T / E, rounded up: shifts are cyclic in `stride · E` tokens, of which the last are
padding.

Write ρ_s for a shift of the tokens by s, cyclic in each block, and R_r for one of the features by r, cyclic
in each head, and skew the keys once: `S[e, t] = k[e, t + stride · e]`. Then

    P_c = Σ_r R_r(q) · ρ_(c - stride · r)(R_r(S))

holds at row e the scores of the shift `stride · e + c`, because the shift of S at row e + r is
`stride · (e + r)` tokens, and `stride · E` tokens are none, cyclically. All products are summed before one
relinearisation. The mix is `Σ_(r, c) R_r(P_c) · ρ_(stride · r + c)(W)`, with W the values skewed likewise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from backends.interface import Ciphertext, Evaluator
from backends.tensor.layout import Layout, ValueLayout, power_of_two
from backends.tensor.packing import Packing
from backends.tensor.reductions import sum_of_rotations
from backends.tensor.shifts import ComplexShifts, Move, RealShifts, Shifts, named
from backends.tensor.tensor import Tensor, drop_to
from backends.tensor.turns import turned, turned_sum
from models.arrays import Array

#: Levels that each operand spends: keys and values are skewed and masked before the product.
SCORES_DEPTH = MIX_DEPTH = (1, 3)
#: In complex slots, queries are masked while keys are skewed.
COMPLEX_SCORES_DEPTH = (2, 2)


def scores(
    evaluator: Evaluator, layout: Layout, q: Tensor, k: Tensor, block: int, factor: complex = 1.0
) -> Tensor:
    """factor·q·kᵀ per head within blocks of tokens, in real slots.

    Args:
        q: heads interleaved (`head_rows`), `SCORES_DEPTH` above the result, with anything in its padding.
        k: the same.
        block: tokens of a block; see `packing.fits`.
        factor: of all scores.
    """
    packing = Packing(layout, power_of_two(q.layout.heads), block)
    keys = RealShifts(evaluator, packing, k)
    queries = _turned(evaluator, packing, drop_to(evaluator, q, keys.level - 1).ciphertexts)
    moves = _moves(packing, factor)

    def terms(shift: int) -> Sequence[tuple[Ciphertext, Ciphertext]]:
        return [
            pair
            for chunk, of_turns in enumerate(queries)
            for pair in zip(of_turns, keys.shifted(chunk, shift, moves), strict=True)
        ]

    return _scores(evaluator, packing, q, block, keys, terms)


def scores_of_complex_slots(
    evaluator: Evaluator, layout: Layout, q: Tensor, k: Tensor, block: int, factor: complex = 1.0
) -> Tensor:
    """The same in complex slots, `COMPLEX_SCORES_DEPTH` below its operands: the masks meet the queries."""
    packing = Packing(layout, power_of_two(q.layout.heads), block)
    keys = ComplexShifts(evaluator, packing, k)
    queries = _turned(evaluator, packing, q.ciphertexts)
    moves = _moves(packing, factor)

    def terms(shift: int) -> Sequence[tuple[Ciphertext, Ciphertext]]:
        return [
            (keys.selected(query, shift, move), rotated)
            for chunk, of_turns in enumerate(queries)
            for query, rotated, move in zip(of_turns, keys.rotated(chunk, shift, moves), moves, strict=True)
        ]

    return _scores(evaluator, packing, q, block, keys, terms)


def mix(
    evaluator: Evaluator,
    layout: Layout,
    p: Tensor,
    v: Tensor,
    mask: Array,
    *,
    imaginary: bool = False,
    shifts: type[RealShifts] | type[ComplexShifts],
) -> Tensor:
    """(p·mask)·v per head; the result lies as v does, and is clean.

    Args:
        p: packed scores, a level above the result.
        v: heads interleaved, `MIX_DEPTH` above the result, with anything in its padding.
        mask: broadcasts to `[tokens, block]`.
        imaginary: whether v is, and so the result.
        shifts: in which slots values are shifted.
    """
    packing = Packing(layout, power_of_two(p.layout.heads), p.layout.block)
    values = shifts(evaluator, packing, v)
    factors = [_met(packing, p.layout, mask, shift) for shift in range(packing.stride)]
    chunks = len(v.ciphertexts)
    # Either the scores are turned, or what their products with the values sum up to.
    if packing.stride * (packing.turns - 1) + chunks <= chunks * (2 * packing.turns - 1):
        scores = _turned(evaluator, packing, p.ciphertexts)
        mixed = partial(_by_turned_scores, evaluator, packing, scores, values, factors)
    else:
        mixed = partial(_by_turned_sums, evaluator, packing, p.ciphertexts, values, factors)
    products = [mixed(chunk) for chunk in range(chunks)]
    wanted = values.imaginary if imaginary else values.real
    return v.with_ciphertexts([evaluator.rescale(wanted(product)) for product in products], clean=True)


def _moves(packing: Packing, factor: complex) -> list[Move]:
    """R_r and the part of ρ_(c - stride · r) that is a multiple of the stride, for every r; and a factor."""
    every = np.broadcast_to(factor * packing.inside, (packing.layout.features, packing.layout.tokens))
    turns = range(packing.turns)
    return [Move(turn, packing.stride * (-turn % packing.turns), every, factor) for turn in turns]


def _turned(
    evaluator: Evaluator, packing: Packing, ciphertexts: Sequence[Ciphertext]
) -> list[list[Ciphertext]]:
    """Each ciphertext by each turn of its feature rows."""
    steps = [packing.row_step(turn) for turn in range(packing.turns)]
    return [turned(evaluator, packing.layout, one, steps) for one in ciphertexts]


def _scores(
    evaluator: Evaluator,
    packing: Packing,
    q: Tensor,
    block: int,
    keys: Shifts,
    terms: Callable[[int], Sequence[tuple[Ciphertext, Ciphertext]]],
) -> Tensor:
    """The scores of the products `terms` of each token shift less than a stride."""
    # The features that lie further apart than there are shifts are summed up afterwards.
    step, slots = packing.turns * packing.heads * packing.layout.feature_stride, packing.layout.slots
    results = []
    for shift in range(packing.stride):
        product = evaluator.relinearise(evaluator.multiply_sum(terms(shift)))
        results.append(sum_of_rotations(evaluator, evaluator.rescale(keys.real(product)), step, slots))
    target = ValueLayout("scores", (), q.layout.tokens, q.layout.heads, block, packing.turns)
    return Tensor(tuple(results), target, clean=False, full=target.fills(packing.layout))


def _by_turned_sums(
    evaluator: Evaluator,
    packing: Packing,
    scores: Sequence[Ciphertext],
    values: Shifts,
    factors: Sequence[Array],
    chunk: int,
) -> Ciphertext:
    """Σ_r R_r(Σ_c P_c · ρ_(stride · r + c)(R_-r(W))): a product."""
    turns = range(packing.turns)
    shifted = []
    for shift, of in enumerate(factors):
        name = named(of)
        moves = [Move(-turn, packing.stride * turn, of, name) for turn in turns]
        shifted.append(values.shifted(chunk, shift, moves))
    sums = []
    for turn in turns:
        terms = [(one, of_shift[turn]) for one, of_shift in zip(scores, shifted, strict=True)]
        sums.append(evaluator.relinearise(evaluator.multiply_sum(terms)))
    return turned_sum(evaluator, sums, packing.row_step(1))


def _by_turned_scores(
    evaluator: Evaluator,
    packing: Packing,
    scores: Sequence[Sequence[Ciphertext]],
    values: Shifts,
    factors: Sequence[Array],
    chunk: int,
) -> Ciphertext:
    """Σ_(r, c) R_r(P_c) · ρ_(stride · r + c)(W): a product."""
    terms: list[tuple[Ciphertext, Ciphertext]] = []
    for shift, (of_turns, of) in enumerate(zip(scores, factors, strict=True)):
        turned = [np.roll(of, -turn * packing.heads, axis=0) for turn in range(packing.turns)]
        moves = [Move(0, packing.stride * turn, one, named(one)) for turn, one in enumerate(turned)]
        terms += zip(of_turns, values.shifted(chunk, shift, moves), strict=True)
    return evaluator.relinearise(evaluator.multiply_sum(terms))


def _met(packing: Packing, lies: ValueLayout, mask: Array, shift: int) -> Array:
    """The factors of one ciphertext of scores, zero for padding tokens and for pairs with padding."""
    layout = packing.layout
    if np.ptp(mask) == 0 and lies.block == lies.extent:  # alike in all rows, for values are clean
        real = replace(layout, images=1).places(lies.tokens)
        return np.broadcast_to(float(mask.flat[0]) * real, (layout.features, layout.tokens))
    return lies.pattern(layout, mask, shift)
