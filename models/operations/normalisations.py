"""Softmax and normalisations, for training and for the clear rungs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.arrays import Array
from models.node import Node
from models.operations.forms import alike, along
from models.operations.operation import Carries, Factor, Operation


def seen_scores(node: Node, x: Array, keep: Array | None = None) -> Array:
    """The scores that a `softmax` reads, -∞ where it leaves a pair out."""
    left_out: NDArray[np.bool_] = np.asarray(node.arrays.get("mask", np.ones(x.shape[2:])) == 0)
    if keep is not None:
        tokens, block = x.shape[2:]
        absent = (keep[..., 0] == 0).reshape(len(x), 1, tokens // block, 1, block)
        per_query = np.broadcast_to(absent, (len(x), 1, tokens // block, block, block))
        left_out = left_out | per_query.reshape(len(x), 1, tokens, block)
    return np.where(left_out, -np.inf, x)


def _softmax(node: Node, x: Array, keep: Array | None = None) -> Array:
    scores = seen_scores(node, x, keep)
    largest = scores.max(axis=-1, keepdims=True)
    exponentials = np.exp(scores - np.where(np.isfinite(largest), largest, 0))
    # A query that may read no token reads nothing: its weights are 0, not undefined.
    total = exponentials.sum(axis=-1, keepdims=True)
    return np.asarray(exponentials / np.maximum(total, np.finfo(float).tiny))


def _batch_norm(node: Node, x: Array) -> Array:
    """At inference: the statistics of training, never those of this batch."""
    arrays = node.arrays
    scale = arrays["scale"] / np.sqrt(arrays["variance"] + node.attributes["epsilon"])
    return x * along(node, scale) + along(node, arrays["shift"] - arrays["mean"] * scale)


def _layer_norm(node: Node, x: Array) -> Array:
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)
    normal = centred / np.sqrt(variance + node.attributes["epsilon"])
    return np.asarray(normal * node.arrays["scale"] + node.arrays["shift"])


def _rms_norm(node: Node, x: Array) -> Array:
    square = (x**2).mean(axis=-1, keepdims=True)
    return np.asarray(x / np.sqrt(square + node.attributes["epsilon"]) * node.arrays["scale"])


OPERATIONS = (
    Operation(
        name="softmax",
        meaning="over the last axis, without pairs whose `mask [tokens, block]` is 0, and without the tokens "
        "at which feature 0 of a second operand `keep` is 0",
        inputs=(1, 2),
        result=lambda node, operands: operands[0],
        evaluate=_softmax,
        factor=Factor.FIXED,
        carries=Carries.NOTHING,
        factor_moves_to=None,
        polynomial=False,
    ),
    Operation(
        name="batch_norm",
        meaning="in training by the statistics of the batch, else the affine map of `scale`, `shift`, "
        "`mean`, `variance` and `epsilon`; `over` as in affine",
        inputs=(1,),
        attributes=("epsilon",),
        optional=("over",),
        arrays=("scale", "shift", "mean", "variance"),
        result=alike,
        evaluate=_batch_norm,
        factor=Factor.FIXED,
        carries=Carries.NOTHING,
        factor_moves_to=None,
        polynomial=False,
    ),
    Operation(
        name="layer_norm",
        meaning="x less its mean over features, over its standard deviation, with `scale`, `shift` and "
        "`epsilon`",
        inputs=(1,),
        attributes=("epsilon",),
        arrays=("scale", "shift"),
        result=alike,
        evaluate=_layer_norm,
        factor=Factor.FIXED,
        carries=Carries.NOTHING,
        factor_moves_to=None,
        polynomial=False,
        calibrated="variance",
    ),
    Operation(
        name="rms_norm",
        meaning="x over the root of the mean of its squares over features, with `scale` and `epsilon`",
        inputs=(1,),
        attributes=("epsilon",),
        arrays=("scale",),
        result=alike,
        evaluate=_rms_norm,
        factor=Factor.FIXED,
        carries=Carries.NOTHING,
        factor_moves_to=None,
        polynomial=False,
        calibrated="mean_square",
    ),
)
