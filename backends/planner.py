"""Plans a cell: the layout, where values are refreshed at least cost, the level of everything, the program.

Refreshes are placed on the values of the graph. Walking it backwards, the level that each value needs
follows from what reads it; a value that is refreshed may be made at the lowest level, whatever is needed of
it after. So every step runs at the lowest level that serves, and a search over the values to refresh, in
which states that another beats are dropped, finds the cheapest plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from backends.cleartext.adapter import CleartextEvaluator
from backends.costs import Costs
from backends.engine import Engine, choose_layout, input_layout, operand_depths
from backends.errors import PlanError, Unsupported
from backends.interface import Capabilities
from backends.parameters import ParameterSet
from backends.program import Instruction, Program
from backends.recorder import Recorded, Recorder
from backends.tensor.layout import Layout, pack
from backends.tensor.tensor import Tensor
from models.graph import Graph, Node

#: Values that are the same ciphertexts under another name; they are not refreshed twice.
ALIASES = ("split_heads", "merge_heads")


@dataclass(frozen=True)
class Refresh:
    """How a ciphertext gets its levels back.

    Attributes:
        kind: `bootstrap` or `round_trip`.
        top: highest level of any value, and so of the inputs: what a refresh returns.
        entry: lowest level at which a value may enter a refresh.
    """

    kind: str
    top: int
    entry: int


def refresh_for(kind: str, parameters: ParameterSet, capabilities: Capabilities) -> Refresh:
    """The refresh that a suite asks for.

    Raises:
        Unsupported: the library cannot bootstrap, with its reason.
    """
    if kind == "round_trip":
        return Refresh(kind, parameters.depth, 0)
    if capabilities.bootstrap_output_level is None:
        raise Unsupported(f"{capabilities.no_bootstrap_reason}; use refresh: round_trip")
    return Refresh(kind, capabilities.bootstrap_output_level, capabilities.bootstrap_input_level)


@dataclass(frozen=True)
class Schedule:
    """Which values are refreshed, and the level at which each value is made and needed.

    Attributes:
        refreshed: names of the nodes whose values are refreshed.
        made: node → level of its result, before any refresh.
        needed: node → level at which its readers want it, at most.
    """

    refreshed: frozenset[str]
    made: Mapping[str, int]
    needed: Mapping[str, int]


@dataclass(frozen=True)
class _NodeCost:
    """What a node runs, as (instruction, level above its result's), and the ciphertexts of its result."""

    instructions: tuple[Instruction, ...]
    ciphertexts: int


@dataclass(frozen=True)
class _State:
    """A backward search state: what is needed of the values not yet made."""

    cost: float
    needed: Mapping[str, int]
    decisions: tuple[tuple[str, int, int, bool], ...]  # (node, made, needed, refreshed), outermost first


def plan(
    graph: Graph,
    parameters: ParameterSet,
    refresh: Refresh,
    *,
    probes: bool = False,
) -> Program:
    """Record the program of one batch.

    Raises:
        PlanError: the graph does not fit the slots, or some node needs more levels than a refresh returns.
    """
    layout = choose_layout(graph, parameters.slots)
    costs = Costs(parameters)
    schedule = _schedule(graph, _node_costs(graph, layout, parameters), refresh, costs)
    return _record(graph, layout, parameters, refresh, schedule, probes)


def _cleartext(parameters: ParameterSet) -> CleartextEvaluator:
    return CleartextEvaluator(parameters)


def _node_costs(graph: Graph, layout: Layout, parameters: ParameterSet) -> dict[str, _NodeCost]:
    """Record every node apart, far above the bottom, so that levels are offsets from its result's."""
    base = 1000
    values: dict[str, Tensor] = {}
    found: dict[str, _NodeCost] = {}
    zeros = np.zeros((1, graph.input.attributes["tokens"], graph.input.attributes["features"]))
    for node in graph:
        recorder = Recorder(_cleartext(parameters), layout)
        engine = Engine(graph, layout, recorder)
        if node.operation == "input":
            vectors = pack(layout, zeros)
            values[node.name] = Tensor(
                tuple(recorder.input(v, base) for v in vectors), input_layout(graph), clean=True
            )
            found[node.name] = _NodeCost((), len(vectors))
            continue
        operands = [
            _at_level(values[name], base + depth)
            for name, depth in zip(node.inputs, operand_depths(graph, node), strict=True)
        ]
        result = engine.run(node, operands)
        if {recorder.level(c) for c in result.ciphertexts} != {base}:
            raise PlanError(f"node {node.name} does not spend the levels that operand_depths says")
        instructions = tuple(replace(i, level=i.level - base) for i in recorder.instructions)
        values[node.name] = result
        found[node.name] = _NodeCost(instructions, len(result.ciphertexts))
    return found


def _at_level(tensor: Tensor, level: int) -> Tensor:
    """The tensor as if it were at `level`, for recording a node apart."""
    return tensor.with_ciphertexts(
        [Recorded(c.name, replace(c.slots, level=level)) for c in tensor.ciphertexts]
    )


def _schedule(graph: Graph, nodes: dict[str, _NodeCost], refresh: Refresh, costs: Costs) -> Schedule:
    states = [_State(0.0, {graph.output: 0}, ())]
    for node in reversed(graph.nodes):
        states = _undominated(
            [after for state in states for after in _before(graph, node, state, nodes, refresh, costs)]
        )
        if not states:
            raise PlanError(
                f"layer {node.layer or node.name} needs more levels than the {refresh.top - refresh.entry} "
                f"between two refreshes; use a parameter set with more"
            )
    best = min(states, key=lambda state: state.cost)
    return Schedule(
        refreshed=frozenset(name for name, _, _, refreshed in best.decisions if refreshed),
        made={name: made for name, made, _, _ in best.decisions},
        needed={name: needed for name, _, needed, _ in best.decisions},
    )


def _before(
    graph: Graph, node: Node, state: _State, nodes: dict[str, _NodeCost], refresh: Refresh, costs: Costs
) -> list[_State]:
    """The states before a node ran: as it is, and with its value refreshed after it."""
    if node.name not in state.needed:  # nothing reads it
        return [state]
    need = state.needed[node.name]
    rest = {name: level for name, level in state.needed.items() if name != node.name}
    count = nodes[node.name].ciphertexts
    choices = [(need, False, 0.0)]
    if node.operation not in ALIASES and node.operation != "input":
        choices.append((refresh.entry, True, count * costs.refresh_price(refresh.kind, need)))
    found = []
    for made, refreshed, refresh_cost in choices:
        needed = dict(rest)
        for name, depth in zip(node.inputs, operand_depths(graph, node), strict=True):
            needed[name] = max(needed.get(name, 0), made + depth)
        if any(level > refresh.top for level in needed.values()) or made > refresh.top:
            continue
        own = sum(costs.instruction(replace(i, level=i.level + made)) for i in nodes[node.name].instructions)
        decisions = (*state.decisions, (node.name, made, need, refreshed))
        found.append(_State(state.cost + own + refresh_cost, needed, decisions))
    return found


def _undominated(states: list[_State]) -> list[_State]:
    """Without the states that another beats in cost and in every level."""
    kept: list[_State] = []
    for state in sorted(states, key=lambda s: (s.cost, sum(s.needed.values()))):
        if not any(all(k.needed[name] <= level for name, level in state.needed.items()) for k in kept):
            kept.append(state)
    return kept


def _record(
    graph: Graph, layout: Layout, parameters: ParameterSet, refresh: Refresh, schedule: Schedule, probes: bool
) -> Program:
    recorder = Recorder(_cleartext(parameters), layout)
    engine = Engine(graph, layout, recorder)
    run_levels = _run_levels(graph, schedule)
    values: dict[str, Tensor] = {}
    zeros = np.zeros((1, graph.input.attributes["tokens"], graph.input.attributes["features"]))
    for node in graph:
        if node.name not in schedule.made:
            continue
        recorder.begin_layer(node.layer or node.name)
        level = run_levels[node.name]
        if node.operation == "input":
            vectors = pack(layout, zeros)
            tensor = Tensor(tuple(recorder.input(v, level) for v in vectors), input_layout(graph), clean=True)
            inputs = tensor.ciphertexts
        else:
            operands = [
                engine.drop(values[name], level + depth)
                for name, depth in zip(node.inputs, operand_depths(graph, node), strict=True)
            ]
            tensor = engine.drop(engine.run(node, operands), schedule.made[node.name])
        if probes and node.operation not in (*ALIASES, "input"):
            recorder.probe(node.name, tensor.ciphertexts, tensor.layout)
        if node.name in schedule.refreshed:
            tensor = _refreshed(recorder, refresh, tensor, schedule.needed[node.name])
        values[node.name] = tensor
    output = values[graph.output]
    return recorder.finish(inputs, output.ciphertexts, output.layout)


def _run_levels(graph: Graph, schedule: Schedule) -> dict[str, int]:
    """Level of each node's result as it runs; linear maps of one input run together to share rotations."""
    levels = dict(schedule.made)
    for node in graph:
        if node.operation == "linear" and node.name in levels:
            siblings = [
                n.name
                for n in graph.consumers(node.inputs[0])
                if n.operation == "linear" and n.layer == node.layer and n.name in levels
            ]
            levels[node.name] = max(schedule.made[name] for name in siblings)
    return levels


def _refreshed(recorder: Recorder, refresh: Refresh, tensor: Tensor, needed: int) -> Tensor:
    if refresh.kind == "round_trip":
        fresh = [recorder.round_trip(c, needed) for c in tensor.ciphertexts]
    else:
        fresh = [recorder.bootstrap(c) for c in tensor.ciphertexts]
    return tensor.with_ciphertexts(fresh)
