"""Linear maps by diagonals with baby and giant steps, and the few maps that are even simpler.

A matrix over the features of a ciphertext is a sum of its cyclic diagonals, each times a rotation of the
vector (Halevi and Shoup 2014); with rotations split into baby and giant steps, ~2·sqrt(features) of them do
(Halevi and Shoup 2018). Features are padded to a power of two and rotate cyclically, so nothing is masked,
and the diagonals are zero at padding tokens, so every result is clean.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backends.errors import PlanError
from backends.interface import Ciphertext, Evaluator
from backends.tensor.layout import Array, Layout, ValueLayout, power_of_two
from backends.tensor.tensor import Tensor, per_feature

LINEAR_DEPTH = 1


class BabySteps:
    """Rotations of an input by 1, 2, ..., shared by the linear maps that read the same ciphertexts."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        # One split for the whole program, so that all linear maps share their rotation keys.
        self.count = power_of_two(int(np.ceil(np.sqrt(layout.features))))
        self._made: dict[tuple[int, int], Ciphertext] = {}
        self._source: tuple[Ciphertext, ...] = ()

    def rotated(
        self, evaluator: Evaluator, ciphertexts: tuple[Ciphertext, ...], wanted: Sequence[set[int]]
    ) -> dict[tuple[int, int], Ciphertext]:
        """(chunk, baby step) → rotated ciphertext, for the steps wanted of each chunk."""
        if len(ciphertexts) != len(self._source) or any(
            a is not b for a, b in zip(ciphertexts, self._source, strict=True)
        ):
            self._source, self._made = ciphertexts, {}
        for chunk, ciphertext in enumerate(ciphertexts):
            self._made.setdefault((chunk, 0), ciphertext)
            missing = sorted(step for step in wanted[chunk] if (chunk, step) not in self._made)
            if missing:
                slots = [step * self._layout.feature_stride for step in missing]
                for step, rotated in zip(missing, evaluator.rotate_many(ciphertext, slots), strict=True):
                    self._made[chunk, step] = rotated
        return self._made


def linear(
    evaluator: Evaluator,
    layout: Layout,
    babies: BabySteps,
    x: Tensor,
    weight: Array,
    bias: Array,
    rows: tuple[int, ...],
) -> Tensor:
    """x·weightᵀ + bias, with output feature i at row `rows[i]`.

    Args:
        weight: `[out, in]`.
        bias: `[out]` or `[tokens, out]`.
        rows: as in `ValueLayout`.
    """
    chunks = 1 + max(rows) // layout.features
    target = ValueLayout("features", rows, x.layout.tokens)
    matrix = np.zeros((chunks * layout.features, len(x.ciphertexts) * layout.features))
    matrix[np.ix_(rows, x.layout.rows)] = weight
    blocks = matrix.reshape(chunks, layout.features, len(x.ciphertexts), layout.features).transpose(
        0, 2, 1, 3
    )
    diagonals = [_diagonals(blocks[chunk]) for chunk in range(chunks)]
    wanted = [
        {step % babies.count for rows_of in diagonals for source, step in rows_of if source == chunk}
        for chunk in range(len(x.ciphertexts))
    ]
    rotated = babies.rotated(evaluator, x.ciphertexts, wanted)
    results = []
    for chunk in range(chunks):
        total = _combine(evaluator, layout, babies.count, rotated, diagonals[chunk], x)
        shift = per_feature(layout, target, bias, chunk)
        if np.any(shift):
            total = evaluator.add_plain(total, evaluator.encode(layout.spread(shift), evaluator.level(total)))
        results.append(total)
    return Tensor(tuple(results), target, clean=True)


def _diagonals(blocks: Array) -> dict[tuple[int, int], Array]:
    """(input chunk, step) → the diagonal that multiplies the input rotated by step, but all-zero ones."""
    size = blocks.shape[-1]
    index = np.arange(size)
    found = {}
    for source, block in enumerate(blocks):
        for step in range(size):
            diagonal = block[index, (index + step) % size]
            if np.any(diagonal):
                found[source, step] = diagonal
    return found


def _combine(
    evaluator: Evaluator,
    layout: Layout,
    baby_count: int,
    rotated: dict[tuple[int, int], Ciphertext],
    diagonals: dict[tuple[int, int], Array],
    x: Tensor,
) -> Ciphertext:
    """Sum over giant steps of the rotated sums over baby steps, rescaled once."""
    if not diagonals:
        raise PlanError(
            "a linear map has a chunk of outputs whose weights are all zero; leave those outputs out"
        )
    level = evaluator.level(x.ciphertexts[0])
    real = np.arange(layout.tokens) < x.layout.tokens
    giants: dict[int, list[tuple[Ciphertext, object]]] = {}
    for (source, step), diagonal in diagonals.items():
        baby = step % baby_count
        giant = step - baby
        # Rotated back, because the giant step rotates the whole inner sum.
        pattern = np.outer(np.roll(diagonal, giant), real)
        plaintext = evaluator.encode(layout.spread(pattern), level)
        giants.setdefault(giant, []).append((rotated[source, baby], plaintext))
    sums = [
        (evaluator.multiply_plain_sum(terms), giant * layout.feature_stride)
        for giant, terms in sorted(giants.items())
    ]
    total = sums[0][0] if sums == [(sums[0][0], 0)] else evaluator.rotate_sum(sums)
    return evaluator.rescale(total)


def affine(evaluator: Evaluator, layout: Layout, x: Tensor, scale: Array, shift: Array) -> Tensor:
    """x·scale + shift per feature; the result is clean."""
    results = []
    for chunk, ciphertext in enumerate(x.ciphertexts):
        factor = layout.spread(per_feature(layout, x.layout, scale, chunk))
        scaled = evaluator.multiply_plain(ciphertext, evaluator.encode(factor, evaluator.level(ciphertext)))
        result = evaluator.rescale(scaled)
        offset = per_feature(layout, x.layout, shift, chunk)
        if np.any(offset):
            result = evaluator.add_plain(
                result, evaluator.encode(layout.spread(offset), evaluator.level(result))
            )
        results.append(result)
    return x.with_ciphertexts(results, clean=True)


def scale(evaluator: Evaluator, x: Tensor, factor: float) -> Tensor:
    """x·factor."""
    return x.with_ciphertexts([multiply_constant(evaluator, c, factor) for c in x.ciphertexts])


def multiply_constant(evaluator: Evaluator, ciphertext: Ciphertext, factor: float) -> Ciphertext:
    """ciphertext·factor, rescaled."""
    plaintext = evaluator.encode(float(factor), evaluator.level(ciphertext))
    return evaluator.rescale(evaluator.multiply_plain(ciphertext, plaintext))


def sum_tokens(evaluator: Evaluator, layout: Layout, x: Tensor) -> Tensor:
    """Sum over tokens, at token 0; the other tokens hold partial sums, so the result is not clean."""
    if not x.clean:
        ones = np.ones(len(x.layout.rows))
        x = affine(evaluator, layout, x, ones, np.zeros_like(ones))
    results = []
    for ciphertext in x.ciphertexts:
        total = ciphertext
        step = layout.tokens // 2
        while step:
            total = evaluator.add(total, evaluator.rotate(total, step))
            step //= 2
        results.append(total)
    return Tensor(tuple(results), ValueLayout("features", x.layout.rows, 1), clean=False)
