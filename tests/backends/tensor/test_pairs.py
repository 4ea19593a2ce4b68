"""Two chunks in one ciphertext equal the reference, and a map to or from them takes the products of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from backends.errors import PlanError
from backends.parameters import ParameterSet
from backends.planner import Planner, plan
from backends.program import Program, primitives
from backends.recordings import Recordings
from backends.schedule import Refresh
from backends.tensor.arrangement import Arrangement
from backends.tensor.operation import Way
from backends.ways import pairings
from models import reference
from models.graph import Graph, Node
from tests.backends.evaluating import BOOTSTRAP, PARAMETERS, REFRESH, planned_so, values_of
from tests.backends.tensor.test_halves import POWER, SHIFTED, UNIT, WIDER, drawn
from tests.backends.tensor.test_packed import PACKINGS, attention, shapes
from tests.toy import BOOTSTRAPS

#: Tokens such that a ciphertext has four rows.
TOKENS = 128
MAPS, BOTH = {"up": Way.PAIRED}, {"up": Way.PAIRED, "activation": Way.PAIRED}
JOINT = {"q": Way.QUERIES_AND_KEYS, "k": Way.BESIDE_QUERIES}


def mlp(
    width: int, hidden: int, attributes: dict[str, Any], coefficients: list[float], seed: int = 0
) -> Graph:
    """A map to hidden features, a polynomial of them, a map back and the residual."""
    up = {"weight": drawn((hidden, width), seed), "bias": drawn((hidden,), seed + 1)}
    down = {"weight": drawn((width, hidden), seed + 2) / hidden, "bias": drawn((TOKENS, width), seed + 3)}
    nodes = (
        Node("input", "input", attributes={"tokens": TOKENS, "features": width}),
        Node("up", "linear", ("input",), arrays=up),
        Node("activation", "polynomial", ("up",), attributes, {"coefficients": np.array(coefficients)}),
        Node("down", "linear", ("activation",), arrays=down),
        Node("sum", "add", ("input", "down")),
    )
    return Graph("mlp", nodes, "sum")


def held(graph: Graph, program: Program, parameters: ParameterSet = PARAMETERS) -> None:
    """Hold a program to the reference on a few samples."""
    samples = drawn((2, TOKENS, graph.input.attributes["features"])) / 2
    found = values_of(program, samples, parameters)[""]
    assert np.allclose(found, reference.run(graph, samples)[graph.output], rtol=1e-9, atol=1e-9)


@settings(max_examples=60)
@given(
    sizes=some.tuples(some.integers(2, 4), some.integers(5, 17)),
    degree=some.integers(2, 9),
    attributes=some.sampled_from([POWER, UNIT, WIDER, SHIFTED]),
    monic=some.booleans(),
    ways=some.sampled_from([MAPS, BOTH]),
    seed=some.integers(0, 1000),
)
def test_pairs_equal_the_reference(
    sizes: tuple[int, int],
    degree: int,
    attributes: dict[str, Any],
    monic: bool,
    ways: dict[str, Way],
    seed: int,
) -> None:
    coefficients = [*drawn((degree,), seed), 1.0 if monic else 0.3]
    graph = mlp(*sizes, attributes, coefficients, seed)
    held(graph, planned_so(graph, ways))


DEGREE_8 = [0.3, 0.4, 0.1, -0.2, 0.1, 0.05, -0.1, 0.1, -1.0]


@pytest.mark.parametrize(("hidden", "pairs", "chunks"), [(7, 1, 2), (11, 2, 3), (16, 2, 4)])
def test_a_map_and_a_pair_take_the_products_of_one(hidden: int, pairs: int, chunks: int) -> None:
    graph = mlp(4, hidden, POWER, DEGREE_8)

    def products(ways: dict[str, Way], node: str) -> int:
        program = planned_so(graph, ways)
        assert program.layout.features == 4
        of_node = (one for one in program.instructions if program.layers[one.layer] == node)
        return sum(primitives(one)["ct_pt"] for one in of_node)

    # Four diagonals of four rows each.
    assert [products(ways, "up") for ways in ({}, MAPS, BOTH)] == [4 * chunks, 4 * pairs, 4 * pairs]
    assert [products(ways, "down") for ways in ({}, MAPS, BOTH)] == [4 * chunks, 4 * chunks, 4 * pairs]


def test_a_plan_takes_pairs_where_slots_are_complex_and_nothing_is_probed() -> None:
    graph = mlp(4, 8, POWER, DEGREE_8)
    plain, paired, probed = (
        plan(graph, PARAMETERS, REFRESH, complex_slots=complex_slots, probes=probes)
        for complex_slots, probes in ((False, False), (True, False), (True, True))
    )
    assert plain.counts["conjugations"] == probed.counts["conjugations"] == 0
    assert paired.counts["conjugations"] == 1
    assert paired.counts["ct_pt"] < plain.counts["ct_pt"]
    assert paired.input_level == plain.input_level
    held(graph, paired)


def test_values_of_one_chunk_and_those_that_others_read_stay_as_they_are() -> None:
    graph, wide = mlp(4, 8, POWER, DEGREE_8), ("up", "activation")
    assert list(pairings(graph, wide, {})) == [[MAPS, BOTH]]
    assert not list(pairings(graph, (), {}))
    for reads in wide:
        more = Graph("more", (*graph.nodes, Node("more", "add", (reads, reads))), "sum")
        assert not list(pairings(more, wide, {}))
    assert not list(pairings(mlp(4, 8, POWER, [0.3, 0.0]), wide, {}))
    assert Recordings(graph, PARAMETERS, BOOTSTRAP).wide == set(wide)
    assert not Recordings(graph, PARAMETERS, BOOTSTRAP, halves=2).wide


@settings(max_examples=60)
@given(
    shape=shapes(),
    masked=some.booleans(),
    seed=some.integers(0, 1000),
    way=some.sampled_from([None, *PACKINGS]),
)
def test_one_map_makes_queries_and_keys(
    shape: tuple[int, int, int, int], masked: bool, seed: int, way: Way | None
) -> None:
    tokens, heads, features, block = shape
    mask = drawn((tokens, block), seed) if masked else None
    graph = attention(*shape, seed, mask)
    samples = np.random.default_rng(seed).normal(size=(3, tokens, heads * features)) / 2
    program = planned_so(graph, JOINT if way is None else {**JOINT, "scores": way, "mix": way})
    found = values_of(program, samples)[""]
    assert np.allclose(found, reference.run(graph, samples)[graph.output], rtol=1e-9, atol=1e-9)


def test_queries_and_keys_take_the_products_of_one() -> None:
    graph = attention(8, 2, 4, 8, 0, None)
    apart, joint = (
        planned_so(graph, {**ways, "scores": Way.PACKED, "mix": Way.PACKED}) for ways in ({}, JOINT)
    )
    assert joint.counts["ct_pt"] == apart.counts["ct_pt"] - 8  # diagonals
    assert joint.counts["conjugations"] == apart.counts["conjugations"] + 1
    # A plan takes them where nothing is probed.
    plain, chosen = (
        plan(graph, PARAMETERS, REFRESH, complex_slots=True, probes=probes) for probes in (True, False)
    )
    assert chosen.counts["ct_pt"] < plain.counts["ct_pt"]
    assert chosen.levels_used <= plain.levels_used


def test_queries_and_keys_that_others_read_are_made_apart() -> None:
    graph = attention(8, 2, 4, 8, 0, None)
    assert Recordings(graph, PARAMETERS, BOOTSTRAP).keys == {"q": "k"}
    assert not Recordings(graph, PARAMETERS, BOOTSTRAP, halves=2).keys
    for reads in ("q", "k", "q.heads"):
        more = Graph("more", (*graph.nodes, Node("more", "add", (reads, reads))), "merged")
        assert not Arrangement(more).keys
    alike = replace(graph["scores"], inputs=("q.heads", "q.heads"))
    nodes = tuple(alike if one.name == "scores" else one for one in graph)
    assert not Arrangement(Graph("alike", nodes, "merged")).keys


def test_pairs_are_refreshed_where_imaginary_parts_are_kept() -> None:
    parameters = replace(BOOTSTRAPS, depth=21)  # five levels after a bootstrap
    rows = parameters.slots // TOKENS
    graph = mlp(rows, 2 * rows, POWER, DEGREE_8)
    graph = replace(
        graph, nodes=tuple(replace(one, attributes={**one.attributes, "mean": 0.25}) for one in graph)
    )

    def planner(ways: dict[str, Way], *, keeps_imaginary: bool) -> Planner:
        refresh = Refresh("bootstrap", top=5, entry=1, work=0.0, keeps_imaginary=keeps_imaginary)
        return Planner(Recordings(graph, parameters, refresh), ways)

    usual = planner({}, keeps_imaginary=False).schedule()
    assert "up" in usual.refreshed
    assert planner(MAPS, keeps_imaginary=False).schedule().refreshed == usual.refreshed - {"up"}
    with pytest.raises(PlanError, match="levels between two refreshes"):
        planner(BOTH, keeps_imaginary=False).schedule()
    for ways in (MAPS, BOTH):
        kept = planner(ways, keeps_imaginary=True)
        plan = kept.schedule()
        assert "up" in plan.refreshed
        held(graph, kept.record(plan, probes=False, values_of={}), parameters)


def test_a_map_makes_pairs_or_reads_them() -> None:
    graph = mlp(4, 8, POWER, DEGREE_8)
    between = Node("down", "linear", ("activation",), arrays={"weight": drawn((8, 8)), "bias": drawn((8,))})
    graph = Graph("between", (*graph.nodes[:3], between), "down")
    with pytest.raises(PlanError, match="reads pairs of chunks and makes some"):
        Planner(Recordings(graph, PARAMETERS, REFRESH), {**BOTH, "down": Way.PAIRED}).schedule()
