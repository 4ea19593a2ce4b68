"""Folding rules for the mean over features that LayerNorm subtracts.

Every reader of a pre-norm residual stream is a LayerNorm, which subtracts that mean first. So what writes the
stream may subtract it from its own part: the stream then has none, and the function is the same. Where
something else reads the stream (for instance, merging sets several tokens side by side that each have a mean
of their own), the subtraction stays, as a linear map.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.conversion.rewriting import Rewriting
from models.graph import Array, Node
from models.operations import declared
from models.operations.operation import Carries


def _centred_stream(graph: Rewriting) -> Rewriting | None:
    """Let the writers of one stream subtract the mean where every reader does."""
    for node in graph:
        if (source := _centred_value(graph, node)) is not None:
            stream = _stream(graph, source)
            if stream is not None:
                return _with_centred_writers(graph, stream)
    return None


def _subtraction(graph: Rewriting) -> Rewriting | None:
    """Write one subtraction of the mean as a linear map."""
    for node in graph:
        if (source := _centred_value(graph, node)) is not None:
            width = graph.shapes[source][-1]
            arrays = {"weight": _projection(width), "bias": np.zeros(width)}
            linear = Node(node.name, "linear", (source,), arrays=arrays, layer=node.layer)
            return graph.rewritten({node.name: (linear,)})
    return None


def _centred_value(graph: Rewriting, node: Node) -> str | None:
    """The value x of a node x + factor·sum(x) that is x less its mean."""
    if node.operation != "add":
        return None
    source, scaled = node.inputs[0], graph[node.inputs[1]]
    if scaled.operation != "scale" or graph[scaled.inputs[0]].operation != "sum_features":
        return None
    is_mean = bool(np.isclose(scaled.attributes["factor"] * graph.shapes[source][-1], -1, rtol=1e-12))
    return source if is_mean and graph[scaled.inputs[0]].inputs == (source,) else None


def _stream(graph: Rewriting, start: str) -> set[str] | None:
    """The values of the stream to which one belongs, if linear maps write it and only LayerNorms read it."""
    stream: set[str] = set()
    found = [start]
    while found:
        name = found.pop()
        if name in stream:
            continue
        stream.add(name)
        node = graph[name]
        if name == graph.output or not (node.operation == "linear" or _passes(node)):
            return None
        if _passes(node):
            found += node.inputs
        for reader in graph.consumers(name):
            if reader.operation == "sum_features":
                if not _only_centres(graph, reader):
                    return None
            elif _centred_value(graph, reader) != name:
                if not _passes(reader):
                    return None
                found.append(reader.name)
    return stream


def _passes(node: Node) -> bool:
    """Whether a stream goes through a node and every token keeps its own mean."""
    return declared(node.operation).carries is Carries.TOKENS


def _only_centres(graph: Rewriting, total: Node) -> bool:
    """Whether a sum serves to subtract the mean and nothing else."""
    return total.name != graph.output and all(
        scaled.name != graph.output
        and graph.consumers(scaled.name)
        and all(_centred_value(graph, reader) == total.inputs[0] for reader in graph.consumers(scaled.name))
        for scaled in graph.consumers(total.name)
    )


def _with_centred_writers(graph: Rewriting, stream: set[str]) -> Rewriting:
    writers = {name: (_centred_writer(graph[name]),) for name in stream if graph[name].operation == "linear"}
    subtractions = {
        reader.name: name
        for name in stream
        for reader in graph.consumers(name)
        if _centred_value(graph, reader) == name
    }
    return graph.rewritten(writers).rewritten(dict.fromkeys(subtractions, ()), subtractions)


def _centred_writer(linear: Node) -> Node:
    weight, bias = linear.arrays["weight"], linear.arrays["bias"]
    projection = _projection(len(weight))
    return replace(linear, arrays={"weight": projection @ weight, "bias": bias @ projection})


def _projection(width: int) -> Array:
    """What subtracts the mean over features: I - 11ᵀ/width."""
    return np.eye(width) - 1 / width


RULES = (_centred_stream, _subtraction)
