"""Folding rules around the activation of scores.

Before it are factors, an affine map per head and constants that are added (relative positions); the factors
move into the queries, and one constant is left, which takes no level. After it are factors and masks: the
factors move into the values, and the masks become the mix's own. Those that sums over keys meet become the
sums' own, as do factors of the sums.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.conversion.rewriting import Rewriting
from models.graph import Array, Node


def _head_map_before_constant(graph: Rewriting) -> Rewriting | None:
    """Write one affine map per head as a factor per head and a constant that is added after it."""
    for node in graph:
        if _is_head_map(node) and np.any(node.arrays["shift"]):
            shift = node.arrays["shift"]
            factor = replace(
                node, name=f"{node.name}.factor", arrays={**node.arrays, "shift": np.zeros_like(shift)}
            )
            constant = Node(
                node.name, "bias", (factor.name,), arrays={"bias": shift[:, None, None]}, layer=node.layer
            )
            return graph.rewritten({node.name: (factor, constant)})
    return None


def _head_factor_upstream(graph: Rewriting) -> Rewriting | None:
    """Move one factor per head before a constant or a mask, or from scores into the queries."""
    for node in graph:
        if not _is_head_map(node) or np.any(node.arrays["shift"]):
            continue
        source = graph[node.inputs[0]]
        if not graph.read_once(source.name):
            continue
        if source.operation in ("bias", "mask"):
            return _before_constant(graph, node, source)
        if source.operation == "scores" and _has_own_queries(graph, source):
            return _into_queries(graph, node, source)
    return None


def _before_constant(graph: Rewriting, node: Node, source: Node) -> Rewriting:
    moved = replace(node, inputs=source.inputs)
    arrays = dict(source.arrays)
    if source.operation == "bias":
        arrays["bias"] = node.arrays["scale"][:, None, None] * arrays["bias"]
    mapped = replace(source, inputs=(moved.name,), arrays=arrays)
    return graph.rewritten({source.name: (moved, mapped), node.name: ()}, {node.name: source.name})


def _has_own_queries(graph: Rewriting, scores: Node) -> bool:
    heads = _heads(graph, scores)
    return heads.operation == "split_heads" and graph.read_once(heads.name)


def _heads(graph: Rewriting, scores: Node) -> Node:
    """Where the heads of queries begin, before their positions turn them: all features of a head alike."""
    first = graph[scores.inputs[0]]
    return graph[first.inputs[0]] if first.operation == "rotary" and graph.read_once(first.name) else first


def _into_queries(graph: Rewriting, node: Node, scores: Node) -> Rewriting:
    heads = _heads(graph, scores)
    width = graph.shapes[heads.name][-1]
    scale = np.repeat(node.arrays["scale"], width)
    affine = Node(
        f"{node.name}.queries",
        "affine",
        heads.inputs,
        arrays={"scale": scale, "shift": np.zeros_like(scale)},
        layer=node.layer,
    )
    replacements = {heads.name: (affine, replace(heads, inputs=(affine.name,))), node.name: ()}
    return graph.rewritten(replacements, {node.name: scores.name})


def _one_constant(graph: Rewriting) -> Rewriting | None:
    """Add two constants at once."""
    for node in graph:
        source = graph[node.inputs[0]] if node.operation == "bias" else None
        if source is not None and source.operation == "bias" and graph.read_once(source.name):
            total, repeat = _sum_of_constants(source, node)
            attributes = {"repeat": repeat} if repeat > 1 else {}
            summed = replace(source, arrays={"bias": total}, attributes=attributes)
            return graph.rewritten({source.name: (summed,), node.name: ()}, {node.name: source.name})
    return None


def _sum_of_constants(a: Node, b: Node) -> tuple[Array, int]:
    """The sum of what two `bias` nodes add, and how often it is repeated along the tokens."""
    arrays = [node.arrays["bias"] for node in (a, b)]
    repeats = [int(node.attributes.get("repeat", 1)) for node in (a, b)]
    if repeats[0] != repeats[1] and all(array.ndim > 1 and array.shape[-2] > 1 for array in arrays):
        arrays = [np.tile(array, (repeat, 1)) for array, repeat in zip(arrays, repeats, strict=True)]
        repeats = [1, 1]
    return np.asarray(arrays[0] + arrays[1]), max(repeats)


def _one_mask(graph: Rewriting) -> Rewriting | None:
    """Make one mask of two, or one mask that a mix or a sum over keys reads its own."""
    for node in graph:
        source = graph[node.inputs[0]] if node.operation in ("mask", "mix", "sum_keys") else None
        if source is not None and source.operation == "mask":
            mask = source.arrays["mask"] * node.arrays.get("mask", 1.0)
            inputs = (source.inputs[0], *node.inputs[1:])
            return graph.rewritten({node.name: (replace(node, inputs=inputs, arrays={"mask": mask}),)})
    return None


def _factor_of_sums(graph: Rewriting) -> Rewriting | None:
    """Make a factor of sums over keys, or of what they sum up, part of the mask of these sums."""
    for node in graph:
        source = graph[node.inputs[0]] if node.operation in ("scale", "sum_keys") else None
        if source is None or {node.operation, source.operation} != {"scale", "sum_keys"}:
            continue
        if node.operation == "sum_keys":
            scaled = _scaled_sums(node, source.attributes["factor"])
            inputs = (source.inputs[0], *node.inputs[1:])
            return graph.rewritten({node.name: (replace(scaled, inputs=inputs),)})
        if graph.read_once(source.name):
            scaled = _scaled_sums(source, node.attributes["factor"])
            return graph.rewritten({source.name: (scaled,), node.name: ()}, {node.name: source.name})
    return None


def _scaled_sums(sums: Node, factor: float) -> Node:
    return replace(sums, arrays={"mask": sums.arrays.get("mask", np.ones((1, 1))) * factor})


def _is_head_map(node: Node) -> bool:
    return node.operation == "affine" and node.over_heads


RULES = (_head_map_before_constant, _head_factor_upstream, _one_constant, _one_mask, _factor_of_sums)
