"""Conditioned values are of the size asked for; what cannot be changed stays as it is."""

import weakref
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from models.architectures.options import Options
from models.conversion import condition, fold
from models.conversion.statistics import values_in_turn
from models.errors import DivergenceError
from models.graph import Array, Graph, Node
from models.reference import Inputs, outputs, run
from tests.models.conversion.substituted import substituted

RANDOM = np.random.default_rng(4)
INPUT = Node("x", "input", attributes={"tokens": 3, "features": 2})


def folded(name: str, norm: Literal["batch", "layer"]) -> tuple[Graph, Inputs]:
    graph, x = substituted(name, Options(norm=norm, mlp_norm=norm == "batch"), samples=20)
    return fold(graph), x


def largest(graph: Graph, x: Inputs) -> dict[str, float]:
    return {name: float(np.abs(value).max()) for name, value in run(graph, x).items()}


@pytest.mark.parametrize("norm", ["batch", "layer"])
@pytest.mark.parametrize("name", ["vit", "gpt", "bert", "bert_post"])
def test_streams_and_the_results_of_attention_reach_the_size_asked_for(
    name: str, norm: Literal["batch", "layer"]
) -> None:
    graph, x = folded(name, norm)
    conditioned = condition(graph, x, 2.0)
    found = largest(conditioned, x)
    streams = [found[node.name] for node in conditioned if node.operation == "add"]
    if name == "bert_post" and norm == "batch":
        assert max(streams) <= 2 + 1e-9  # each block's stream is one of its own, written anew after its norm
    else:
        assert max(streams) == pytest.approx(2)
    for node in conditioned:
        if node.operation == "mix":
            assert found[node.name] == pytest.approx(2)
            if "mask" in node.arrays:
                assert found[node.inputs[1]] == pytest.approx(2)
        if node.operation == "scores":
            assert found[node.inputs[0]] == pytest.approx(found[node.inputs[1]])


def divided_by_sums(name: str) -> tuple[Graph, Inputs]:
    power = Options(attention="power_softmax", length_scaling="none", norm="layer", mlp_norm=False)
    graph, x = substituted(name, power, samples=20)
    return fold(graph), x


@pytest.mark.parametrize("name", ["vit", "gpt", "bert"])
def test_what_attention_divides_reaches_the_size_by_a_mix_and_an_inverse_equally_large(name: str) -> None:
    graph, x = divided_by_sums(name)
    conditioned = condition(graph, x, 2.0)
    np.testing.assert_allclose(outputs(conditioned, x), outputs(graph, x), atol=1e-9)
    found = largest(conditioned, x)
    divided = [node for node in conditioned if node.name.endswith(".divided")]
    assert divided
    for node in divided:
        mix, inverse = node.inputs
        values = conditioned[mix].inputs[1]
        assert conditioned[inverse].operation == "polynomial"
        assert found[node.name] == pytest.approx(2)
        if "mask" in conditioned[mix].arrays:
            assert found[values] == pytest.approx(2)
            assert found[mix] == pytest.approx(found[inverse])
        else:
            v = node.name.replace("divided", "v")
            assert max(found[mix], found[v]) == pytest.approx(found[inverse])


def test_an_inverse_whose_leading_coefficient_is_1_leaves_the_factor_to_the_values() -> None:
    graph, x = divided_by_sums("bert")
    name = "blocks.0.attention.reciprocal"
    coefficients = np.append(graph[name].arrays["coefficients"], 1.0)
    monic = replace(graph[name], arrays={"coefficients": coefficients})
    graph = replace(graph, nodes=tuple(monic if node.name == name else node for node in graph))
    conditioned = condition(graph, x, 2.0)
    assert conditioned[name].arrays["coefficients"][-1] == 1
    assert largest(conditioned, x)["blocks.0.attention.divided"] == pytest.approx(2)


def test_the_streams_of_all_stages_are_centred_and_scaled_through_shifts_and_merging() -> None:
    graph, x = folded("swin", "batch")
    values = run(condition(graph, x, 1.0), x)
    moved = ("add", "gather_tokens", "merge_tokens")
    assert {"gather_tokens", "merge_tokens"} <= {node.operation for node in graph}
    for node in graph:
        if node.operation in moved:
            assert np.abs(values[node.name].mean(axis=0)).max() < 1e-9
            assert np.abs(values[node.name]).max() < 1 + 1e-9


def test_where_a_product_reads_a_stream_its_mean_is_added_again() -> None:
    x = RANDOM.normal(size=(30, 3, 2)) + 5
    nodes = (
        INPUT,
        linear("a", "x"),
        linear("b", "x"),
        Node("s", "add", ("a", "b")),
        Node("m", "multiply", ("s", "s")),
        linear("y", "m"),
    )
    graph = Graph("g", nodes, "y")
    conditioned = condition(graph, x, 1.0)
    np.testing.assert_allclose(outputs(conditioned, x), outputs(graph, x), atol=1e-9)
    assert largest(conditioned, x)["s"] == pytest.approx(1)
    assert conditioned["m"].inputs == ("s.restored", "s.restored")
    assert conditioned["s.restored"].operation == "bias"


@pytest.mark.parametrize("writer", ["x", "p"], ids=["the input is part of it", "a polynomial writes it"])
def test_a_stream_that_no_weight_writes_stays(writer: str) -> None:
    attributes = {"basis": "power", "interval": [-9.0, 9.0]}
    polynomial = Node("p", "polynomial", ("a",), attributes, {"coefficients": np.ones(3)})
    graph = Graph(
        "g", (INPUT, linear("a", "x"), polynomial, Node("s", "add", ("a", writer)), linear("y", "s")), "y"
    )
    x = RANDOM.normal(size=(5, 3, 2))
    conditioned = condition(graph, x, 1.0)
    np.testing.assert_array_equal(run(conditioned, x)["s"], run(graph, x)["s"])


def test_a_factor_that_a_polynomial_would_meet_is_not_given() -> None:
    """The stream is centred, but to scale it would change what the polynomial reads."""
    attributes = {"basis": "power", "interval": [-9.0, 9.0]}
    nodes = (
        INPUT,
        linear("a", "x"),
        linear("b", "x"),
        Node("s", "add", ("a", "b")),
        Node("p", "polynomial", ("s",), attributes, {"coefficients": np.array([0.0, 1, 1])}),
        linear("y", "p"),
    )
    graph = Graph("g", nodes, "y")
    x = RANDOM.normal(size=(9, 3, 2))
    conditioned = condition(graph, x, 1.0)
    np.testing.assert_allclose(outputs(conditioned, x), outputs(graph, x), atol=1e-9)
    centred = run(graph, x)["s"] - run(graph, x)["s"].mean(axis=0)
    np.testing.assert_allclose(run(conditioned, x)["s"], centred, atol=1e-9)


def test_values_that_are_all_zero_are_left_alone() -> None:
    graph, x = folded("vit", "batch")
    silent = replace(
        graph,
        nodes=tuple(
            replace(node, arrays={key: np.zeros_like(array) for key, array in node.arrays.items()})
            if node.operation == "linear"
            else node
            for node in graph
        ),
    )
    np.testing.assert_array_equal(outputs(condition(silent, x, 1.0), x), outputs(silent, x))


def test_a_graph_whose_polynomials_explode_is_not_conditioned() -> None:
    attributes = {"basis": "power", "interval": [-1.0, 1.0]}
    polynomial = Node("p", "polynomial", ("x",), attributes, {"coefficients": np.ones(400)})
    with np.errstate(over="ignore"), pytest.raises(DivergenceError, match="node p takes values that are not"):
        condition(Graph("g", (INPUT, polynomial), "p"), np.full((1, 3, 2), 9.0), 1.0)


def linear(name: str, source: str) -> Node:
    arrays: dict[str, Array] = {"weight": RANDOM.normal(size=(2, 2)), "bias": RANDOM.normal(size=2)}
    return Node(name, "linear", (source,), arrays=arrays)


def test_a_mean_that_a_bootstrap_would_stumble_over_is_noted() -> None:
    inputs = np.random.default_rng(0).uniform(-1, 1, (50, 2, 2))
    mean = np.full(2, ((inputs + 3) ** 2).mean())
    nodes = (
        Node("x", "input", attributes={"tokens": 2, "features": 2}),
        Node("y", "linear", ("x",), arrays={"weight": np.eye(2), "bias": np.array([3.0, 3.0])}),
        Node("z", "multiply", ("y", "y")),
        Node("w", "linear", ("z",), arrays={"weight": np.eye(2), "bias": -mean}),
    )
    graph = condition(Graph("g", nodes, "w"), inputs, 1.0)
    values = run(graph, inputs)
    for name in ("y", "z"):
        assert graph[name].attributes["mean"] == pytest.approx(values[name].mean())
    assert "mean" not in graph["w"].attributes


def test_a_mean_that_is_small_beside_the_largest_is_noted_where_it_is_large_beside_the_size() -> None:
    inputs = np.random.default_rng(0).uniform(0.01, 1, (200, 2, 2))
    inputs[0] = 60
    graph = condition(Graph("g", (INPUT, square("z", "x"), linear("w", "z")), "w"), inputs[:, [0, 1, 1]], 1.0)
    mean = run(graph, inputs[:, [0, 1, 1]])["z"].mean()
    assert 0.1 < mean < 0.1 * 60**2
    assert graph["z"].attributes["mean"] == pytest.approx(mean)


@pytest.mark.parametrize(("leading", "largest"), [(0.5, 2.0), (1.0, 4.0 + 0.1)])
def test_a_polynomial_that_is_never_0_is_brought_near_the_size_where_that_takes_no_level(
    leading: float, largest: float
) -> None:
    inputs = np.tile(np.linspace(-2, 2, 9)[:, None, None], (1, 3, 2)) * np.sqrt(1 / leading)
    arrays = {"coefficients": np.array([0.1, 0.0, leading])}
    attributes = {"basis": "power", "interval": [-9.0, 9.0]}
    positive = Node("p", "polynomial", ("x",), attributes, arrays)
    graph = Graph("g", (INPUT, positive, Node("m", "multiply", ("p", "x")), linear("y", "m")), "y")
    conditioned = condition(graph, inputs, 1.0)
    assert run(conditioned, inputs)["p"].max() == pytest.approx(largest)
    np.testing.assert_allclose(outputs(conditioned, inputs), outputs(graph, inputs), atol=1e-9)


def square(name: str, source: str) -> Node:
    return Node(name, "multiply", (source, source))


def test_values_in_turn_are_those_of_a_run_and_are_let_go_of() -> None:
    graph, x = folded("gpt", "layer")
    expected = run(graph, x)
    alive: list[weakref.ref[Array]] = []
    most = 0
    for node, value in values_in_turn(graph, x):
        np.testing.assert_array_equal(value, expected[node.name])
        alive = [reference for reference in (*alive, weakref.ref(value)) if reference() is not None]
        most = max(most, len(alive))
    assert most < len(expected) / 2
