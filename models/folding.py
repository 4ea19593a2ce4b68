"""Rewrites a graph into one of the same function that spends fewer levels.

Constant factors and per-feature maps disappear into linear maps, a linear map that reads a linear map becomes
one with it, and a linear map that follows a sum over tokens moves before it. A level is then spent only where
two encrypted values meet or features are really mixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from models.graph import Graph, Node
from models.reference import run

#: Operation → the operand into which a constant factor on its result may move instead.
_FACTOR_MOVES_TO = {"split_heads": 0, "merge_heads": 0, "scores": 0, "mix": 1}


def fold(graph: Graph) -> Graph:
    """The folded graph. Factors lose their names, so an output that is one is named by its source."""
    rules = (_factor_before_operation, _factor_to_other_operand, _as_linear, _sum_last, _composed)
    while changed := next((better for rule in rules if (better := rule(graph)) is not None), None):
        graph = changed
    return _reachable(graph)


def _factor_before_operation(graph: Graph) -> Graph | None:
    """Move one `scale` from the result of an operation to one of its operands, then on to its source."""
    for node in graph:
        if node.operation == "scale":
            source = graph[node.inputs[0]]
            operand = _FACTOR_MOVES_TO.get(source.operation)
            if operand is not None and _read_once(graph, source):
                moved = replace(node, inputs=(source.inputs[operand],))
                inputs = tuple(node.name if i == operand else name for i, name in enumerate(source.inputs))
                scaled = replace(source, inputs=inputs)
                replacements = {source.name: (moved, scaled), node.name: ()}
                return _rewritten(graph, replacements, {node.name: source.name})
    return None


def _factor_to_other_operand(graph: Graph) -> Graph | None:
    """Move one `scale` from the first operand of `mix`, which a polynomial makes, to the second."""
    for node in graph:
        if node.operation == "mix":
            factor = graph[node.inputs[0]]
            if factor.operation == "scale" and _read_once(graph, factor):
                moved = replace(factor, inputs=(node.inputs[1],))
                mixed = replace(node, inputs=(factor.inputs[0], factor.name))
                return _rewritten(graph, {factor.name: (), node.name: (moved, mixed)}, {})
    return None


def _as_linear(graph: Graph) -> Graph | None:
    """Write one `affine`, or `scale` of a value `[tokens, features]`, as a linear map of diagonal weight."""
    shapes = {name: value.shape[1:] for name, value in run(graph, _zeros(graph)).items()}
    for node in graph:
        width = shapes[node.name][-1]
        if node.operation == "affine":
            weight, bias = np.diag(node.arrays["scale"]), node.arrays["shift"]
        elif node.operation == "scale" and len(shapes[node.name]) == 2:
            weight, bias = np.eye(width) * node.attributes["factor"], np.zeros(width)
        else:
            continue
        arrays = {"weight": weight, "bias": bias}
        linear = replace(node, operation="linear", attributes={}, arrays=arrays)
        return _rewritten(graph, {node.name: (linear,)}, {})
    return None


def _sum_last(graph: Graph) -> Graph | None:
    """Put one linear map that reads a sum over tokens before that sum, so that the sum needs no mask."""
    for node in graph:
        if node.operation == "linear" and graph[node.inputs[0]].operation == "sum_tokens":
            total = graph[node.inputs[0]]
            bias = node.arrays["bias"].reshape(-1) / graph.input.attributes["tokens"]
            per_token = replace(
                node,
                name=f"{node.name}.per_token",
                inputs=total.inputs,
                arrays={"weight": node.arrays["weight"], "bias": bias},
            )
            summed = Node(node.name, "sum_tokens", (per_token.name,), layer=node.layer)
            return _rewritten(graph, {node.name: (per_token, summed)}, {})
    return None


def _composed(graph: Graph) -> Graph | None:
    """Make one linear map out of a linear map and the one whose result it reads, named after the fuller."""
    for node in graph:
        if node.operation == "linear" and graph[node.inputs[0]].operation == "linear":
            inner = graph[node.inputs[0]]
            weight = node.arrays["weight"] @ inner.arrays["weight"]
            bias = inner.arrays["bias"] @ node.arrays["weight"].T + node.arrays["bias"]
            arrays = {"weight": weight, "bias": bias}
            if _diagonal(node) and _read_once(graph, inner):
                linear = replace(inner, arrays=arrays)
                return _rewritten(graph, {inner.name: (linear,), node.name: ()}, {node.name: inner.name})
            linear = replace(node, inputs=inner.inputs, arrays=arrays)
            return _rewritten(graph, {node.name: (linear,)}, {})
    return None


def _reachable(graph: Graph) -> Graph:
    """Without the nodes that the output does not need."""
    needed = {graph.output, graph.input.name}
    for node in reversed(graph.nodes):
        if node.name in needed:
            needed.update(node.inputs)
    return replace(graph, nodes=tuple(node for node in graph if node.name in needed))


def _rewritten(graph: Graph, replacements: Mapping[str, Sequence[Node]], renamed: Mapping[str, str]) -> Graph:
    """Nodes exchanged for others in their place; the others read renamed values under their new names."""
    nodes: list[Node] = []
    for node in graph:
        if node.name in replacements:
            nodes += replacements[node.name]
        else:
            inputs = tuple(renamed.get(name, name) for name in node.inputs)
            nodes.append(replace(node, inputs=inputs))
    return replace(graph, nodes=tuple(nodes), output=renamed.get(graph.output, graph.output))


def _read_once(graph: Graph, node: Node) -> bool:
    return len(graph.consumers(node.name)) == 1 and graph.output != node.name


def _diagonal(linear: Node) -> bool:
    weight = linear.arrays["weight"]
    return weight.shape[0] == weight.shape[1] and np.array_equal(weight, np.diag(np.diag(weight)))


def _zeros(graph: Graph) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.zeros((1, graph.input.attributes["tokens"], graph.input.attributes["features"]))
