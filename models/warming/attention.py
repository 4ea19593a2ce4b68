"""Pointwise attention that begins near the softmax attention whose place it takes.

Softmax divides by a sum over keys; σ of a score cannot. What a head can do by itself is fitted on samples:
weights `c·σ(a·score + b)·f`, with f the length scaling of the pair, nearest in the mean square to those of
softmax. Then a is in the queries (and in relative positions), b in the bias of the scores where the options
have one, and c in the columns of the projection that read the head.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.arrays import Array

#: Factors of scores, and biases, that are tried.
_FACTORS = 2.0 ** np.arange(-4, 1.5, 0.5)
_BIASES = np.arange(-1.0, 3.25, 0.25)
#: Pairs of tokens of a head by which it is fitted.
_PAIRS = 1 << 14


class Fit(NamedTuple):
    """What each head is given, `[heads]` each: `factor` a, `bias` b and `gain` c."""

    factor: Array
    bias: Array
    gain: Array


def fit_heads(
    scores: Array, weights: Array, lengths: Array, activation: Callable[[Array], Array], biases: bool
) -> Fit:
    """The pointwise weights nearest to those of softmax, head by head.

    Args:
        scores: `[samples, heads, tokens, block]`, as the activation would read them.
        weights: of softmax, likewise; 0 where a pair is excluded.
        lengths: `[tokens, block]` or one number: what the activation's result is multiplied by.
        activation: σ.
        biases: whether the scores have a bias of their own.
    """
    factors = np.broadcast_to(lengths, scores.shape)
    found = []
    for head in range(scores.shape[1]):
        seen = weights[:, head] > 0
        score, weight, length = (_pairs(part[:, head], seen) for part in (scores, weights, factors))
        found.append(_fit(score, weight, length, activation, biases))
    return Fit(*(np.array(part) for part in zip(*found, strict=True)))


def _pairs(values: Array, seen: NDArray[np.bool_]) -> Array:
    """Those of the pairs that attend, evenly spread."""
    flat = values[seen]
    return np.asarray(flat[:: max(1, len(flat) // _PAIRS)])


def _fit(
    scores: Array, weights: Array, lengths: Array, activation: Callable[[Array], Array], biases: bool
) -> tuple[float, float, float]:
    """Least squares in c for each a and b of the grid; the best of them."""
    best, least = (1.0, 0.0, 1.0), np.inf
    for factor in _FACTORS:
        for bias in _BIASES if biases else (0.0,):
            made = activation(factor * scores + bias) * lengths
            gain = float(made @ weights / max(float(made @ made), np.finfo(float).tiny))
            error = float(np.square(weights - gain * made).sum())
            if gain > 0 and error < least:
                best, least = (float(factor), float(bias), gain), error
    return best
