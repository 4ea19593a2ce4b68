"""From a HE-friendly graph to a polynomial one: calibrate, substitute, fold, condition.

Nothing is trained and only training inputs are seen. Every activation costs exactly the levels of its
polynomial, because the factor that makes it monic disappears into the linear map before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from models.conditioning import condition
from models.errors import ModelError
from models.folding import fold
from models.graph import Array, Graph, Node
from models.polynomials import gelu_polynomial
from models.recipe import ConversionSettings
from models.reference import ranges


def to_polynomial(graph: Graph, inputs: Array, settings: ConversionSettings) -> Graph:
    """The polynomial graph, folded and conditioned, its weights rounded to float32.

    Args:
        graph: a HE-friendly graph, its only activation GELU.
        inputs: `[samples, tokens, features]`, training inputs.
        settings: degrees and margin.

    Raises:
        ModelError: an operation has no polynomial form here.
    """
    substituted = substitute(graph, inputs, settings)
    return round_weights(condition(fold(substituted), inputs, settings.value_size))


def substitute(graph: Graph, inputs: Array, settings: ConversionSettings) -> Graph:
    """Every GELU replaced by a factor and a monic polynomial, on the interval that the inputs call for."""
    refused = [name for name in graph.not_polynomial() if graph[name].operation != "gelu"]
    if refused:
        raise ModelError(
            f"graph {graph.name}: {', '.join(refused)} have no polynomial form; train the HE-friendly variant"
        )
    met = ranges(graph, inputs)
    nodes: list[Node] = []
    for node in graph:
        nodes += _polynomial(graph, node, met, settings) if node.operation == "gelu" else [node]
    return replace(graph, nodes=tuple(nodes))


def round_weights(graph: Graph) -> Graph:
    """Weights as a checkpoint stores them, in float32; coefficients of polynomials stay as they are."""
    return replace(
        graph,
        nodes=tuple(
            node
            if node.operation == "polynomial"
            else replace(
                node,
                arrays={k: v.astype(np.float32).astype(np.float64) for k, v in node.arrays.items()},
            )
            for node in graph
        ),
    )


def _polynomial(
    graph: Graph, node: Node, met: Mapping[str, tuple[float, float]], settings: ConversionSettings
) -> list[Node]:
    in_attention = any(reader.operation in ("mix", "scale") for reader in graph.consumers(node.name))
    degree = settings.attention_degree if in_attention else settings.mlp_degree
    bound = settings.margin * max(abs(value) for value in met[node.name])
    found = gelu_polynomial(bound, degree)
    factor = Node(f"{node.name}.variable", "scale", node.inputs, {"factor": found.scale}, layer=node.layer)
    attributes = {
        "basis": "power",
        "interval": list(found.interval),
        "function": "gelu",
        "bound": bound,
        "error": found.error,
    }
    arrays = {"coefficients": found.coefficients}
    return [factor, Node(node.name, "polynomial", (factor.name,), attributes, arrays, node.layer)]
