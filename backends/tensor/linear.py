"""Linear maps by diagonals with baby and giant steps.

A matrix over the features of a ciphertext is a sum of its cyclic diagonals, each times a rotation of the
vector (Halevi and Shoup 2014); with rotations split into baby and giant steps, ~2·sqrt(features) of them do
(Halevi and Shoup 2018). Features are padded to a power of two and rotate cyclically, so nothing is masked,
and the diagonals are zero at padding tokens, so every result is clean.

A value that is repeated every so many rows (`ValueLayout.period`) has that many diagonals and no more. To
make one whose period is shorter than that of the input, each diagonal holds as many of the input's as fold
onto it, and the sum is added to itself rotated, log2 of their ratio times: the hybrid method of Juvekar et
al. (2018), which takes rows for as many diagonals of a wide and low matrix.

Baby steps rotate the inputs, and maps of one input share them. Where many chunks become few (one-hot symbols
become an embedding) the sums over chunks are rotated instead: as many rotations as one output has diagonals,
however many chunks come in. Where two chunks share a ciphertext, diagonals are complex and half as many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from backends.errors import PlanError
from backends.interface import Ciphertext, Evaluator, Plaintext
from backends.tensor import conjugates, pairs
from backends.tensor.elementwise import add_constant, affine
from backends.tensor.layout import Layout, ValueLayout, power_of_two
from backends.tensor.reductions import rotated_sum, sum_of_rotations
from backends.tensor.tensor import Tensor, as_features
from models.arrays import Array

Weights = Array | NDArray[np.complex128]
#: (input chunk or pair, step) → the diagonal that multiplies the input rotated by step.
Diagonals = dict[tuple[int, int], Weights]
#: Diagonals that are encoded at a time.
_TOGETHER = 256


class BabySteps:
    """Rotations of an input by 1, 2, ..., shared by the linear maps that read the same ciphertexts."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
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
    weight: Weights,
    bias: Array,
    place: ValueLayout,
) -> Tensor:
    """x·weightᵀ + bias.

    Args:
        weight: `[out, in]`.
        bias: `[out]` or `[tokens, out]`.
        place: how the result lies.
    """
    if x.layout.kind == "replicated":
        features = as_features(layout, x, place.rows, place.period)
        return affine(evaluator, layout, features, weight.sum(axis=1), bias)
    period, target_period = (value.period or layout.features for value in (x.layout, place))
    diagonals = _diagonals(layout, place, x, weight)
    # One split of a number of diagonals for the whole program, so that linear maps share their rotation keys.
    count = power_of_two(int(np.ceil(np.sqrt(min(period, target_period)))))
    if _rotates_inputs(count, diagonals):
        wanted = [
            {step % count for rows_of in diagonals for source, step in rows_of if source == chunk}
            for chunk in range(len(x.ciphertexts))
        ]
        rotated = babies.rotated(evaluator, x.ciphertexts, wanted)
        totals = [_from_rotated(evaluator, layout, count, rotated, d, x) for d in diagonals]
    else:
        totals = [_by_rotated_sums(evaluator, layout, count, d, x) for d in diagonals]
    stride = layout.feature_stride
    totals = [
        sum_of_rotations(evaluator, evaluator.rescale(total), target_period * stride, period * stride)
        for total in totals
    ]
    if x.layout.paired:
        totals = [conjugates.real(evaluator, total) for total in totals]
    return add_constant(evaluator, layout, Tensor(tuple(totals), place, clean=True), bias)


def support(
    layout: Layout, place: ValueLayout, x: Tensor, weight: Array, bias: Array
) -> tuple[tuple[tuple[tuple[int, int], ...], bool], ...]:
    """Per chunk of the result, its diagonals that are not zero, and whether its bias is not."""
    diagonals = _diagonals(layout, place, x, weight)
    biased = [bool(np.any(place.pattern(layout, bias, chunk))) for chunk in range(len(diagonals))]
    return tuple((tuple(of_chunk), has) for of_chunk, has in zip(diagonals, biased, strict=True))


def _diagonals(layout: Layout, target: ValueLayout, x: Tensor, weight: Weights) -> list[Diagonals]:
    """The diagonals of each output chunk, or pair, but all-zero ones; one of them where all are zero.

    At row i, diagonal s multiplies the input's row i + s; both sides are repeated as they lie.
    """
    size, chunks, sources = layout.features, target.chunks(layout), x.layout.chunks(layout)
    period, target_period = x.layout.period or size, target.period or size
    matrix = cast(Weights, np.zeros((chunks * target_period, sources * period), weight.dtype))
    matrix[np.ix_(target.rows, x.layout.rows)] = weight
    blocks = _paired(target, x.layout, matrix.reshape((chunks, target_period, sources, period)))
    row = np.arange(size)
    turned = (row + np.arange(min(period, target_period))[:, None]) % period
    index = row % target_period
    found: list[Diagonals] = []
    for chunk in range(len(blocks)):
        of_chunk: Diagonals = {}
        for source in range(len(x.ciphertexts)):
            steps = blocks[chunk][index, source, turned]  # [step, output row]
            of_chunk.update({(source, int(s)): steps[s] for s in np.flatnonzero(steps.any(axis=1))})
        found.append(of_chunk or {(0, 0): np.zeros(size)})
    return found


def _paired(target: ValueLayout, source: ValueLayout, blocks: Weights) -> Weights:
    """The blocks `[output chunk, row, input chunk, row]` of a matrix, where chunks lie in pairs.

    Raises:
        PlanError: they do on both sides, where a pair is no sum of products with the other.
    """
    if target.paired and source.paired:
        raise PlanError("a linear map reads pairs of chunks and makes some; let one side lie as usual")
    if target.paired:
        return pairs.to_pairs(blocks)
    return np.moveaxis(pairs.from_pairs(np.moveaxis(blocks, 2, 0)), 0, 2) if source.paired else blocks


def _rotates_inputs(baby_count: int, diagonals: Sequence[Diagonals]) -> bool:
    """Whether baby steps cost no more rotations on the inputs than on the sums."""
    on_inputs = {(source, step % baby_count) for d in diagonals for source, step in d}
    on_sums = [{step for _, step in d} for d in diagonals]
    return sum(baby > 0 for _, baby in on_inputs) <= sum(
        step % baby_count > 0 for steps in on_sums for step in steps
    )


def _turned(
    evaluator: Evaluator, layout: Layout, x: Tensor, diagonals: Diagonals, turns: Sequence[int]
) -> Iterator[Plaintext]:
    """The diagonals, each turned back because its sum is rotated by so much."""
    places, level = layout.places(x.layout.tokens), x.level(evaluator)
    columns, row = list(diagonals.values()), np.arange(layout.features)
    for start in range(0, len(columns), _TOGETHER):
        piece, turned = (np.array(of[start : start + _TOGETHER]) for of in (columns, turns))
        source = (row - turned[:, None]) % layout.features
        yield from evaluator.encode_columns(np.take_along_axis(piece, source, axis=1), places, level)


def _from_rotated(
    evaluator: Evaluator,
    layout: Layout,
    baby_count: int,
    rotated: dict[tuple[int, int], Ciphertext],
    diagonals: Diagonals,
    x: Tensor,
) -> Ciphertext:
    """Sum over giant steps of the rotated sums over baby steps: a product."""
    giants: dict[int, list[tuple[Ciphertext, Plaintext]]] = {}
    turns = [step - step % baby_count for _, step in diagonals]
    plaintexts = _turned(evaluator, layout, x, diagonals, turns)
    for (source, step), giant, plaintext in zip(diagonals, turns, plaintexts, strict=True):
        giants.setdefault(giant, []).append((rotated[source, step - giant], plaintext))
    stride = layout.feature_stride
    return rotated_sum(
        evaluator, {giant * stride: evaluator.multiply_plain_sum(terms) for giant, terms in giants.items()}
    )


def _by_rotated_sums(
    evaluator: Evaluator, layout: Layout, baby_count: int, diagonals: Diagonals, x: Tensor
) -> Ciphertext:
    """The same sum, but every step's sum over chunks is rotated, first by baby and then by giant steps."""
    steps: dict[int, list[tuple[Ciphertext, Plaintext]]] = {}
    plaintexts = _turned(evaluator, layout, x, diagonals, [step for _, step in diagonals])
    for (source, step), plaintext in zip(diagonals, plaintexts, strict=True):
        steps.setdefault(step, []).append((x.ciphertexts[source], plaintext))
    giants: dict[int, dict[int, Ciphertext]] = {}
    for step, terms in steps.items():
        baby = step % baby_count
        of_giant = giants.setdefault((step - baby) * layout.feature_stride, {})
        of_giant[baby * layout.feature_stride] = evaluator.multiply_plain_sum(terms)
    return rotated_sum(evaluator, {giant: rotated_sum(evaluator, babies) for giant, babies in giants.items()})
