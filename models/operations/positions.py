"""Rotary positions (Su et al. 2021): features of a head turned in pairs, by angles that grow by token."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import Array
from models.node import Node
from models.operations.forms import alike
from models.operations.operation import Carries, Factor, Operation, Value


def _misfit(node: Node, operands: Sequence[Value]) -> str | None:
    shape, turned = operands[0].shape, node.attributes["features"]
    wrong = [name for name in ("cosine", "sine") if node.arrays[name].shape != shape[1:]]
    if len(shape) != 3 or wrong or turned % 2 or turned > shape[-1]:
        return f"{turned} features cannot be turned by arrays that do not fit heads {list(shape)}"
    return None


def partners(features: int) -> list[int]:
    """The other feature of each pair: those of the first half meet those of the second."""
    half = features // 2
    return [*range(half, features), *range(half)]


def signed(node: Node) -> Array:
    """`[tokens, features per head]`: what the other feature of each pair is multiplied by."""
    sine = node.arrays["sine"].copy()
    sine[:, : node.attributes["features"] // 2] *= -1
    sine[:, node.attributes["features"] :] = 0
    return np.asarray(sine)


def _rotary(node: Node, x: Array) -> Array:
    turned = int(node.attributes["features"])
    other = x.copy()
    other[..., :turned] = x[..., partners(turned)]
    return np.asarray(x * node.arrays["cosine"] + other * signed(node))


OPERATIONS = (
    Operation(
        name="rotary",
        meaning="the first `features` features of each head turned in pairs, those of the first half with "
        "those of the second: (a, b) becomes (a·cosine - b·sine, b·cosine + a·sine) of `cosine` and `sine "
        "[tokens, features per head]`",
        inputs=(1,),
        attributes=("features",),
        arrays=("cosine", "sine"),
        result=alike,
        misfit=_misfit,
        evaluate=_rotary,
        factor=Factor.PASSED,
        carries=Carries.NOTHING,
        factor_moves_to=0,
        exact=True,
    ),
)
