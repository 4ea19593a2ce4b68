"""Values that lie far out at one place."""

from __future__ import annotations

import numpy as np

from models.conversion import calibrate
from models.conversion.places import by_place
from models.graph import Array, Graph, Node
from models.reference import run

RNG = np.random.default_rng(3)


def far_out() -> tuple[Graph, Array]:
    """A first token whose features are far out, before GELU and before LayerNorm."""
    ones = np.ones(4)
    nodes = (
        Node("x", "input", attributes={"tokens": 3, "features": 4}),
        Node("active", "gelu", ("x",), {"form": "none"}),
        Node("normal", "layer_norm", ("x",), {"epsilon": 1e-5}, {"scale": ones, "shift": 0 * ones}),
        Node("y", "add", ("active", "normal")),
    )
    samples = RNG.uniform(-1, 1, (50, 3, 4))
    samples[:, 0] += [20.0, -15.0, 0.0, 1.0]
    return Graph("g", nodes, "y"), samples


def test_far_out_values_leave_the_intervals_and_the_function_stays() -> None:
    graph, samples = far_out()
    found = by_place(graph, samples)
    before, after = calibrate(graph, samples), calibrate(found, samples)
    assert before["active"][1] > 20
    assert after["active.bent"][0] > -6
    assert after["active.bent"][1] < 6
    assert before["normal"][1] > 50
    assert after["normal"][1] < 3
    np.testing.assert_allclose(run(found, samples)["y"], run(graph, samples)["y"], atol=0.01)


def test_a_graph_without_such_values_stays_the_same() -> None:
    graph, samples = far_out()
    alike = np.repeat(samples[:, 1:2], 3, axis=1)
    assert by_place(graph, alike).nodes == graph.nodes
