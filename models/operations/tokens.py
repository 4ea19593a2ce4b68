"""Sums, choices and merges of tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import Array
from models.node import Node
from models.operations.operation import Carries, Factor, Form, Operation, Value


def _with_tokens(tokens: int, x: Value) -> Value:
    return Value(x.form, (tokens, x.shape[1]))


def _beyond(token: int, operand: Value) -> str | None:
    tokens = operand.shape[0]
    return f"token {token} is none of {tokens}, counted from 0" if token >= tokens else None


def _merged_value(node: Node, operands: Sequence[Value]) -> Value:
    groups = node.attributes["groups"]
    return Value(Form.FEATURES, (len(groups), len(groups[0]) * operands[0].shape[1]))


def _merge_tokens(node: Node, x: Array) -> Array:
    groups = np.asarray(node.attributes["groups"])
    return x[:, groups].reshape(len(x), len(groups), -1)


OPERATIONS = (
    Operation(
        name="sum_tokens",
        meaning="the sum over tokens, `[1, features]`",
        inputs=(1,),
        result=lambda node, operands: _with_tokens(1, operands[0]),
        evaluate=lambda node, x: x.sum(axis=1, keepdims=True),
        factor=Factor.PASSED,
        carries=Carries.NOTHING,
        factor_moves_to=None,
    ),
    Operation(
        name="gather_tokens",
        meaning="token i of the result is token `order[i]` of x",
        inputs=(1,),
        attributes=("order",),
        misfit=lambda node, operands: _beyond(max(node.attributes["order"]), operands[0]),
        result=lambda node, operands: _with_tokens(len(node.attributes["order"]), operands[0]),
        evaluate=lambda node, x: x[:, np.asarray(node.attributes["order"])],
        factor=Factor.PASSED,
        carries=Carries.TOKENS,
        factor_moves_to=None,
    ),
    Operation(
        name="merge_tokens",
        meaning="token i of the result is the tokens `groups[i]` of x, their features side by side",
        inputs=(1,),
        attributes=("groups",),
        misfit=lambda node, operands: _beyond(max(map(max, node.attributes["groups"])), operands[0]),
        result=_merged_value,
        evaluate=_merge_tokens,
        factor=Factor.PASSED,
        carries=Carries.VALUES,
        factor_moves_to=None,
    ),
)
