"""Rewrites a graph into one of the same function that spends fewer levels.

Constant factors and per-feature maps disappear into linear maps, a linear map that reads a linear map becomes
one, and what follows a sum over tokens moves before it. So a level is spent where two encrypted values meet or
where features are really mixed, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.graph import Array, Graph, Node

#: What a linear map commutes with nothing but its own kind for: values of shape `[tokens, features]`.
_HEAD_SHAPED = ("split_heads", "scores", "mix")
#: The operand into which a constant factor on the result may move.
_FACTOR_MOVES_TO = {"split_heads": 0, "merge_heads": 0, "scores": 0, "mix": 1}

Step = Callable[[Graph], "Graph | None"]


def fold(graph: Graph) -> Graph:
    """The folded graph; its values at polynomials, residual additions and the output are unchanged."""
    for step in (_move_factor, _as_linear, _sum_last, _compose):
        while (changed := step(graph)) is not None:
            graph = changed
    return _reachable(graph)


def compose(outer: Node, inner: Node) -> Node:
    """One linear map for `outer` after `inner`."""
    weight = outer.arrays["weight"] @ inner.arrays["weight"]
    bias = inner.arrays["bias"] @ outer.arrays["weight"].T + outer.arrays["bias"]
    return replace(outer, inputs=inner.inputs, arrays={"weight": weight, "bias": bias})


def _move_factor(graph: Graph) -> Graph | None:
    """Move one `scale` upstream past an operation that it commutes with, if there is one such."""
    for node in graph:
        if node.operation == "mix" and graph[node.inputs[0]].operation == "scale":
            factor = graph[node.inputs[0]]
            if len(graph.consumers(factor.name)) == 1:
                moved = replace(factor, inputs=(node.inputs[1],))
                mixed = replace(node, inputs=(factor.inputs[0], factor.name))
                return _rewritten(graph, {factor.name: [], node.name: [moved, mixed]})
        if node.operation == "scale":
            source = graph[node.inputs[0]]
            operand = _FACTOR_MOVES_TO.get(source.operation)
            if operand is not None and len(graph.consumers(source.name)) == 1 and graph.output != source.name:
                moved = replace(node, inputs=(source.inputs[operand],))
                inputs = tuple(node.name if i == operand else name for i, name in enumerate(source.inputs))
                scaled = replace(source, inputs=inputs)
                return _rewritten(
                    graph, {source.name: [moved, scaled], node.name: []}, {node.name: source.name}
                )
    return None
