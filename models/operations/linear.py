"""The input, and maps that mix the features of a token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.arrays import Array
from models.node import Node
from models.operations.operation import Carries, Factor, Form, Operation, Value


def _input(node: Node, operands: Sequence[Value]) -> Value:
    return Value(Form.FEATURES, (node.attributes["tokens"], node.attributes["features"]))


def _mapped(node: Node, operands: Sequence[Value]) -> Value:
    return Value(Form.FEATURES, (operands[0].shape[0], len(node.arrays["weight"])))


def _linear(node: Node, x: Array) -> Array:
    weight, bias = node.arrays["weight"], node.arrays["bias"]
    if np.issubdtype(x.dtype, np.integer):
        rows = np.vstack([weight.T, np.zeros(len(weight))])  # the last row answers for -1
        return np.asarray(rows[x] + bias)
    # one product for all samples: of a stack of matrices numpy makes as many products
    product = x.reshape(-1, x.shape[-1]) @ weight.T
    return np.asarray(product.reshape(*x.shape[:-1], len(weight)) + bias)


def chosen(node: Node) -> slice:
    """Which features `take_features` takes."""
    return slice(node.attributes["start"], node.attributes["start"] + node.attributes["features"])


def taking(node: Node, features: int) -> Node:
    """A `take_features` of a value of so many features as a linear map."""
    arrays = {"weight": np.eye(features)[chosen(node)], "bias": np.zeros(node.attributes["features"])}
    return replace(node, operation="linear", attributes={}, arrays=arrays)


def _beyond(node: Node, features: int) -> str | None:
    last = chosen(node).stop
    return f"feature {last - 1} is none of {features}, counted from 0" if last > features else None


def _uneven(operands: Sequence[Value]) -> str | None:
    shapes = [operand.shape for operand in operands]
    alike = all(len(shape) == 2 for shape in shapes) and len({shape[0] for shape in shapes}) == 1
    return None if alike else f"values of {' and '.join(map(str, shapes))} do not lie side by side"


def _linear_misfit(node: Node, operands: Sequence[Value]) -> str | None:
    weight, bias = node.arrays["weight"].shape, node.arrays["bias"].shape
    tokens, features = operands[0].shape
    if len(weight) != 2 or weight[1] != features or bias not in ((weight[0],), (tokens, weight[0])):
        return (
            f"weight {list(weight)} and bias {list(bias)} do not fit {tokens} tokens of {features} features"
        )
    return None


def _absorb(node: Node, operand: float, result: float) -> Node:
    weight, bias = node.arrays["weight"], node.arrays["bias"]
    return replace(node, arrays={"weight": weight * (result / operand), "bias": bias * result})


def _side_by_side(node: Node, operands: Sequence[Value]) -> Value:
    return Value(Form.FEATURES, (operands[0].shape[0], sum(operand.shape[1] for operand in operands)))


def _replicated(node: Node, operands: Sequence[Value]) -> Value:
    return Value(Form.REPLICATED, (operands[0].shape[0], int(node.attributes["features"])))


def _sum_features(node: Node, x: Array) -> Array:
    one_hot = np.issubdtype(x.dtype, np.integer)
    total = (x >= 0)[..., None].astype(float) if one_hot else x.sum(axis=-1, keepdims=True)
    return np.repeat(total, int(node.attributes["features"]), axis=-1)


OPERATIONS = (
    Operation(
        name="input",
        meaning="the encrypted input of `tokens` and `features`; with `one_hot`, every token is one of "
        "`features` symbols and may be given by its number, -1 for none",
        inputs=(0,),
        attributes=("tokens", "features"),
        optional=("one_hot",),
        result=_input,
        evaluate=lambda node, samples: samples,
        factor=Factor.FIXED,
        carries=Carries.NOTHING,
        factor_moves_to=None,
    ),
    Operation(
        name="encrypt",
        meaning="values side by side over features, which the key owner computes in the clear and encrypts",
        inputs=(1, 2),
        result=_side_by_side,
        misfit=lambda node, operands: _uneven(operands),
        evaluate=lambda node, *values: np.concatenate(values, axis=-1),
        factor=Factor.FIXED,
        carries=Carries.NOTHING,
        factor_moves_to=None,
        polynomial=False,
    ),
    Operation(
        name="linear",
        meaning="x·weightᵀ + bias, with `weight [out, in]` and `bias [out]` or `[tokens, out]`",
        inputs=(1,),
        arrays=("weight", "bias"),
        result=_mapped,
        misfit=_linear_misfit,
        evaluate=_linear,
        factor=Factor.ABSORBED,
        absorb=_absorb,
        offsets=("bias",),
        carries=Carries.NOTHING,
        factor_moves_to=None,
    ),
    Operation(
        name="take_features",
        meaning="`features` features of x, from `start` on",
        inputs=(1,),
        attributes=("start", "features"),
        misfit=lambda node, operands: _beyond(node, operands[0].shape[1]),
        result=lambda node, operands: Value(
            Form.FEATURES, (operands[0].shape[0], node.attributes["features"])
        ),
        evaluate=lambda node, x: x[..., chosen(node)],
        factor=Factor.PASSED,
        carries=Carries.NOTHING,
        factor_moves_to=None,
    ),
    Operation(
        name="sum_features",
        meaning="the sum over features, at each of `features` features of the result",
        inputs=(1,),
        attributes=("features",),
        result=_replicated,
        evaluate=_sum_features,
        factor=Factor.PASSED,
        carries=Carries.NOTHING,
        factor_moves_to=None,
    ),
)
