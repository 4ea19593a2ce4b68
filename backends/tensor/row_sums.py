"""Sums of scores over the keys of each query: what a softmax divides by.

Each sum comes at every feature of its head, as a mix of values has it, so that a reciprocal of the sums
meets the mixed values slot by slot. The ciphertexts of scores are added up; those that are packed hold a
token shift in every feature row of a head, so their rows are added up too, cyclically in each head. No level
is spent but on constants: a mask, i, which brings the second half of a batch into the imaginary parts, and
zeros for padding. Heads and tokens of padding must not sum up what a score of 0 counts, for that may be more
than any sum of a sample, and a polynomial that is a reciprocal on these grows without bounds beyond them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from backends.interface import Ciphertext, Evaluator
from backends.tensor.attention import mix
from backends.tensor.layout import Layout, ValueLayout, power_of_two
from backends.tensor.packing import Packing
from backends.tensor.reductions import sum_of_rotations
from backends.tensor.shifts import ComplexShifts, Move, RealShifts, named
from backends.tensor.tensor import Tensor
from models.arrays import Array


def depth(p: Tensor, mask: Array) -> int:
    """Levels that the sums of scores take."""
    of_two_halves = len(p.ciphertexts) > p.layout.of_group * p.layout.groups
    return 0 if p.full and np.all(mask == 1) and not of_two_halves else 1


def sum_keys(evaluator: Evaluator, layout: Layout, p: Tensor, mask: Array) -> Ciphertext:
    """Σ p·mask over keys, of two halves that lie apart joined, `depth` below p.

    Args:
        p: scores, packed or not.
        mask: broadcasts to `[tokens, block]`.
    """
    if depth(p, mask) == 0:
        return _over_rows(evaluator, layout, p.layout, _total(evaluator, p.ciphertexts))
    number, level = len(p.ciphertexts) // layout.halves, p.level(evaluator)
    terms = []
    for half, unit in enumerate((1, 1j)[: layout.halves]):
        ciphertexts = p.ciphertexts[half * number : (half + 1) * number]
        if _alike(p.layout, mask):
            ciphertexts = (_total(evaluator, ciphertexts),)
        for index, ciphertext in enumerate(ciphertexts):
            slots = unit * layout.spread(p.layout.pattern(layout, mask, index))
            terms.append((ciphertext, evaluator.encode(np.asarray(slots), level)))
    total = evaluator.rescale(evaluator.multiply_plain_sum(terms))
    return _over_rows(evaluator, layout, p.layout, total)


def sum_kept_keys(
    evaluator: Evaluator, layout: Layout, p: Tensor, keep: Tensor, mask: Array, *, imaginary: bool = False
) -> Tensor:
    """Σ p·mask·keep over keys, of scores by token shift: what a mix of values would be that are keep.

    Args:
        p: scores, a level above the result.
        keep: one number a token at every row, `attention.MIX_DEPTH` above the result.
        mask: broadcasts to `[tokens, block]`.
        imaginary: whether keep is, and so the result.
    """
    return mix(evaluator, layout, p, keep, mask, imaginary=imaginary, heads=p.layout.heads)


def sum_packed_kept_keys(
    evaluator: Evaluator,
    layout: Layout,
    p: Tensor,
    keep: Tensor,
    mask: Array,
    *,
    imaginary: bool = False,
    shifts: type[RealShifts] | type[ComplexShifts],
) -> Tensor:
    """The same of packed scores: keep is skewed as values are that a mix would meet.

    Args:
        p: packed scores, a level above the result.
        keep: one number a token at every row, `packed.MIX_DEPTH` above the result.
        mask: broadcasts to `[tokens, block]`.
        imaginary: whether keep is, and so the result.
        shifts: in which slots keep is shifted.
    """
    packing = Packing(layout, power_of_two(p.layout.heads), p.layout.block)
    keys = shifts(evaluator, packing, keep)
    terms = []
    for shift, ciphertext in enumerate(p.ciphertexts):
        factors = p.layout.pattern(layout, mask, shift)
        (kept,) = keys.shifted(0, shift, [Move(0, 0, factors, named(factors))])
        terms.append((ciphertext, kept))
    product = evaluator.relinearise(evaluator.multiply_sum(terms))
    total = evaluator.rescale((keys.imaginary if imaginary else keys.real)(product))
    return keep.with_ciphertexts([_over_rows(evaluator, layout, p.layout, total)])


def _alike(lies: ValueLayout, mask: Array) -> bool:
    """Whether every slot that holds a score meets the same constant."""
    return bool(np.ptp(mask) == 0) and lies.block == lies.extent


def _over_rows(evaluator: Evaluator, layout: Layout, lies: ValueLayout, total: Ciphertext) -> Ciphertext:
    """The sum of the rows of each head that hold different token shifts, at every row of it."""
    if not lies.stride:
        return total
    packing = Packing(layout, power_of_two(lies.heads), lies.block)
    step = packing.heads * layout.feature_stride
    return sum_of_rotations(evaluator, total, step, packing.turns * step)


def _total(evaluator: Evaluator, ciphertexts: Sequence[Ciphertext]) -> Ciphertext:
    return reduce(evaluator.add, ciphertexts)
