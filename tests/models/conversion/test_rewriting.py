"""Shapes that are told from the nodes alone, and what becomes of nodes that nothing reads."""

import pytest

from models.architectures.options import ORIGINAL, Options
from models.conversion.rewriting import Rewriting
from models.graph import Node
from models.reference import run
from models.shapes import value_shapes
from tests.models.architectures import small
from tests.models.conversion.substituted import substituted


@pytest.mark.parametrize("name", small.SMALL)
@pytest.mark.parametrize("options", [ORIGINAL, Options(score_norm=True)], ids=["original", "he_friendly"])
def test_shapes_are_those_of_the_reference(name: str, options: Options) -> None:
    graph = small.build(name, options)
    expected = {node: value.shape[1:] for node, value in run(graph, small.inputs(graph)).items()}
    assert value_shapes(graph.nodes) == expected


def test_shapes_of_what_stands_for_a_layer_norm_are_those_of_the_reference() -> None:
    graph, x = substituted("gpt", Options(norm="layer", mlp_norm=False), samples=2)
    assert value_shapes(graph.nodes) == {node: value.shape[1:] for node, value in run(graph, x).items()}


def test_nodes_that_nothing_reads_any_more_go_and_the_input_stays() -> None:
    nodes = (
        Node("x", "input", attributes={"tokens": 1, "features": 1}),
        Node("a", "gelu", ("x",)),
        Node("b", "gelu", ("a",)),
        Node("c", "gelu", ("x",)),
    )
    graph = Rewriting(nodes, "b").rewritten({"b": ()}, {"b": "x"})
    assert [node.name for node in graph] == ["x"]
    assert graph.output == "x"


def test_a_value_that_one_node_reads_twice_is_not_read_once() -> None:
    nodes = (
        Node("x", "input", attributes={"tokens": 1, "features": 1}),
        Node("y", "multiply", ("x", "x")),
        Node("z", "gelu", ("y",)),
    )
    graph = Rewriting(nodes, "z")
    assert not graph.read_once("x")
    assert graph.read_once("y")
    assert not graph.read_once("z")
