"""Folding keeps the function and leaves nothing that it could have taken away."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from models.architectures.options import Options
from models.conversion import condition, fold
from models.graph import Graph, Node
from models.reference import logits, run
from tests.models.architectures import small
from tests.models.conversion.random_graphs import graphs, inputs
from tests.models.conversion.substituted import substituted

INPUT = Node("x", "input", attributes={"tokens": 3, "features": 2})
RANDOM = np.random.default_rng(3)
#: Operations of a folded graph that the engine evaluates at no level, or that its model needs.
ENGINE = {
    "input", "linear", "split_heads", "merge_heads", "scores", "bias", "polynomial", "mix", "add", "multiply",
    "sum_keys", "sum_tokens", "sum_features", "gather_tokens", "merge_tokens", "rotary",
}  # fmt: skip


def linear(name: str, source: str) -> Node:
    arrays = {"weight": RANDOM.normal(size=(2, 2)), "bias": RANDOM.normal(size=2)}
    return Node(name, "linear", (source,), arrays=arrays)


@settings(max_examples=80)
@given(graph=graphs())
def test_a_folded_graph_computes_the_same(graph: Graph) -> None:
    x = inputs(graph)
    folded, before = fold(graph), logits(graph, x)
    np.testing.assert_allclose(logits(folded, x), before, atol=1e-9 * (1 + np.abs(before).max()))


@settings(max_examples=80)
@given(graph=graphs())
def test_a_conditioned_graph_computes_the_same(graph: Graph) -> None:
    x = inputs(graph)
    conditioned, before = condition(fold(graph), x, 1.0), logits(graph, x)
    np.testing.assert_allclose(logits(conditioned, x), before, atol=1e-9 * (1 + np.abs(before).max()))


@settings(max_examples=80)
@given(graph=graphs())
def test_no_factor_no_affine_and_no_chain_of_linear_maps_is_left(graph: Graph) -> None:
    folded = fold(graph)
    for node in folded:
        assert node.operation not in ("scale", "affine", "mask")
        if node.operation == "linear":
            assert folded[node.inputs[0]].operation not in ("linear", "sum_tokens", "bias")
        if node.operation == "bias":
            assert folded[node.inputs[0]].operation != "bias"
        if node.operation in ("gather_tokens", "merge_tokens") and node.name != folded.output:
            readers = {reader.operation for reader in folded.consumers(node.name)}
            source = folded[node.inputs[0]]
            alone = len(folded.consumers(source.name)) == 1
            assert not (readers == {"linear"} and source.operation == "linear" and alone)
        assert node.name in (folded.output, folded.input.name) or folded.consumers(node.name)


@pytest.mark.parametrize("name", small.SMALL)
@pytest.mark.parametrize("norm", ["batch", "layer"])
@pytest.mark.parametrize("length_scaling", ["before", "after"])
@pytest.mark.parametrize("scores", [{"score_norm": True}, {"score_bias": 1.0}], ids=["norm", "bias"])
def test_every_architecture_keeps_its_function_and_is_left_with_the_operations_of_the_engine(
    name: str, norm: str, length_scaling: str, scores: dict[str, Any]
) -> None:
    options = Options(norm=norm, length_scaling=length_scaling, mlp_norm=norm == "batch", **scores)
    graph, x = substituted(name, options, samples=5)
    expected = logits(graph, x)
    folded = fold(graph)
    np.testing.assert_allclose(logits(folded, x), expected, atol=1e-9 * np.abs(expected).max())
    conditioned = condition(folded, x, 1.0)
    np.testing.assert_allclose(logits(conditioned, x), expected, atol=1e-9 * np.abs(expected).max())
    # Where masked tokens see different numbers of others, a factor per pair before the activation stays.
    unavoidable = {"mask"} if length_scaling == "before" else set()
    for node in conditioned:
        if node.operation == "scores":
            (reader,) = conditioned.consumers(node.name)
            assert reader.operation in {"bias"} | unavoidable
    assert {node.operation for node in conditioned} <= ENGINE | unavoidable


def test_a_linear_map_that_others_read_stays_and_what_reads_it_reads_its_source() -> None:
    arrays = {"scale": np.array([2.0, 3]), "shift": np.ones(2)}
    nodes = (INPUT, linear("a", "x"), Node("n", "affine", ("a",), arrays=arrays), linear("b", "n"))
    folded = fold(Graph("g", (*nodes, Node("y", "add", ("a", "b"))), "y"))
    assert [(node.name, *node.inputs) for node in folded] == [("x",), ("a", "x"), ("b", "x"), ("y", "a", "b")]


def test_an_embedding_of_symbols_is_not_repeated_for_its_readers() -> None:
    symbols = Node("x", "input", attributes={"tokens": 3, "features": 2, "one_hot": True})
    nodes = (symbols, linear("a", "x"), linear("b", "a"), Node("y", "add", ("a", "b")))
    folded = fold(Graph("g", nodes, "y"))
    assert folded["b"].inputs == ("a",)


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


def test_a_factor_per_head_stays_where_queries_are_keys_too() -> None:
    arrays = {"scale": np.array([2.0, 3]), "shift": np.zeros(2)}
    nodes = (
        INPUT,
        linear("a", "x"),
        Node("h", "split_heads", ("a",), {"heads": 2}),
        Node("q", "scores", ("h", "h")),
        Node("n", "affine", ("q",), {"over": "heads"}, arrays),
        Node("p", "gelu", ("n",)),
    )
    graph = Graph("g", nodes, "p")
    x = RANDOM.normal(size=(2, 3, 2))
    np.testing.assert_allclose(run(fold(graph), x)["p"], run(graph, x)["p"])
