"""Folding rules that make one linear map out of several, and out of what is linear per feature."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.conversion.rewriting import Rewriting
from models.graph import Array, Node
from models.operations.linear import taking
from models.operations.operation import Form
from models.reference import evaluate


def _as_linear(graph: Rewriting) -> Rewriting | None:
    """Write one `affine`, `take_features`, or `scale` of a value `[tokens, features]`, as a linear map."""
    for node in graph:
        if node.operation == "take_features":
            taken = taking(node, graph.shapes[node.inputs[0]][-1])
            return graph.rewritten({node.name: (taken,)})
        width = graph.shapes[node.name][-1]
        if node.operation == "affine" and not node.over_heads:
            weight, bias = np.diag(node.arrays["scale"]), node.arrays["shift"]
        elif node.operation == "scale" and _features_differ(graph, node):
            weight, bias = np.eye(width) * node.attributes["factor"], np.zeros(width)
        else:
            continue
        arrays = {"weight": weight, "bias": bias}
        return graph.rewritten(
            {node.name: (replace(node, operation="linear", attributes={}, arrays=arrays),)}
        )
    return None


def _features_differ(graph: Rewriting, node: Node) -> bool:
    """Whether a value has features that differ: neither scores nor one sum at every feature."""
    return graph.values[node.name].form is Form.FEATURES


def _constant_into_linear(graph: Rewriting) -> Rewriting | None:
    """Let one linear map before or after a `bias` over features add it."""
    for node in graph:
        source = graph[node.inputs[0]] if node.inputs else node
        if (node.operation, source.operation) == ("bias", "linear") and graph.read_once(source.name):
            arrays = {**source.arrays, "bias": source.arrays["bias"] + _added(graph, node)}
            linear = replace(source, arrays=arrays)
            return graph.rewritten({source.name: (linear,), node.name: ()}, {node.name: source.name})
        if (node.operation, source.operation) == ("linear", "bias"):
            added = _added(graph, source) @ node.arrays["weight"].T
            arrays = {**node.arrays, "bias": node.arrays["bias"] + added}
            return graph.rewritten({node.name: (replace(node, inputs=source.inputs, arrays=arrays),)})
    return None


def _added(graph: Rewriting, constant: Node) -> Array:
    """What a `bias` adds to every token, `[features]`, or to each its own, `[tokens, features]`."""
    tokens, features = graph.shapes[constant.name]
    bias = constant.arrays["bias"]
    rows = np.broadcast_to(bias, (tokens if bias.ndim > 1 and len(bias) > 1 else 1, features))
    return rows if len(rows) > 1 else rows[0]


def _sum_last(graph: Rewriting) -> Rewriting | None:
    """Put one linear map that reads a sum over tokens before that sum, so that the sum needs no mask."""
    for node in graph:
        if node.operation == "linear" and graph[node.inputs[0]].operation == "sum_tokens":
            total = graph[node.inputs[0]]
            tokens = graph.shapes[total.inputs[0]][0]
            arrays = {"weight": node.arrays["weight"], "bias": node.arrays["bias"].reshape(-1) / tokens}
            per_token = replace(node, name=f"{node.name}.per_token", inputs=total.inputs, arrays=arrays)
            summed = Node(node.name, "sum_tokens", (per_token.name,), layer=node.layer)
            return graph.rewritten({node.name: (per_token, summed)})
    return None


def _composed(graph: Rewriting) -> Rewriting | None:
    """Make one linear map out of a linear map and the one whose result it reads, named after the fuller.

    The embedding of symbols is not repeated for every reader: it is the largest map of all.
    """
    for node in graph:
        if node.operation != "linear" or graph[node.inputs[0]].operation != "linear":
            continue
        inner = graph[node.inputs[0]]
        alone = graph.read_once(inner.name)
        if not alone and graph[inner.inputs[0]].attributes.get("one_hot"):
            continue
        weight = node.arrays["weight"] @ inner.arrays["weight"]
        bias = inner.arrays["bias"] @ node.arrays["weight"].T + node.arrays["bias"]
        arrays = {"weight": weight, "bias": bias}
        if alone and _diagonal(node):
            linear = replace(inner, arrays=arrays)
            return graph.rewritten({inner.name: (linear,), node.name: ()}, {node.name: inner.name})
        return graph.rewritten({node.name: (replace(node, inputs=inner.inputs, arrays=arrays),)})
    return None


def _after_index_map(graph: Rewriting) -> Rewriting | None:
    """Move one linear map from before a choice or merging of tokens to where linear maps read the result."""
    for node in graph:
        if node.operation not in ("gather_tokens", "merge_tokens"):
            continue
        inner, readers = graph[node.inputs[0]], graph.consumers(node.name)
        if inner.operation != "linear" or any(reader.operation != "linear" for reader in readers):
            continue
        if graph[inner.inputs[0]].attributes.get("one_hot"):
            continue  # symbols' numbers cannot be merged
        if not readers or (not _diagonal(inner) and not graph.read_once(inner.name)):
            continue
        source = replace(node, name=f"{node.name}.source", inputs=inner.inputs)
        arrays = {"weight": _beside(node, inner.arrays["weight"]), "bias": _mapped_bias(graph, node, inner)}
        linear = Node(node.name, "linear", (source.name,), arrays=arrays, layer=inner.layer)
        return graph.rewritten({node.name: (source, linear)})
    return None


def _beside(node: Node, weight: Array) -> Array:
    """The weight once for every token of those side by side in the result."""
    if node.operation == "gather_tokens":
        return weight
    return np.asarray(np.kron(np.eye(len(node.attributes["groups"][0])), weight), np.float64)


def _mapped_bias(graph: Rewriting, node: Node, inner: Node) -> Array:
    """The bias as the index map arranges it."""
    bias = inner.arrays["bias"]
    if bias.ndim == 1:
        return bias if node.operation == "gather_tokens" else np.tile(bias, len(node.attributes["groups"][0]))
    return np.asarray(evaluate(node, [bias[None]])[0])


def _diagonal(linear: Node) -> bool:
    weight = linear.arrays["weight"]
    square = weight.shape[0] == weight.shape[1]
    return bool(square and np.array_equal(weight, np.diag(np.diag(weight))))


RULES = (_as_linear, _constant_into_linear, _sum_last, _composed, _after_index_map)
