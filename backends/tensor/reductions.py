"""Sums over tokens and over features, and sums of rotated ciphertexts."""

from __future__ import annotations

from dataclasses import replace

from backends.interface import Ciphertext, Evaluator
from backends.tensor.elementwise import cleaned
from backends.tensor.layout import Layout, ValueLayout, power_of_two
from backends.tensor.tensor import Tensor


def sum_depth(x: Tensor) -> int:
    """Levels that a sum takes: what is not clean is masked first."""
    return 0 if x.clean else 1


def sum_tokens(evaluator: Evaluator, layout: Layout, x: Tensor) -> Tensor:
    """Sum over tokens, at token 0; the other tokens hold partial sums, so the result is not clean."""
    if not x.clean:
        x = cleaned(evaluator, layout, x)
    extent = power_of_two(layout.reach(x.layout.tokens))
    results = [sum_of_rotations(evaluator, ciphertext, 1, extent) for ciphertext in x.ciphertexts]
    return Tensor(tuple(results), replace(x.layout, tokens=1), clean=False)


def sum_features(evaluator: Evaluator, layout: Layout, x: Tensor, width: int) -> Tensor:
    """Sum over features, replicated: chunks are added, then all rows of a period, cyclically."""
    if not x.clean:
        x = cleaned(evaluator, layout, x)
    total = x.ciphertexts[0]
    for ciphertext in x.ciphertexts[1:]:
        total = evaluator.add(total, ciphertext)
    rows = x.layout.period or layout.features
    total = sum_of_rotations(evaluator, total, layout.feature_stride, rows * layout.feature_stride)
    return Tensor((total,), ValueLayout("replicated", (0,) * width, x.layout.tokens), clean=True)


def sum_over_heads(evaluator: Evaluator, layout: Layout, x: Ciphertext, padded_heads: int) -> Ciphertext:
    """Sum over the features of each head, interleaved, left at every one of them."""
    return sum_of_rotations(evaluator, x, padded_heads * layout.feature_stride, layout.slots)


def sum_of_rotations(evaluator: Evaluator, x: Ciphertext, step: int, stop: int) -> Ciphertext:
    """Sum of x rotated by every multiple of `step` below `stop`, both powers of two."""
    while step < stop:
        x = evaluator.add(x, evaluator.rotate(x, step))
        step *= 2
    return x


def rotated_sum(evaluator: Evaluator, sums: dict[int, Ciphertext]) -> Ciphertext:
    """Sum of ciphertexts, each rotated by its step."""
    if set(sums) == {0}:
        return sums[0]
    return evaluator.rotate_sum([(sums[step], step) for step in sorted(sums)])
