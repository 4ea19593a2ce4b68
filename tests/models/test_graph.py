"""What a graph refuses."""

import numpy as np
import pytest

from models.errors import ModelError
from models.graph import Graph, Node

INPUT = Node("input", "input", attributes={"tokens": 2, "features": 3})


def linear(name: str, source: str, weight: np.ndarray) -> Node:
    return Node(name, "linear", (source,), arrays={"weight": weight, "bias": np.zeros(len(weight))})


def test_a_graph_knows_its_nodes() -> None:
    nodes = (
        INPUT,
        linear("a", "input", np.eye(3)),
        Node("b", "softmax", ("a",)),
        Node("c", "add", ("a", "b")),
    )
    graph = Graph("g", nodes, "c")
    assert graph.input is INPUT
    assert graph["b"].operation == "softmax"
    assert [node.name for node in graph.consumers("a")] == ["b", "c"]
    assert graph.not_polynomial() == ["b"]
    assert graph.parameter_count() == 12
    with pytest.raises(KeyError):
        graph["d"]


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        (
            (INPUT, Node("a", "divide", ("input",))),
            "node a: 'divide' is not an operation of the graph",
        ),
        ((INPUT, Node("input", "gelu", ("input",))), "input appears twice"),
        ((INPUT, Node("a", "add", ("input",))), "add takes 2 inputs, not 1"),
        ((INPUT, Node("a", "gelu", ("b",)), Node("b", "gelu", ("input",))), "reads 'b', which no earlier"),
        ((INPUT, Node("a", "scale", ("input",))), "needs the attribute 'factor'"),
        ((INPUT, Node("a", "linear", ("input",), arrays={"weight": np.eye(3)})), "needs the array 'bias'"),
        ((INPUT, linear("a", "input", np.full((1, 3), np.nan))), "'weight' holds values that are not finite"),
        ((INPUT, Node("b", "gelu", ("input",))), "output 'a' is not a node"),
        ((INPUT, Node("a", "input", attributes={"tokens": 1, "features": 1})), "exactly one input"),
    ],
)
def test_what_breaks_the_rules_is_refused(nodes: tuple[Node, ...], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        Graph("g", nodes, "a")
