"""Plans a cell: the layout, where values are refreshed at least cost, every level, and the program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import numpy as np

from backends import headroom
from backends.costs import Costs
from backends.errors import PlanError, Unsupported
from backends.folding import Folding, chunks
from backends.interface import Capabilities, Ciphertext
from backends.parameters import ParameterSet
from backends.program import Program
from backends.recordings import Recordings
from backends.schedule import NodeCost, Refresh, Schedule, makes_ciphertexts, schedule
from backends.tensor.halves import paired, parted
from backends.tensor.layout import filled, in_halves, in_pairs
from backends.tensor.operation import Way
from backends.tensor.operations import encrypted
from backends.tensor.pairs import ONE
from backends.tensor.tensor import Tensor
from backends.threshold import INTERACTIVE_BOOTSTRAP
from backends.ways import by_shape, choices, pairings
from models.arrays import Array
from models.graph import Graph, Node

__all__ = ["Refresh", "cheapest", "plan", "refresh_for"]


def refresh_for(kind: str, parameters: ParameterSet, capabilities: Capabilities) -> Refresh:
    """The refresh that a suite asks for.

    An interactive bootstrap is a round trip for the evaluator, whoever answers it.

    Raises:
        Unsupported: the library cannot bootstrap, with its reason.
    """
    if kind == "round_trip":
        return Refresh(kind, parameters.depth, 0)
    if kind == INTERACTIVE_BOOTSTRAP:
        lowest = capabilities.interactive_bootstrap_input_level
        if lowest is None:
            raise Unsupported(
                "an interactive bootstrap takes several key owners, and a library whose key they can share; "
                "set parties and choose openfhe, or use refresh: round_trip"
            )
        return Refresh("round_trip", parameters.depth, lowest, to_top=True)
    if capabilities.bootstrap_output_level is None:
        raise Unsupported(f"{capabilities.no_bootstrap_reason}; use refresh: round_trip")
    return Refresh(
        kind,
        capabilities.bootstrap_output_level,
        capabilities.bootstrap_input_level,
        capabilities.bootstrap_work,
        capabilities.complex_bootstrap,
        capabilities.bootstrap_period,
    )


def plan(
    graph: Graph,
    parameters: ParameterSet,
    refresh: Refresh,
    *,
    probes: bool = False,
    values: Mapping[str, Array] | None = None,
    complex_slots: bool = False,
    samples: int = 1,
    runs: bool = True,
) -> Program:
    """Record the program of one batch, such that batches of all samples cost least.

    Args:
        graph: a polynomial one.
        parameters: the set that it is to run at.
        refresh: how ciphertexts get their levels back.
        probes: whether every value is shown to the key owner.
        values: every node's on some samples, as `models.reference.run` gives them; they are held against the
            room where they are decrypted or refreshed.
        complex_slots: whether the program may use them, because the library has them.
        samples: how many are to be computed.
        runs: whether the program is to run; else its constants are counted and not kept.

    Raises:
        PlanError: the graph is not polynomial, does not fit the slots, some node needs more levels than a
            refresh returns, or a constant or a value is too large for its level.
    """
    planner, chosen = cheapest(
        graph,
        parameters,
        refresh,
        probes=probes,
        complex_slots=complex_slots,
        samples=samples,
        runs=runs,
    )
    return planner.record(chosen, probes, values or {})


def cheapest(
    graph: Graph,
    parameters: ParameterSet,
    refresh: Refresh,
    *,
    probes: bool = False,
    complex_slots: bool = False,
    samples: int = 1,
    copies: Mapping[str, str] = MappingProxyType({}),
    runs: bool = True,
) -> tuple[Planner, Schedule]:
    """What `plan` records.

    Args:
        graph: see `plan`, as are the others.
        copies: node → another of which it is a copy (`Recordings`).
        runs: whether the program is to run.

    Raises:
        PlanError: see `plan`.
    """
    check_polynomial(graph)
    refresh = replace(refresh, keeps_imaginary=refresh.keeps_imaginary and complex_slots)
    # What is probed is decrypted, and so lies in real slots.
    joins = refresh.keeps_imaginary and not probes
    begin = partial(Recordings, graph, parameters, refresh, copies=copies, runs=runs)
    batches = _batches(begin, samples if joins else 1)
    schedules = _schedules(batches, complex_slots=complex_slots, probes=probes)
    return min(schedules, key=lambda found: found[0].batches(samples) * found[1].price)


def _batches(begin: Callable[..., Recordings], samples: int) -> Iterator[Recordings]:
    """A batch of real slots; and where there are more samples, one that has its other half beside it."""
    real = begin()
    yield real
    if samples > real.layout.images:
        yield begin(halves=2)


def _schedules(
    batches: Iterable[Recordings], *, complex_slots: bool, probes: bool
) -> Iterator[tuple[Planner, Schedule]]:
    """The cheapest schedule of each kind of batch and choice of ways that can be planned.

    Where attentions have many shapes, the ways of each are tried on the cheapest choice so far. Pairs are
    tried on every choice, a kind after the other: the keys beside the queries cost what hangs on the way in
    which scores are made of them.

    Raises:
        PlanError: there is none; it says why not with every node in its first way.
    """
    errors: list[PlanError] = []
    planned = False
    for recordings in batches:
        graph, window = recordings.graph, recordings.layout.window
        ways = choices(graph, complex_slots=complex_slots, window=window)
        found = list(_tried(recordings, ways, errors))
        if not found:
            continue
        shapes = list(by_shape(graph, complex_slots=complex_slots, window=window))
        if shapes:
            found = [_bettered(recordings, min(found, key=_price), shapes, errors)]
        if complex_slots and not probes:
            pairs = list(pairings(graph, recordings.wide, recordings.keys))
            found = [_bettered(recordings, one, pairs, errors) for one in found]
        planned = True
        yield min(found, key=_price)
    if not planned:
        raise errors[0]


def _bettered(
    recordings: Recordings,
    best: tuple[Planner, Schedule],
    more: Iterable[Sequence[Mapping[str, Way | None]]],
    errors: list[PlanError],
) -> tuple[Planner, Schedule]:
    """A schedule with those of other ways that make it cheaper, tried one list of them after the other."""
    for alternatives in more:
        others = [_with(best[0].ways, one) for one in alternatives]
        best = min([best, *_tried(recordings, others, errors)], key=_price)
    return best


def _price(found: tuple[Planner, Schedule]) -> float:
    return found[1].price


def _with(ways: Mapping[str, Way], others: Mapping[str, Way | None]) -> dict[str, Way]:
    """The ways of nodes, some of them other ones; None is the first way of an operation."""
    return {name: way for name, way in {**ways, **others}.items() if way is not None}


def _tried(
    recordings: Recordings, choices: Iterable[Mapping[str, Way]], errors: list[PlanError]
) -> Iterator[tuple[Planner, Schedule]]:
    """The cheapest schedule of each choice of ways that can be planned; errors are added to those before."""
    for ways in choices:
        planner = Planner(recordings, ways)
        try:
            yield planner, planner.schedule()
        except PlanError as error:
            errors.append(error)


def check_polynomial(graph: Graph) -> None:
    """Raise PlanError where a graph has an operation that is no polynomial."""
    rest = graph.not_polynomial()
    if rest:
        raise PlanError(
            f"{graph.name} cannot be encrypted: {rest[0]} is not a polynomial; convert the model first"
        )


class Planner:
    """One graph at one parameter set.

    Args:
        recordings: of the graph.
        ways: node → how it is computed, where that is not the first way of its operation; also an attribute.
    """

    def __init__(self, recordings: Recordings, ways: Mapping[str, Way]) -> None:
        self._graph, self._parameters = recordings.graph, recordings.parameters
        self._refresh, self._layout = recordings.refresh, recordings.layout
        self._recordings, self.ways = recordings, ways
        self._values: dict[str, Tensor] = {}
        self._costs: dict[str, NodeCost] = {}

    def batches(self, samples: int) -> int:
        """Batches that so many samples are."""
        return -(-samples // self._layout.samples)

    def schedule(self) -> Schedule:
        """The cheapest schedule; halves that are joined need a level to be told apart at the end.

        Raises:
            PlanError: the engine cannot compute a node so, or it needs more levels than a refresh returns.
        """
        costs = Costs(self._parameters)
        return schedule(self._graph, self.node_costs(), self._refresh, costs, int(self._parts_output))

    @property
    def _parts_output(self) -> bool:
        return self._layout.halves > 1 and not self._recordings.lies_apart(self._graph.output)

    def of(self, shorter: Graph) -> Planner:
        """That of a graph which has some of the nodes, each computed as here."""
        planner = Planner(self._recordings.of(shorter), self.ways)
        planner.node_costs()
        return planner

    def node_costs(self) -> dict[str, NodeCost]:
        """What every node takes."""
        found: dict[str, NodeCost] = {}
        for node in self._graph:
            operands = [self._values[name] for name in node.inputs]
            recorded = self._recordings.apart(node, self.ways.get(node.name), operands)
            self._values[node.name], found[node.name] = recorded
        self._costs = found
        return found

    def record(self, plan: Schedule, probes: bool, values_of: Mapping[str, Array]) -> Program:
        """The program that follows a schedule; see `plan`."""
        self._hold(plan, values_of)
        folding, engine = self._recordings.begin(self.ways)
        recorder, run_levels = folding.recorder, self._run_levels(plan)
        values = {name: self._values[name] for name, cost in self._costs.items() if cost.known}
        for node in self._graph:
            if not node.is_input and node.name not in plan.made:
                continue
            recorder.begin_layer(node.layer or node.name)
            level = run_levels.get(node.name, 0)
            if node.is_input:
                tensor = inputs = self._recordings.received(folding, level)
            else:
                operands = [
                    engine.drop(values[name], level + depth)
                    for name, depth in zip(node.inputs, self._costs[node.name].depths, strict=True)
                ]
                tensor = engine.drop(engine.run(node, operands), plan.made[node.name])
            if probes and makes_ciphertexts(node):
                recorder.probe(node.name, *chunks(tensor, self._layout))
            if node.name in plan.refreshed:
                tensor = self._refreshed(folding, node, tensor, plan)
            values[node.name] = tensor
        output = values[self._graph.output]
        if self._parts_output:
            output = parted(folding, output)
        return recorder.finish(*chunks(inputs, self._layout), *chunks(output, self._layout))

    def _hold(self, plan: Schedule, values: Mapping[str, Array]) -> None:
        """See that values fit where they are decrypted, or refreshed by a bootstrap without their mean."""
        bootstraps = self._refresh.kind == "bootstrap"
        for node in self._graph:
            if node.name not in values or node.name not in plan.made:
                continue
            if node.name in plan.refreshed and bootstraps:
                mean = float(node.attributes.get("mean", 0.0))
                centred = values[node.name] - mean
                self._hold_value(
                    node, centred, 0, period=self._refresh.period, pairs=node.name in plan.paired
                )
            elif node.name in plan.refreshed or node.name == self._graph.output:
                self._hold_value(node, values[node.name], plan.made[node.name])

    def _hold_value(
        self, node: Node, value: Array, level: int, *, period: float | None = None, pairs: bool = False
    ) -> None:
        if 2 * np.abs(value).max() <= headroom.reach(self._parameters, level, period):
            return
        samples = self._layout.samples
        starts = range(0, len(value), samples)
        batches = [filled(self._layout, value[start : start + samples]) for start in starts]
        vectors = [self._spread(node, batch) for batch in batches]
        slots = [one for of_batch in vectors for one in (in_pairs(of_batch) if pairs else of_batch)]
        what = f"layer {node.layer or node.name}"
        headroom.check(self._parameters, level, slots, what, period)

    def _spread(self, node: Node, batch: Array) -> list[Array]:
        """The slot vectors of a node's values in one batch, of both halves or of each."""
        value, layout = self._values[node.name].layout, self._layout
        if not self._recordings.lies_apart(node.name):
            return value.spread(layout, batch)
        one_half = replace(layout, halves=1)
        return [vector for half in in_halves(layout, batch) for vector in value.spread(one_half, half)]

    def _run_levels(self, plan: Schedule) -> dict[str, int]:
        """Level of each result as it runs; what shares rotations of one input runs at one level."""
        levels = dict(plan.made)
        for node in self._graph:
            if encrypted(node).shares_rotations and node.name in levels:
                siblings = [
                    n.name
                    for n in self._graph.consumers(node.inputs[0])
                    if n.operation == node.operation and n.layer == node.layer and n.name in levels
                ]
                levels[node.name] = max(plan.made[name] for name in siblings)
        return levels

    def _refreshed(self, folding: Folding, node: Node, tensor: Tensor, plan: Schedule) -> Tensor:
        """A node's value with its levels back."""
        if self._refresh.kind == "round_trip":
            needed = self._refresh.top if self._refresh.to_top else plan.needed[node.name]
            return tensor.with_ciphertexts([folding.round_trip(c, needed) for c in tensor.ciphertexts])
        mean = float(node.attributes.get("mean", 0.0))
        if node.name in plan.paired:
            pairs = _bootstrapped(folding, paired(folding, tensor), mean * (1 + 1j))
            return tensor.with_ciphertexts(parted(folding, pairs).ciphertexts[: len(tensor.ciphertexts)])
        if tensor.layout.paired:
            return _bootstrapped(folding, tensor, mean * ONE)
        joined = not self._recordings.lies_apart(node.name)
        return _bootstrapped(folding, tensor, mean * self._layout.one if joined else mean)


def _bootstrapped(folding: Folding, tensor: Tensor, mean: complex) -> Tensor:
    """The tensor bootstrapped without its mean.

    A bootstrap approximates a sine of the coefficients, the first of which is the mean of the slots, or of
    the slots themselves, and errs with the cube of the largest. So the value's mean is taken out before and
    put back after.
    """
    centred = [_shifted(folding, c, -mean) for c in tensor.ciphertexts]
    return tensor.with_ciphertexts([_shifted(folding, folding.bootstrap(c), mean) for c in centred])


def _shifted(folding: Folding, ciphertext: Ciphertext, by: complex) -> Ciphertext:
    return folding.add_plain(ciphertext, folding.encode(by, folding.level(ciphertext)))
