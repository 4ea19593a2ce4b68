"""Results that several operations share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import Array
from models.node import Node
from models.operations.operation import Form, Value


def alike(node: Node, operands: Sequence[Value]) -> Value:
    """The operands' own: one whose features are all equal meets any other as it is."""
    return next((one for one in operands if one.form is not Form.REPLICATED), operands[0])


def unless_constants_differ(node: Node, operands: Sequence[Value]) -> Value:
    """The operand's, but where constants make features different that were equal."""
    form, shape = operands[0]
    if form is Form.REPLICATED and not all(_uniform(array) for array in node.arrays.values()):
        form = Form.FEATURES
    return Value(form, shape)


def along(node: Node, vector: Array) -> Array:
    """A vector over features as it is; one over heads so that it meets scores."""
    return vector[:, None, None] if node.over_heads else vector


def _uniform(array: Array) -> bool:
    """Whether a constant is the same for all features."""
    return bool(np.all(array == array[..., :1])) if array.ndim else True
