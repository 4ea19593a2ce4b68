"""Folding keeps the function and leaves nothing that it could have taken away."""

import numpy as np
from hypothesis import given, settings

from models.folding import fold
from models.graph import Graph, Node
from models.reference import logits, run
from tests.models.random_graphs import graphs, inputs

INPUT = Node("x", "input", attributes={"tokens": 3, "features": 2})
RANDOM = np.random.default_rng(3)


def linear(name: str, source: str) -> Node:
    arrays = {"weight": RANDOM.normal(size=(2, 2)), "bias": RANDOM.normal(size=2)}
    return Node(name, "linear", (source,), arrays=arrays)


@settings(max_examples=150, deadline=None)
@given(graph=graphs())
def test_a_folded_graph_computes_the_same(graph: Graph) -> None:
    x = inputs(graph)
    folded, before = fold(graph), logits(graph, x)
    np.testing.assert_allclose(logits(folded, x), before, atol=1e-9 * (1 + np.abs(before).max()))


@settings(max_examples=150, deadline=None)
@given(graph=graphs())
def test_no_factor_no_affine_and_no_chain_of_linear_maps_is_left(graph: Graph) -> None:
    folded = fold(graph)
    for node in folded:
        assert node.operation not in ("scale", "affine")
        if node.operation == "linear":
            assert folded[node.inputs[0]].operation not in ("linear", "sum_tokens")
        assert node.name in (folded.output, folded.input.name) or folded.consumers(node.name)


def test_a_linear_map_that_others_read_stays_and_what_reads_it_reads_its_source() -> None:
    arrays = {"scale": np.array([2.0, 3]), "shift": np.ones(2)}
    nodes = (INPUT, linear("a", "x"), Node("n", "affine", ("a",), arrays=arrays), linear("b", "n"))
    folded = fold(Graph("g", (*nodes, Node("y", "add", ("a", "b"))), "y"))
    assert [(node.name, *node.inputs) for node in folded] == [("x",), ("a", "x"), ("b", "x"), ("y", "a", "b")]


def test_linear_maps_keep_their_names_and_factors_lose_theirs() -> None:
    factors = (Node("s", "scale", ("a",), {"factor": 2.0}), Node("p", "gelu", ("s",)))
    folded = fold(Graph("g", (INPUT, linear("a", "x"), *factors), "p"))
    assert [node.name for node in folded] == ["x", "a", "p"]


def test_a_factor_that_moves_upstream_changes_no_value_that_others_read() -> None:
    nodes = (
        INPUT,
        linear("a", "x"),
        Node("h", "split_heads", ("a",), {"heads": 1}),
        Node("q", "scores", ("h", "h")),
        Node("s", "scale", ("q",), {"factor": 0.5}),
        Node("p", "gelu", ("s",)),
        Node("r", "gelu", ("q",)),
        Node("y", "add", ("p", "r")),
    )
    graph = Graph("g", nodes, "y")
    x = RANDOM.normal(size=(2, 3, 2))
    np.testing.assert_allclose(run(fold(graph), x)["y"], run(graph, x)["y"])
