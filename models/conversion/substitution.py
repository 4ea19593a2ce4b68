"""Polynomials in place of what is none."""

from __future__ import annotations

from dataclasses import replace

from models.approximation.approximation import Approximation
from models.approximation.gelu import gelu
from models.approximation.relu import best_composite_relu, relu
from models.approximation.search import best
from models.approximation.silu import silu
from models.approximation.tanh import tanh
from models.conversion.calibration import Ranges
from models.conversion.division import reciprocal_nodes
from models.conversion.layer_norm import layer_norm_nodes, rms_norm_nodes
from models.conversion.pooling import mean_nodes, without_direction
from models.conversion.settings import CompositeRelu, ConversionSettings, DepthBudget
from models.conversion.stages import Chain, write_stages
from models.embedding import parted
from models.errors import ModelError
from models.graph import Graph, Node
from models.shapes import value_shapes

_ACTIVATIONS = {"gelu": gelu, "silu": silu, "relu": relu, "tanh": tanh}


def substitute(graph: Graph, ranges: Ranges, settings: ConversionSettings) -> Graph:
    """The graph with polynomials for its activations and norms over features, on intervals by the ranges.

    What the key owner computes in the clear stays as it is. A division by the answer's length falls away.

    Nothing is folded, so that the result can still be trained: it has the weights of the graph (and, where
    Newton steps follow a polynomial, LayerNorm's ε).

    Args:
        graph: a HE-friendly graph, trained.
        ranges: what `calibrate` found on training inputs.
        settings: degrees or depths, and margins.

    Raises:
        ModelError: an operation has no polynomial form, a range is missing, or the settings do not say how.
    """
    apart = parted(graph)
    graph = without_direction(apart.served)
    refused = [name for name in graph.not_polynomial() if graph[name].operation not in (*_REPLACED, _MEAN)]
    if refused:
        raise ModelError(
            f"graph {graph.name}: {', '.join(refused)} have no polynomial form; train the HE-friendly "
            "variant, and freeze its BatchNorm"
        )
    missing = [node.name for node in graph if node.operation in _REPLACED and node.name not in ranges]
    if missing:
        raise ModelError(
            f"graph {graph.name}: no range of {', '.join(missing)} is known; calibrate this graph"
        )
    sizes = value_shapes(graph.nodes)
    nodes: list[Node] = []
    for node in graph:
        if node.operation in _ACTIVATIONS:
            in_attention = len(sizes[node.name]) == 3
            degree = settings.attention_degree if in_attention else settings.mlp_degree
            nodes += _activation(node, ranges[node.name], settings, degree)
        elif node.operation == _DIVISION:
            nodes += reciprocal_nodes(node, ranges[node.name][1], settings)
        elif node.operation in _NORMS:
            nodes += _norm(node, ranges[node.name], settings)
        elif node.operation == _MEAN:
            nodes += mean_nodes(apart.served, node, sizes[node.inputs[0]][0])
        else:
            nodes.append(node)
    return apart.joined(replace(graph, nodes=tuple(nodes)))


_DIVISION = "reciprocal"
_NORMS = {"layer_norm": layer_norm_nodes, "rms_norm": rms_norm_nodes}
_REPLACED = (*_ACTIVATIONS, _DIVISION, *_NORMS)
_MEAN = "mean_tokens"


def _norm(node: Node, spread: tuple[float, float], settings: ConversionSettings) -> list[Node]:
    if settings.layer_norm is None:
        raise ModelError(
            f"node {node.name}: the conversion does not say how LayerNorm or RMSNorm becomes polynomial; "
            "give it `layer_norm: {depth: ...}` or `layer_norm: {error: ...}`"
        )
    return _NORMS[node.operation](node, spread, settings.layer_norm)


def _activation(
    node: Node, span: tuple[float, float], settings: ConversionSettings, degree: int | None
) -> list[Node]:
    """A factor, which folds into the linear map before it, and the polynomial of the scaled variable."""
    bound = settings.margin * max(abs(end) for end in span)
    if bound == 0:
        raise ModelError(f"node {node.name} met no input but 0; calibrate on real inputs")
    found = _approximation(node.operation, bound, settings, degree)
    chain = Chain(node)
    variable = chain.add("variable", "scale", *node.inputs, factor=found.factor)
    write_stages(chain, "", variable, found)
    return chain.nodes


def _approximation(
    function: str, bound: float, settings: ConversionSettings, degree: int | None
) -> Approximation:
    if function == "relu" and isinstance(settings.relu, CompositeRelu):
        return best_composite_relu(bound, settings.relu.depth)
    if settings.depth_budget is not None:
        return _within(function, bound, settings.depth_budget)
    assert degree is not None  # the settings have both degrees where they have no budget
    return _ACTIVATIONS[function](bound, degree)


def _within(function: str, bound: float, budget: DepthBudget) -> Approximation:
    """The shallowest polynomial that reaches the budget's error, or the nearest of its depth."""
    nearest = best(function, (-bound, bound), depth=budget.depth)
    if nearest.error > budget.error:
        return nearest
    return best(function, (-bound, bound), error=budget.error)
