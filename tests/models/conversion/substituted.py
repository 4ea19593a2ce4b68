"""Small models of every architecture with polynomials in place, ready to be folded."""

from __future__ import annotations

from dataclasses import replace

from models.architectures.options import Options
from models.conversion import ConversionSettings, calibrate, freeze, substitute
from models.graph import Graph, Node
from models.reference import Inputs
from tests.models.architectures import small

SETTINGS = ConversionSettings(
    attention_degree=8, mlp_degree=8, margin=3.0, value_size=1.0, layer_norm={"depth": 4}
)


def substituted(name: str, options: Options, samples: int) -> tuple[Graph, Inputs]:
    """A model of `small.SMALL` with small weights, lest its random blocks make values of any size."""
    graph = small.build(name, options)
    gentle = freeze(replace(graph, nodes=tuple(map(_gentle, graph.nodes))))
    inputs = small.inputs(graph, samples)
    return substitute(gentle, calibrate(gentle, inputs), SETTINGS), inputs


def _gentle(node: Node) -> Node:
    if node.operation != "linear":
        return node
    return replace(node, arrays={**node.arrays, "weight": node.arrays["weight"] / 4})
