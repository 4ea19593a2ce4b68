"""What makes one answer of all tokens, for training and for the clear rungs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import Array
from models.node import Node
from models.operations.forms import alike
from models.operations.operation import Carries, Factor, Form, Operation, Value

#: Where a vector is shorter than this, it is divided by this, as torch does.
SHORTEST = 1e-12


def _mean_tokens(node: Node, x: Array, keep: Array) -> Array:
    real = (keep[..., :1] != 0).astype(np.float64)
    return np.asarray((x * real).sum(axis=1, keepdims=True) / np.maximum(real.sum(axis=1, keepdims=True), 1))


def _unit_norm(node: Node, x: Array) -> Array:
    return np.asarray(x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), SHORTEST))


def _one_token(node: Node, operands: Sequence[Value]) -> Value:
    return Value(Form.FEATURES, (1, operands[0].shape[1]))


OPERATIONS = (
    Operation(
        name="mean_tokens",
        meaning="the mean over the tokens at which feature 0 of a second operand `keep` is not 0, "
        "`[1, features]`",
        inputs=(2,),
        result=_one_token,
        evaluate=_mean_tokens,
        factor=Factor.FIXED,
        carries=Carries.NOTHING,
        factor_moves_to=None,
        polynomial=False,
    ),
    Operation(
        name="unit_norm",
        meaning="the features of each token over their Euclidean norm",
        inputs=(1,),
        result=alike,
        evaluate=_unit_norm,
        factor=Factor.FIXED,
        carries=Carries.NOTHING,
        factor_moves_to=None,
        polynomial=False,
    ),
)
