"""Factors travel with their values until something takes them in; wishes that nothing can are refused."""

import numpy as np
import pytest

from models.conversion.rescaling import rescaled
from models.graph import Graph, Node
from models.reference import run

RANDOM = np.random.default_rng(8)
X = RANDOM.normal(size=(4, 3, 2))
INPUT = Node("x", "input", attributes={"tokens": 3, "features": 2})


def linear(name: str, source: str) -> Node:
    arrays = {"weight": RANDOM.normal(size=(2, 2)), "bias": RANDOM.normal(size=2)}
    return Node(name, "linear", (source,), arrays=arrays)


def polynomial(name: str, source: str) -> Node:
    attributes = {"basis": "chebyshev", "interval": [-9.0, 9.0]}
    return Node(name, "polynomial", (source,), attributes, {"coefficients": RANDOM.normal(size=4)})


def ratios(graph: Graph, *wishes: dict[str, float]) -> dict[str, float]:
    """By what every node's value was multiplied; the result must be what it was."""
    before, after = run(graph, X), run(rescaled(graph, wishes), X)
    np.testing.assert_allclose(after[graph.output], before[graph.output], atol=1e-9)
    return {name: float(np.median(after[name] / before[name])) for name in before}


def test_products_multiply_factors_and_a_linear_map_takes_them_in() -> None:
    constant = Node("c", "bias", ("a",), arrays={"bias": np.ones(2)})
    nodes = (INPUT, linear("a", "x"), constant, linear("b", "x"), Node("m", "multiply", ("c", "b")))
    found = ratios(Graph("g", (*nodes, linear("y", "m")), "y"), {"a": 3.0}, {"b": 2.0})
    assert found == pytest.approx({"x": 1, "a": 3, "c": 3, "b": 2, "m": 6, "y": 1})


def test_what_a_polynomial_or_the_result_would_meet_is_refused_as_a_whole() -> None:
    nodes = (INPUT, linear("a", "x"), polynomial("p", "a"), linear("b", "p"), linear("y", "b"))
    found = ratios(Graph("g", nodes, "y"), {"a": 2.0, "b": 2.0}, {"y": 3.0}, {"a": 5.0, "p": 5.0}, {"b": 4.0})
    assert found == pytest.approx({"x": 1, "a": 1, "p": 1, "b": 4, "y": 1})


def test_a_polynomial_gives_its_result_a_factor() -> None:
    nodes = (INPUT, linear("a", "x"), polynomial("p", "a"), Node("m", "multiply", ("p", "a")))
    found = ratios(Graph("g", (*nodes, linear("y", "m")), "y"), {"p": 0.25})
    assert found == pytest.approx({"x": 1, "a": 1, "p": 0.25, "m": 0.25, "y": 1})


def test_a_sum_wants_one_factor_on_both_sides() -> None:
    nodes = (INPUT, linear("a", "x"), linear("b", "x"), Node("s", "add", ("a", "b")), linear("y", "s"))
    graph = Graph("g", nodes, "y")
    assert ratios(graph, {"a": 2.0})["s"] == pytest.approx(1)
    assert ratios(graph, {"a": 2.0, "b": 2.0})["s"] == pytest.approx(2)


def test_the_mask_of_a_mix_takes_a_factor_in() -> None:
    heads = [Node(f"{part}.heads", "split_heads", (part,), {"heads": 1}) for part in "qv"]
    nodes = (
        INPUT,
        linear("q", "x"),
        linear("v", "x"),
        *heads,
        Node("s", "scores", ("q.heads", "q.heads")),
        Node("m", "mix", ("s", "v.heads"), arrays={"mask": RANDOM.uniform(size=(3, 3))}),
        Node("merged", "merge_heads", ("m",)),
        linear("y", "merged"),
    )
    found = ratios(Graph("g", nodes, "y"), {"v": 0.5, "m": 8.0})
    assert (found["v.heads"], found["m"], found["merged"]) == pytest.approx((0.5, 8, 8))
