"""Nodes that take the same are recorded apart once, and what is known of one is not taken for another's."""

from __future__ import annotations

from collections import Counter

import numpy as np

from backends.planner import plan
from backends.program import primitives
from backends.recordings import Recordings
from models import reference
from models.graph import Array, Graph, Node
from tests.backends.evaluating import PARAMETERS, REFRESH, evaluated

INPUT = Node("input", "input", attributes={"tokens": 4, "features": 4})
SAMPLES = np.random.default_rng(1).normal(size=(3, 4, 4))


def linear(name: str, source: str, weight: Array, bias: Array) -> Node:
    """A linear map of four features."""
    return Node(name, "linear", (source,), arrays={"weight": weight, "bias": bias})


def assert_equal(*nodes: Node) -> None:
    """The last node's value is the reference's."""
    graph = Graph("graph", (INPUT, *nodes), nodes[-1].name)
    found, _ = evaluated(graph, SAMPLES)
    assert np.allclose(found[""], reference.run(graph, SAMPLES)[graph.output], atol=1e-9)


def test_maps_of_one_support_are_recorded_once() -> None:
    random = np.random.default_rng(2)
    first, second = (linear(n, "input", random.normal(size=(4, 4)), random.normal(size=4)) for n in "ab")
    graph = Graph("graph", (INPUT, first, second, Node("sum", "add", ("a", "b"))), "sum")
    recordings = Recordings(graph, PARAMETERS, REFRESH)
    given, _ = recordings.apart(INPUT, None, [])
    (one, _), (other, _) = (recordings.apart(node, None, [given]) for node in (first, second))
    assert one is other


def test_what_is_known_of_a_node_is_its_own() -> None:
    """Maps of zeros leave their biases, and those differ."""
    ones, zeros = np.ones(4), np.zeros((4, 4))
    assert_equal(
        linear("a", "input", zeros, ones),
        linear("b", "input", zeros, -2 * ones),
        Node("both", "add", ("a", "b")),
        Node("sum", "add", ("input", "both")),
    )
    assert_equal(
        Node("a", "affine", ("input",), arrays={"scale": np.zeros(4), "shift": ones}),
        Node("b", "affine", ("input",), arrays={"scale": np.zeros(4), "shift": -2 * ones}),
        Node("both", "add", ("a", "b")),
        Node("sum", "add", ("input", "both")),
    )


def test_nodes_that_lie_differently_are_recorded_apart() -> None:
    """A replicated value lies as its reader's class does: in order, or with its heads interleaved."""
    random = np.random.default_rng(3)
    arrays = {"scale": np.full(4, 0.5), "shift": np.ones(4)}
    maps = [linear(n, "input", random.normal(size=(4, 4)) / 2, random.normal(size=4)) for n in "pqv"]
    assert_equal(
        *maps,
        Node("total", "sum_features", ("input",), {"features": 4}),
        Node("plain", "affine", ("total",), arrays=arrays),
        Node("headed", "affine", ("total",), arrays=arrays),
        Node("p.sum", "add", ("p", "plain")),
        Node("q.sum", "add", ("q", "headed")),
        Node("q.heads", "split_heads", ("q.sum",), {"heads": 2}),
        Node("v.heads", "split_heads", ("v",), {"heads": 2}),
        Node("scores", "scores", ("q.heads", "v.heads")),
        Node("mix", "mix", ("scores", "v.heads")),
        Node("merged", "merge_heads", ("mix",)),
        linear("back", "merged", random.normal(size=(4, 4)) / 2, random.normal(size=4)),
        Node("sum", "add", ("p.sum", "back")),
    )


def test_a_map_that_parts_halves_is_not_taken_for_one_that_does_not() -> None:
    random = np.random.default_rng(4)
    first, last = (
        linear(name, source, random.normal(size=(4, 4)), random.normal(size=4))
        for name, source in (("a", "input"), ("b", "a"))
    )
    recordings = Recordings(Graph("graph", (INPUT, first, last), "b"), PARAMETERS, REFRESH, halves=2)
    given, _ = recordings.apart(INPUT, None, [])
    joined, _ = recordings.apart(first, None, [given])
    parted, _ = recordings.apart(last, None, [joined])
    assert [len(value.ciphertexts) for value in (joined, parted)] == [1, 2]


def test_a_polynomial_of_several_ciphertexts_takes_what_its_program_does() -> None:
    """It is recorded apart on one of them, which stands for all."""
    random, width = np.random.default_rng(5), 3 * PARAMETERS.slots // 4
    spread = Node(
        "wide", "linear", ("input",), layer="wide", arrays={"weight": random.normal(size=(width, 4))}
    )
    spread.arrays["bias"] = np.ones(width)
    attributes = {"basis": "power", "interval": [-4.0, 4.0]}
    arrays = {"coefficients": np.array([0.5, 0.3, 0.2, 0.1])}
    power = Node("power", "polynomial", ("wide",), attributes, arrays, layer="power")
    back = linear("back", "power", random.normal(size=(4, width)), np.ones(4))
    graph = Graph("graph", (INPUT, spread, power, back), "back")
    recordings = Recordings(graph, PARAMETERS, REFRESH)
    given, _ = recordings.apart(INPUT, None, [])
    wide, _ = recordings.apart(spread, None, [given])
    result, cost = recordings.apart(power, None, [wide])
    assert len(result.ciphertexts) == cost.ciphertexts == 3
    program = plan(graph, PARAMETERS, REFRESH)
    counted: Counter[str] = Counter()
    for one in program.instructions:
        if program.layers[one.layer] == "power":
            counted += primitives(one)
    found: Counter[str] = Counter()
    for (name, _), count in cost.primitives.items():
        found[name] += count
    assert +found == counted
