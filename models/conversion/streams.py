"""Residual streams: values that additions and index maps join, written by linear maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from models.conversion.statistics import Statistics
from models.graph import Array, Graph, Node
from models.operations import declared
from models.operations.operation import Carries

Stream = frozenset[str]


def residual_streams(graph: Graph) -> list[Stream]:
    """The streams that can be centred and scaled: linear maps alone write them, and none is the result."""
    groups: dict[str, set[str]] = {}
    for node in graph:
        group = {node.name}
        if _passes(node):
            group.update(*(groups[name] for name in node.inputs))
        groups.update(dict.fromkeys(group, group))
    streams = dict.fromkeys(map(frozenset, groups.values()))
    return [stream for stream in streams if _can_be_changed(graph, stream)]


def _can_be_changed(graph: Graph, stream: Stream) -> bool:
    nodes = [graph[name] for name in stream]
    written = all(node.operation == "linear" or _passes(node) for node in nodes)
    return written and any(node.operation == "add" for node in nodes) and graph.output not in stream


def _passes(node: Node) -> bool:
    """Whether a node passes a factor and a mean on, having no weights that could take them in."""
    return declared(node.operation).carries is not Carries.NOTHING


def spread(graph: Graph, stream: Stream, met: Statistics) -> float:
    """The largest distance from its mean of any value of a stream, what branches add to it apart."""
    added = {graph[name].inputs[1] for name in stream if graph[name].operation == "add"}
    return max(met.spread(name) for name in stream - added)


def centred(graph: Graph, streams: Sequence[Stream], means: Mapping[str, Array]) -> Graph:
    """The same function with every value x of the streams replaced by x - mean, which readers add again."""
    members = frozenset[str]().union(*streams)
    nodes: list[Node] = []
    for node in graph:
        inside = node.name in members
        if node.operation == "linear":
            nodes.append(_centred_linear(node, members, means))
        elif inside:
            nodes.append(node)
        else:
            inputs = tuple(_restored(name) if name in members else name for name in node.inputs)
            nodes.append(replace(node, inputs=inputs))
        if inside and any(
            reader.operation != "linear" and reader.name not in members
            for reader in graph.consumers(node.name)
        ):
            arrays = {"bias": means[node.name]}
            nodes.append(Node(_restored(node.name), "bias", (node.name,), arrays=arrays, layer=node.layer))
    return replace(graph, nodes=tuple(nodes))


def _restored(name: str) -> str:
    return f"{name}.restored"


def _centred_linear(node: Node, members: frozenset[str], means: Mapping[str, Array]) -> Node:
    weight, bias = node.arrays["weight"], node.arrays["bias"]
    if node.inputs[0] in members:
        bias = bias + means[node.inputs[0]] @ weight.T
    if node.name in members:
        bias = bias - means[node.name]
    return replace(node, arrays={"weight": weight, "bias": np.asarray(bias)})
