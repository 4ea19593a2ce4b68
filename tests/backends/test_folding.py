"""What does not depend on the input costs nothing, and everything else is what it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.conformance.graphs import DEGENERATE, MODELS, Builder, samples
from backends.program import Program
from models import reference
from models.graph import Array, Graph, Node
from models.layers import LayerShape, layer
from models.shapes import heads_side_by_side
from tests.backends.evaluating import PARAMETERS, evaluated, planned
from tests.backends.graphs import square

#: What pruning does to an array whose first axis is the outputs' or the features'.
PRUNING: dict[str, Callable[[Array], Array]] = {
    "none": lambda array: array,
    "all": np.zeros_like,
    "first half": lambda array: array * (np.arange(len(array)) >= len(array) / 2).reshape(_column(array)),
    "second half": lambda array: array * (np.arange(len(array)) < len(array) / 2).reshape(_column(array)),
    "underflow": lambda array: array * 1e-30,
}
ROOMY = replace(PARAMETERS, log_n=12)


def _column(array: Array) -> tuple[int, ...]:
    return (-1,) + (1,) * (array.ndim - 1)


def check(graph: Graph, count: int = 2) -> Program:
    """Every value, and with it the output, is the reference's; the rest is checked by the replay."""
    inputs = samples(graph, count)
    values, program = evaluated(graph, inputs, ROOMY)
    expected = heads_side_by_side(graph, reference.run(graph, inputs))
    for name, value in {**{n: v for n, v in values.items() if n}, graph.output: values[""]}.items():
        assert np.allclose(value, expected[name], atol=1e-8), name
    return program


@st.composite
def degenerate(draw: st.DrawFn) -> Graph:
    """A model of each kind, with arrays pruned at random."""
    graph = MODELS[draw(st.sampled_from(sorted(MODELS)))]()
    likely = st.sampled_from(["none", "none", *PRUNING])
    nodes = [
        replace(node, arrays={name: PRUNING[draw(likely)](array) for name, array in node.arrays.items()})
        for node in graph
    ]
    return replace(graph, nodes=tuple(nodes))


@settings(max_examples=12)
@given(graph=degenerate())
def test_any_weights_may_be_zero(graph: Graph) -> None:
    check(graph)


@pytest.mark.parametrize("name", DEGENERATE)
def test_a_pruned_model_is_computed(name: str) -> None:
    check(DEGENERATE[name]())


def pruned_layer(rows: int) -> Graph:
    """The linear layer of `bench run`'s own cases, the first rows of its weights zero."""
    graph = layer(LayerShape("linear", 4, 16, 1, 1), 1)
    arrays = graph["linear"].arrays
    kept = np.arange(16) >= rows
    return replace(
        graph,
        nodes=(
            graph.input,
            replace(graph["linear"], arrays={**arrays, "weight": arrays["weight"] * kept[:, None]}),
        ),
    )


def test_what_is_zero_costs_nothing() -> None:
    """No product, no rotation and no key, no level and no ciphertext out."""
    program = check(pruned_layer(16))
    assert sum(program.counts.values()) == 0
    assert program.rotation_steps == ()
    assert program.levels_used == program.input_level == 0
    assert program.plaintexts == ()


def test_a_branch_of_zeros_leaves_the_residual_stream_as_it_is() -> None:
    """The layers before it are not computed, and the stream is not taken down to their level."""
    build = Builder(1, 2, 4)
    hidden = build.power(build.linear("input", 4, 4), 0.0, 1.0, 1.0)
    branch = build.linear(hidden, 4, 4)
    build.nodes[-1].arrays["weight"][:] = build.nodes[-1].arrays["bias"][:] = 0
    build.add("add", "input", branch)
    program = check(build.graph())
    assert (sum(program.counts.values()), program.input_level) == (0, 0)


def test_a_constant_branch_is_added_as_a_plaintext() -> None:
    build = Builder(1, 2, 4)
    branch = build.linear("input", 4, 4)
    build.nodes[-1].arrays["weight"][:] = 0
    build.add("add", "input", branch)
    program = check(build.graph())
    assert +program.counts == {"additions": 1}


def test_a_product_with_what_is_known_is_one_with_a_plaintext() -> None:
    build = Builder(1, 2, 4)
    gate = build.linear("input", 4, 4)
    build.nodes[-1].arrays["weight"][:] = 0
    build.add("multiply", "input", gate)
    program = check(build.graph())
    assert +program.counts == {"ct_pt": 1, "rescales": 1}


def test_what_only_a_vanished_product_read_is_not_computed() -> None:
    """Half of the queries are zero: the keys that they would meet are neither rotated nor masked."""
    graph = MODELS["wide"]()
    whole = planned(graph, ROOMY)
    weight = graph["linear2"].arrays["weight"].copy()
    rows = [h * 16 + e for h in range(4) for e in range(16) if e >= 8]  # heads interleave: the second chunk
    weight[rows] = 0
    bias = graph["linear2"].arrays["bias"].copy()
    bias[rows] = 0
    nodes = [replace(n, arrays={"weight": weight, "bias": bias}) if n.name == "linear2" else n for n in graph]
    program = check(replace(graph, nodes=tuple(nodes)))
    assert program.counts["rotations"] < whole.counts["rotations"]
    read = {name for i in program.instructions for name in i.operands} | set(program.outputs)
    assert all(name in read for i in program.instructions[1:] for name in i.results)
    assert {index for i in program.instructions for index in i.plaintexts} == set(
        range(len(program.plaintexts))
    )


@pytest.mark.parametrize("coefficients", [[0.0], [0.0, 0.0, 0.0], [0.25, 0.0], [0.25, 1.0, 0.0]])
@pytest.mark.parametrize("basis", ["power", "chebyshev"])
def test_a_polynomial_may_have_leading_zeros(coefficients: list[float], basis: str) -> None:
    build = Builder(1, 2, 4)
    mapped = build.linear("input", 4, 4)
    arrays = {"coefficients": np.array(coefficients)}
    name = build.add("polynomial", mapped, arrays=arrays, basis=basis, interval=[-4.0, 4.0])
    build.linear(name, 4, 2)
    check(build.graph())


def test_zero_samples_are_samples() -> None:
    graph = Graph(
        "square", (Node("input", "input", attributes={"tokens": 2, "features": 4}), square("s", "input")), "s"
    )
    values, _ = evaluated(graph, np.zeros((2, 2, 4)), ROOMY)
    assert not values[""].any()
