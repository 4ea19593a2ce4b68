"""Rotary positions: each feature of a head times a constant, and the other of its pair times another.

The others are brought by rotations, each of all features that are equally far from theirs; so two of them do
where the heads lie as attention wants them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backends.interface import Ciphertext, Evaluator
from backends.tensor.layout import Layout
from backends.tensor.reductions import rotated_sum
from backends.tensor.tensor import Tensor
from models.arrays import Array


def turn(
    evaluator: Evaluator, layout: Layout, x: Tensor, own: Array, other: Array, partners: Sequence[int]
) -> Tensor:
    """x·own + x[partners]·other, `own` and `other` of every token and feature of a head; clean.

    Args:
        evaluator: of the library.
        layout: that of the slots.
        x: a value of heads.
        own: `[tokens, features per head]`.
        other: the same; it is zero where a feature has no partner.
        partners: the other feature of each of the first features.
    """
    width = own.shape[1]
    moves: dict[tuple[int, int, int], Array] = {}
    for head in range(x.layout.heads):
        for to, source in enumerate(partners):
            start, end = (divmod(x.layout.rows[head * width + i], layout.features) for i in (source, to))
            step = (start[1] - end[1]) * layout.feature_stride % layout.slots
            factors = moves.setdefault(
                (end[0], start[0], step), np.zeros((x.layout.heads, x.layout.tokens, width))
            )
            factors[head, :, source] = other[:, to]
    results = []
    for chunk in range(len(x.ciphertexts)):
        sums = {0: _times(evaluator, layout, x, own, chunk)}
        for (to_chunk, from_chunk, step), factors in moves.items():
            if to_chunk == chunk and np.any(factors):
                product = _times(evaluator, layout, x, factors, from_chunk)
                sums[step] = evaluator.add(sums[step], product) if step in sums else product
        results.append(evaluator.rescale(rotated_sum(evaluator, sums)))
    return x.with_ciphertexts(results, clean=True)


def _times(evaluator: Evaluator, layout: Layout, x: Tensor, factors: Array, chunk: int) -> Ciphertext:
    ciphertext = x.ciphertexts[chunk]
    slots = layout.spread(x.layout.pattern(layout, factors, chunk))
    return evaluator.multiply_plain(ciphertext, evaluator.encode(slots, evaluator.level(ciphertext)))
