"""Multiplies chosen values of a graph by factors and corrects everything after them.

A factor travels with its value: through index maps unchanged, through products multiplied. Linear maps,
`affine` and `scale` take it in, and give their own result a factor if one is wished, as does the mask of a
`mix`. Polynomials need their input as it is and can give their result a factor, sums need one factor on both
sides, and the result of the graph has none; a wish that breaks this is not granted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from models.graph import Graph, Node
from models.operations import declared
from models.operations.operation import Factor

_EQUAL = 1e-12  # relative difference of factors that are the same but for rounding


def rescaled(graph: Graph, wishes: Iterable[Mapping[str, float]]) -> Graph:
    """The same function with values multiplied.

    Args:
        graph: a folded graph.
        wishes: each the positive factors of nodes that only serve together, granted or left out as a whole.
            Those of linear maps, of polynomials and of masked mixes can be granted.
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
    operation = declared(node.operation)
    if operation.factor in (Factor.GIVEN, Factor.FIXED) and not all(_same(factor, 1) for factor in operands):
        return None
    if wish is not None:
        return wish if operation.absorbs(node) else None
    match operation.factor:
        case Factor.ABSORBED | Factor.GIVEN | Factor.FIXED:
            return 1.0
        case Factor.PASSED:
            return operands[0]
        case Factor.MULTIPLIED:
            return math.prod(operands)
        case Factor.COMMON:
            return operands[0] if _same(*operands) else None


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=_EQUAL)


def _rescaled(node: Node, factors: Mapping[str, float]) -> Node:
    operation, result = declared(node.operation), factors[node.name]
    if operation.absorb is not None and operation.absorbs(node):
        return operation.absorb(node, math.prod(factors[name] for name in node.inputs), result)
    arrays = {
        name: array * result if name in operation.offsets else array for name, array in node.arrays.items()
    }
    return replace(node, arrays=arrays)
