"""Multiplies chosen values of a graph by factors and corrects everything after them.

A factor travels with its value: through index maps unchanged, through products multiplied. Linear maps,
`affine` and `scale` take it in, and give their own result a factor if one is wished, as does the mask of a
`mix`. Polynomials need their input as it is, sums need one factor on both sides, and the result of the graph
has none; a wish that breaks this is not granted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from models.graph import Array, Graph, Node

#: Operations whose arrays take in the factor of their input and give their result another.
_ABSORBING = ("linear", "affine", "scale")
_PASSING = (
    "bias",
    "gather_tokens",
    "mask",
    "merge_heads",
    "merge_tokens",
    "split_heads",
    "sum_features",
    "sum_tokens",
)
_PRODUCTS = ("mix", "multiply", "scores")

_EQUAL = 1e-12  # relative difference of factors that are the same but for rounding


def rescaled(graph: Graph, wishes: Iterable[Mapping[str, float]]) -> Graph:
    """The same function with values multiplied.

    Args:
        graph: a folded graph.
        wishes: each the positive factors of nodes that only serve together, granted or left out as a whole.
            Those of linear maps and of masked mixes can be granted.
    """
    granted: dict[str, float] = {}
    for wish in wishes:
        together = granted | dict(wish)
        if not granted.keys() & wish.keys() and _factors(graph, together) is not None:
            granted = together
    factors = _factors(graph, granted)
    assert factors is not None  # without wishes all factors are 1, and every wish was tried
    return replace(graph, nodes=tuple(_rescaled(node, factors) for node in graph))


def _factors(graph: Graph, wished: Mapping[str, float]) -> dict[str, float] | None:
    """Every value's factor, None where the wishes contradict an operation."""
    factors: dict[str, float] = {}
    for node in graph:
        factor = _result_factor(node, [factors[name] for name in node.inputs], wished.get(node.name))
        if factor is None:
            return None
        factors[node.name] = factor
    return factors if _same(factors[graph.output], 1) else None


def _result_factor(node: Node, operands: list[float], wish: float | None) -> float | None:
    if node.operation in _ABSORBING:
        return 1.0 if wish is None else wish
    if wish is not None:
        return wish if node.operation == "mix" and "mask" in node.arrays else None
    if node.operation in _PASSING:
        return operands[0]
    if node.operation in _PRODUCTS:
        return math.prod(operands)
    if node.operation == "add":
        return operands[0] if _same(*operands) else None
    return 1.0 if all(_same(factor, 1) for factor in operands) else None


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=_EQUAL)


def _rescaled(node: Node, factors: Mapping[str, float]) -> Node:
    result = factors[node.name]
    if node.operation == "scale":
        factor = node.attributes["factor"] * result / factors[node.inputs[0]]
        return replace(node, attributes={**node.attributes, "factor": factor})
    arrays: dict[str, Array] = dict(node.arrays)
    if node.operation == "mix" and "mask" in arrays:
        arrays["mask"] = arrays["mask"] * (result / math.prod(factors[name] for name in node.inputs))
    for name in ("weight", "scale"):
        if name in arrays:
            arrays[name] = arrays[name] * (result / factors[node.inputs[0]])
    for name in ("bias", "shift"):
        if name in arrays:
            arrays[name] = arrays[name] * result
    return replace(node, arrays=arrays)
