"""Where refreshes go, what levels follow, and what cannot be planned."""

from __future__ import annotations

import numpy as np
import pytest

from backends.costs import Costs
from backends.errors import PlanError, Unsupported
from backends.interface import Capabilities
from backends.parameters import BootstrapParameters, ParameterSet
from backends.planner import Planner, Refresh, plan, refresh_for
from backends.program import Program
from backends.recordings import Recordings
from backends.schedule import schedule
from models.graph import Graph, Node
from tests.backends.exhaustive import Search
from tests.backends.graphs import mlp
from tests.random_vit import random_vit

PARAMETERS = ParameterSet(log_n=10, first_modulus_bits=50, scale_bits=40, depth=6, digits=7, security=0)
ROUND_TRIPS = Refresh("round_trip", top=6, entry=0)
BOOTSTRAPPING = ParameterSet(
    log_n=12,
    first_modulus_bits=55,
    scale_bits=50,
    depth=24,
    digits=3,
    security=0,
    bootstrap=BootstrapParameters((3, 3), 5, 16),
)
BOOTSTRAPS = Refresh("bootstrap", top=8, entry=1)


def test_a_shallow_graph_is_never_refreshed_and_enters_at_the_level_it_needs() -> None:
    program = plan(mlp(2), PARAMETERS, ROUND_TRIPS)
    assert program.counts["round_trips"] == 0
    assert program.input_level == program.levels_used == 4
    assert output_level(program) == 0


@pytest.mark.parametrize("depth", range(3, 9))
def test_refreshes_are_as_few_as_can_be(depth: int) -> None:
    """A chain of 2·depth levels with 6 between refreshes; the residual needs no refresh of its own."""
    program = plan(mlp(depth), PARAMETERS, ROUND_TRIPS)
    assert program.counts["round_trips"] == -(-2 * depth // 6) - 1


@pytest.mark.parametrize("depth", [4, 5])
@pytest.mark.parametrize("refresh", [Refresh("round_trip", 5, 0), Refresh("bootstrap", 6, 1)])
def test_the_schedule_is_the_cheapest_of_all(depth: int, refresh: Refresh) -> None:
    graph, costs = mlp(depth), Costs(PARAMETERS)
    nodes = Planner(Recordings(graph, PARAMETERS, refresh), {}).node_costs()
    best = Search(graph, costs, nodes, refresh, 0).run()
    assert schedule(graph, nodes, refresh, costs).price == pytest.approx(best)


def test_bootstraps_enter_with_the_level_they_need() -> None:
    program = plan(random_vit(1), BOOTSTRAPPING, BOOTSTRAPS)
    assert program.counts["bootstraps"] >= 2
    assert program.counts["round_trips"] == 0
    levels = {name: i.level for i in program.instructions for name in i.results}
    bootstraps = [i for i in program.instructions if i.operation == "bootstrap"]
    assert {levels[i.operands[0]] for i in bootstraps} == {1}
    assert {i.level for i in bootstraps} == {8}
    assert program.input_level <= 8


def test_no_more_rotation_keys_than_steps_used() -> None:
    program = plan(random_vit(1), BOOTSTRAPPING, BOOTSTRAPS)
    used = {step for i in program.instructions for step in i.steps} - {0}
    assert set(program.rotation_steps) == used
    assert len(used) < 30


def test_all_zero_diagonals_are_skipped() -> None:
    graph = mlp(1, features=8)
    weight = np.diag(np.arange(1.0, 9.0))
    nodes = [
        Node(n.name, n.operation, n.inputs, n.attributes, {**n.arrays, "weight": weight}, n.layer)
        if n.operation == "linear"
        else n
        for n in graph
    ]
    program = plan(Graph("diagonal", tuple(nodes), graph.output), PARAMETERS, ROUND_TRIPS)
    assert program.counts["ct_pt"] == 1
    assert program.counts["rotations"] == 0


def test_a_layer_deeper_than_a_refresh_is_named() -> None:
    with pytest.raises(
        PlanError, match=r"layer layer1 needs . levels between two refreshes and there are 0; raise depth by"
    ):
        plan(mlp(2), PARAMETERS, Refresh("round_trip", top=0, entry=0))


def test_a_clear_rung_is_never_encrypted() -> None:
    nodes = (
        Node("input", "input", attributes={"tokens": 2, "features": 2}),
        Node("soft", "softmax", ("input",)),
    )
    with pytest.raises(PlanError, match="soft is not a polynomial; convert the model first"):
        plan(Graph("clear", nodes, "soft"), PARAMETERS, ROUND_TRIPS)


def test_a_model_that_does_not_fit_the_slots() -> None:
    with pytest.raises(PlanError, match="raise log_n"):
        plan(mlp(1, tokens=600, features=2), PARAMETERS, ROUND_TRIPS)


def test_a_library_without_bootstrap_is_unsupported_with_its_reason() -> None:
    without = Capabilities(no_bootstrap_reason="the library has no bootstrap")
    with pytest.raises(Unsupported, match="the library has no bootstrap; use refresh: round_trip"):
        refresh_for("bootstrap", PARAMETERS, without)


def output_level(program: Program) -> int:
    levels = {name: i.level for i in program.instructions for name in i.results}
    return levels[program.outputs[0]]
