"""A batch in two halves equals the reference in both, and what is joined costs no more than one half."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backends.planner import Refresh, plan
from backends.tensor.operation import Way
from models import reference
from models.graph import Array, Graph, Node
from tests.backends.evaluating import BOOTSTRAP, PARAMETERS, planned_so, values_of
from tests.backends.tensor.test_packed import PACKINGS, attention, shapes

POWER = {"basis": "power", "interval": [-4.0, 4.0]}
UNIT = {"basis": "chebyshev", "interval": [-1.0, 1.0]}
WIDER = {"basis": "chebyshev", "interval": [-1.5, 2.0]}
SHIFTED = {"basis": "chebyshev", "interval": [-0.5, 1.5]}


def of_one_operation(operation: str, attributes: dict[str, Any], **arrays: Array) -> Graph:
    """A graph whose input of 3 tokens and 4 features meets one operation, with itself where it has two."""
    inputs = ("input", "input") if operation in ("multiply", "add") else ("input",)
    nodes = (
        Node("input", "input", attributes={"tokens": 3, "features": 4}),
        Node("result", operation, inputs, attributes, arrays),
    )
    return Graph(operation, nodes, "result")


def doubled() -> Graph:
    """A linear map, doubled."""
    arrays = {"weight": drawn((4, 4)), "bias": drawn((4,))}
    nodes = (
        Node("input", "input", attributes={"tokens": 3, "features": 4}),
        Node("linear", "linear", ("input",), arrays=arrays),
        Node("result", "add", ("linear", "linear")),
    )
    return Graph("doubled", nodes, "result")


def held(graph: Graph, samples: Array, ways: dict[str, Way] | None = None) -> None:
    """Hold a program of halves to the reference, on samples that fill both and more than one batch."""
    program = planned_so(graph, ways or {}, halves=2)
    assert program.layout.samples == 2 * program.layout.images
    found = values_of(program, samples)[""]
    assert np.allclose(found, reference.run(graph, samples)[graph.output], atol=1e-9)


def drawn(shape: tuple[int, ...], seed: int = 0) -> Array:
    return np.random.default_rng(seed).uniform(-1, 1, shape)


@settings(max_examples=40)
@given(
    degree=some.integers(0, 17),
    attributes=some.sampled_from([POWER, UNIT, WIDER, SHIFTED]),
    monic=some.booleans(),
    odd=some.booleans(),
    seed=some.integers(0, 1000),
)
def test_polynomials_of_each_half(
    degree: int, attributes: dict[str, Any], monic: bool, odd: bool, seed: int
) -> None:
    coefficients = drawn((degree + 1,), seed)
    coefficients[0 if odd else degree :: 2] = 0.0 if odd and degree > 1 else coefficients[-1]
    coefficients[-1] = 1.0 if monic else 0.3
    held(of_one_operation("polynomial", attributes, coefficients=coefficients), drawn((150, 3, 4), seed))


@pytest.mark.parametrize(
    ("operation", "arrays"),
    [
        ("affine", {"scale": drawn((4,)), "shift": drawn((4,), 1)}),
        ("bias", {"bias": drawn((4,))}),
        ("linear", {"weight": drawn((6, 4)), "bias": drawn((6,), 1)}),
        ("multiply", {}),
        ("add", {}),
    ],
)
def test_other_operations_of_each_half(operation: str, arrays: dict[str, Array]) -> None:
    held(of_one_operation(operation, {}, **arrays), drawn((150, 3, 4)))


@settings(max_examples=40)
@given(
    shape=shapes(),
    masked=some.booleans(),
    seed=some.integers(0, 1000),
    way=some.sampled_from([None, *PACKINGS]),
)
def test_attention_of_each_half(
    shape: tuple[int, int, int, int], masked: bool, seed: int, way: Way | None
) -> None:
    tokens, heads, features, block = shape
    mask = drawn((tokens, block), seed) if masked else None
    samples = np.random.default_rng(seed).normal(size=(5, tokens, heads * features)) / 2
    held(attention(*shape, seed, mask), samples, {} if way is None else {"scores": way, "mix": way})


def test_what_is_joined_takes_what_one_half_does() -> None:
    graph = doubled()
    one, two = planned_so(graph, {}), planned_so(graph, {}, halves=2)
    assert two.counts["rotations"] == one.counts["rotations"]
    # At the end the halves are parted: a conjugation, and a product for each.
    assert two.counts["conjugations"] == 1
    assert two.counts["ct_pt"] == one.counts["ct_pt"] + 2


def test_the_last_linear_map_parts_halves_at_no_level() -> None:
    graph = of_one_operation("linear", {}, weight=drawn((4, 4)), bias=drawn((4,)))
    one, two = planned_so(graph, {}), planned_so(graph, {}, halves=2)
    assert two.levels_used == one.levels_used == 1
    assert len(two.outputs) == 2


def test_a_batch_has_two_halves_where_there_are_samples_for_them() -> None:
    graph = doubled()
    images = planned_so(graph, {}).layout.images

    def halves(samples: int, refresh: Refresh = BOOTSTRAP, **options: bool) -> int:
        options = {"complex_slots": True, **options}
        return plan(graph, PARAMETERS, refresh, samples=samples, **options).layout.halves

    assert [halves(images), halves(images + 1)] == [1, 2]
    assert halves(2 * images, complex_slots=False) == 1
    assert halves(2 * images, refresh=replace(BOOTSTRAP, keeps_imaginary=False)) == 1
    assert halves(2 * images, probes=True) == 1
