"""Chooses how large the values inside a folded graph are, without changing its function.

A refresh errs in proportion to the largest value it may meet, so what is refreshed should be of size 1 and
centred. The residual stream is centred per token and feature and scaled; queries and keys are made equally
large; the result of attention is scaled through its values. All of it disappears into weights and biases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from models.errors import ModelError
from models.graph import Array, Graph, Node
from models.reference import run


def condition(graph: Graph, inputs: Array, size: float) -> Graph:
    """The same function with inner values of at most about `size` on these inputs.

    Args:
        graph: a folded graph, whose residual additions are `add(stream, branch)`.
        inputs: `[samples, tokens, features]`, training inputs.
        size: largest magnitude wanted in the residual stream and in the result of attention.

    Raises:
        ModelError: the residual stream is made or read by other than linear maps and additions.
    """
    return _condition_attention(_condition_stream(graph, inputs, size), inputs, size)


def _condition_stream(graph: Graph, inputs: Array, size: float) -> Graph:
    """Replace every value x of the residual stream by factor·(x - mean over the inputs)."""
    additions = [node for node in graph if node.operation == "add"]
    if not additions:
        return graph
    stream = {node.name for node in additions} | {node.inputs[0] for node in additions}
    branches = {node.inputs[1] for node in additions}
    values = run(graph, inputs)
    means = {name: values[name].mean(axis=0) for name in stream}
    for node in additions:
        means[node.inputs[1]] = means[node.name] - means[node.inputs[0]]
    factor = size / max(float(np.abs(values[name] - means[name]).max()) for name in stream)
    nodes = []
    for node in graph:
        if node.operation == "add":
            nodes.append(node)
            continue
        if node.name in stream | branches:
            _require_linear(node)
            node = _mapped_result(node, factor, means[node.name])
        if stream & set(node.inputs):
            _require_linear(node)
            node = _mapped_operand(node, 1 / factor, means[node.inputs[0]])
        nodes.append(node)
    return replace(graph, nodes=tuple(nodes))


def _condition_attention(graph: Graph, inputs: Array, size: float) -> Graph:
    """Make queries and keys equally large, and the merged result of each attention of size `size`."""
    largest = {name: float(np.abs(value).max()) for name, value in run(graph, inputs).items()}
    factors: dict[str, float] = {}
    readers: dict[str, float] = {}
    for node in graph:
        if node.operation == "scores":
            q, k = (graph[name].inputs[0] for name in node.inputs)
            factors[q] = float(np.sqrt(largest[k] / largest[q]))
            factors[k] = 1 / factors[q]
        if node.operation == "merge_heads":
            mix = graph[node.inputs[0]]
            value = graph[mix.inputs[1]].inputs[0]
            factors[value] = size / largest[node.name]
            readers[node.name] = 1 / factors[value]
    return replace(graph, nodes=tuple(_scaled(node, factors, readers) for node in graph))


def _scaled(node: Node, factors: Mapping[str, float], readers: Mapping[str, float]) -> Node:
    if node.name in factors:
        _require_linear(node)
        node = _mapped_result(node, factors[node.name], np.zeros(1))
    source = next((name for name in node.inputs if name in readers), None)
    if source is not None:
        _require_linear(node)
        node = _mapped_operand(node, readers[source], np.zeros(1))
    return node


def _mapped_result(node: Node, factor: float, mean: Array) -> Node:
    """A linear map whose result is factor·(result - mean)."""
    weight, bias = node.arrays["weight"], node.arrays["bias"]
    return replace(node, arrays={"weight": factor * weight, "bias": factor * (bias - mean)})


def _mapped_operand(node: Node, factor: float, mean: Array) -> Node:
    """A linear map that reads x where it is given (x - mean)/factor."""
    weight, bias = node.arrays["weight"], node.arrays["bias"]
    shift = mean @ weight.T if mean.shape[-1] == weight.shape[-1] else 0.0
    return replace(node, arrays={"weight": factor * weight, "bias": bias + shift})


def _require_linear(node: Node) -> None:
    if node.operation != "linear":
        raise ModelError(
            f"node {node.name}: the residual stream and attention are scaled through linear maps, "
            f"not through {node.operation}; fold the graph first"
        )
