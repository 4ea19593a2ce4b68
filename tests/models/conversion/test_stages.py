"""Approximations written as nodes compute what they compute as functions."""

import numpy as np
import pytest

from models.approximation.approximation import Approximation
from models.approximation.gelu import gelu
from models.approximation.inverse_square_root import inverse_square_root
from models.approximation.pivot_tangent import pivot_tangent
from models.approximation.reciprocal import reciprocal
from models.approximation.relu import best_composite_relu
from models.conversion.stages import Chain, write_stages
from models.errors import ModelError
from models.graph import Graph, Node
from models.reference import run

POINTS = 200


def written(found: Approximation) -> Graph:
    """A graph of the approximation, of one feature and as many tokens as points."""
    chain = Chain(Node("f", "gelu", ("x",), layer="layer"))
    variable = chain.add("variable", "scale", "x", factor=found.factor)
    name = write_stages(chain, "", variable, found)
    source = Node("x", "input", attributes={"tokens": POINTS, "features": 1})
    return Graph("g", (source, *chain.nodes), name)


@pytest.mark.parametrize(
    "found",
    [
        gelu(5.0, 8),
        gelu(5.0, 24),
        best_composite_relu(3.0, 7),
        inverse_square_root((0.1, 40.0), 5, 2),
    ],
    ids=["monic", "chebyshev", "composite", "newton"],
)
def test_a_graph_of_all_stages_computes_the_approximation(found: Approximation) -> None:
    graph = written(found)
    x = np.linspace(*found.interval, POINTS).reshape(1, POINTS, 1)
    assert graph.output == "f"
    np.testing.assert_allclose(run(graph, x)["f"], found(x), rtol=1e-9, atol=1e-9)
    assert graph.not_polynomial() == []
    assert {node.layer for node in graph if node.name != "x"} == {"layer"}


@pytest.mark.parametrize(
    ("found", "stage"),
    [
        (reciprocal((0.5, 4.0), 3, 2), "GoldschmidtDivision of reciprocal"),
        (pivot_tangent((0.5, 4.0), 2), "ChoiceOfLines of pivot_tangent"),
    ],
)
def test_a_stage_without_nodes_is_refused(found: Approximation, stage: str) -> None:
    with pytest.raises(ModelError, match=f"{stage} cannot be substituted"):
        written(found)
