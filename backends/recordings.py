"""Recordings of a graph: of its program, and of each node apart, which tells what the node takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from backends.engine import Engine, choose_layout
from backends.errors import PlanError
from backends.folding import Folding, known_slots
from backends.parameters import ParameterSet
from backends.primitives import Primitive
from backends.program import primitives
from backends.recorder import Recorder
from backends.schedule import NodeCost, Refresh
from backends.tensor.arrangement import Arrangement
from backends.tensor.operation import Way
from backends.tensor.operations import encrypted
from backends.tensor.tensor import Tensor
from models.arrays import Array
from models.graph import Graph, Node

#: A level far above the bottom, from which a node is recorded.
_HIGH = 1000


class Recordings:
    """What is recorded of one graph at one parameter set.

    A node is recorded apart once for operands that lie alike, whatever else is chosen of its graph.

    Args:
        graph: a polynomial one.
        parameters: the set.
        refresh: how ciphertexts get their levels back.
        halves: of a batch (`Layout.halves`).
        copies: node → another of which it is a copy, where it takes the same on operands that lie alike.
        runs: whether the program of the graph is to run.

    Attributes:
        layout: that of the slots.
    """

    def __init__(
        self,
        graph: Graph,
        parameters: ParameterSet,
        refresh: Refresh,
        halves: int = 1,
        copies: Mapping[str, str] = MappingProxyType({}),
        runs: bool = True,
    ) -> None:
        self.graph, self.parameters, self.refresh = graph, parameters, refresh
        self._arrangement = Arrangement(graph)
        self.layout = replace(choose_layout(self._arrangement, graph, parameters.slots), halves=halves)
        self._copies, self._runs = copies, runs
        self._apart: dict[tuple[object, ...], tuple[Tensor, NodeCost]] = {}

    def of(self, shorter: Graph) -> Recordings:
        """Those of a graph that has some of the nodes; what was recorded of these is not recorded again."""
        found = Recordings(
            shorter, self.parameters, self.refresh, self.layout.halves, self._copies, self._runs
        )
        found._apart = self._apart
        return found

    @property
    def wide(self) -> frozenset[str]:
        """Nodes whose feature values span several chunks, in slots whose imaginary parts are free."""
        of_features = (name for name, kind in self._arrangement.kinds.items() if kind == "features")
        return frozenset(
            name
            for name in of_features
            if self.layout.halves == 1 and self._arrangement.place(name, self.layout).chunks(self.layout) > 1
        )

    @property
    def keys(self) -> Mapping[str, str]:
        """See `Arrangement.keys`; where imaginary parts are free."""
        return self._arrangement.keys if self.layout.halves == 1 else {}

    def begin(self, ways: Mapping[str, Way]) -> tuple[Folding, Engine]:
        """A new recording, and the engine that computes on it.

        Args:
            ways: node → how it is computed, where that is not the first way of its operation.
        """
        return self._begun(ways, self._runs)

    def _begun(self, ways: Mapping[str, Way], runs: bool) -> tuple[Folding, Engine]:
        folding = Folding(Recorder(self.refresh, self.layout, runs=runs), self.parameters)
        return folding, Engine(self._arrangement, self.layout, folding, ways)

    def lies_apart(self, name: str) -> bool:
        """Whether the halves of a batch lie apart in a node's value."""
        return name in self._arrangement.apart

    def received(self, folding: Folding, level: int) -> Tensor:
        """The graph's input, as the key owner sends it."""
        lies = self._arrangement.input(self.layout)
        ciphertexts = [folding.input(level) for _ in range(lies.chunks(self.layout))]
        return Tensor(tuple(ciphertexts), lies, clean=True)

    def apart(self, node: Node, way: Way | None, operands: Sequence[Tensor]) -> tuple[Tensor, NodeCost]:
        """A node's result, and what it takes, with levels as offsets from the result's.

        Args:
            node: the node.
            way: how it is computed; None in the first way of its operation.
            operands: the results of those that it reads.

        Raises:
            PlanError: the engine cannot compute it on these operands.
        """
        lies = [(x.layout, x.clean, known_slots(x.ciphertexts)) for x in operands]
        both = [node, self._arrangement.keys_of(node)] if way is Way.QUERIES_AND_KEYS else [node]
        own = self._copies.get(node.name, node.name), way, *lies
        if own not in self._apart:
            self._apart[own] = self._shared(
                (*(self._alike(one, operands) for one in both), way, *lies), node, way, operands
            )
        return self._apart[own]

    def _shared(
        self, shared: tuple[object, ...], node: Node, way: Way | None, operands: Sequence[Tensor]
    ) -> tuple[Tensor, NodeCost]:
        """What was recorded of a node with which this one has so much in common, or else is recorded now."""
        if shared in self._apart:
            return self._apart[shared]
        result, cost = self._recorded(node, way, operands)
        # Slots that do not depend on the input are this node's own, and others have others.
        if all(slots is None for slots in known_slots(result.ciphertexts)):
            self._apart[shared] = result, cost
        return result, cost

    def _alike(self, node: Node, operands: Sequence[Tensor]) -> tuple[object, ...]:
        """What two nodes have in common that take the same on operands that lie alike."""
        operation = encrypted(node)
        smallest = min((_smallest(array) for array in node.arrays.values()), default=np.inf)
        # Constants of smaller numbers may vanish when they are encoded.
        vanishing = 2 * self.parameters.n / 2.0**self.parameters.scale_bits
        if operation.by_values or smallest < vanishing:
            return (node.name,)
        features = self._arrangement.kinds[node.name] == "features"
        place = self._arrangement.place(node.name, self.layout) if features else None
        if place is not None and operation.support is not None and operands[0].layout.kind == "features":
            supports = [operation.support(place.seen(self.layout), place, operands[0], node)]
        else:
            supports = [(name, *_zeros(array)) for name, array in node.arrays.items()]
        # The mean matters where a value is refreshed, and not where it is computed.
        attributes = sorted((name, repr(value)) for name, value in node.attributes.items() if name != "mean")
        halves: tuple[bool, ...] = ()
        if self.layout.halves > 1:  # a map that parts them takes more than one that lies alike
            apart = (self.lies_apart(name) for name in (node.name, *node.inputs))
            halves = (node.name == self._arrangement.parting, *apart)
        return node.operation, *attributes, place, *halves, *supports

    def _recorded(self, node: Node, way: Way | None, operands: Sequence[Tensor]) -> tuple[Tensor, NodeCost]:
        folding, engine = self._begun({} if way is None else {node.name: way}, runs=False)
        times = self._alike_ciphertexts(node, way, operands)
        if times > 1:
            operands = [x.with_ciphertexts(x.ciphertexts[:1]) for x in operands]
        depths = engine.operand_depths(node, operands)
        if node.is_input:
            result = self.received(folding, _HIGH)
        else:
            pairs = zip(operands, depths, strict=True)
            result = engine.run(node, [_fresh(folding, x, _HIGH + depth) for x, depth in pairs])
        if {folding.level(c) for c in result.ciphertexts} != {_HIGH}:
            raise PlanError(f"node {node.name} does not spend the levels that operand_depths says")
        result = result.with_ciphertexts(result.ciphertexts * times)
        ciphertexts = sum(slots is None for slots in known_slots(result.ciphertexts))
        counted = Counter({one: times * count for one, count in _counted(folding.recorder).items()})
        paired = result.layout.paired
        real = not paired and (self.layout.halves == 1 or self.lies_apart(node.name))
        refreshable = not paired or (self.refresh.keeps_imaginary and way is Way.PAIRED)
        return result, NodeCost(counted, ciphertexts, depths, real, refreshable)

    def _alike_ciphertexts(self, node: Node, way: Way | None, operands: Sequence[Tensor]) -> int:
        """How many ciphertexts the first of the operand stands for, with all of which the same is done."""
        if not encrypted(node).each or way is not None or self.layout.halves > 1:
            return 1
        (x,) = operands
        alike = not x.layout.paired and all(slots is None for slots in known_slots(x.ciphertexts))
        return len(x.ciphertexts) if alike else 1


def _zeros(array: Array) -> tuple[object, ...]:
    """Where an array is zero; and where all of it is one number, that number, which may cost nothing."""
    uniform = float(array.flat[0]) if array.size and np.ptp(array) == 0 else None
    return array.shape, np.packbits(array != 0).tobytes(), uniform


def _smallest(array: Array) -> float:
    """The smallest magnitude of what is not zero."""
    return float(np.abs(array[array != 0]).min(initial=np.inf))


def _fresh(folding: Folding, tensor: Tensor, level: int) -> Tensor:
    """The tensor as if its ciphertexts had just come in at `level`."""
    return tensor.with_ciphertexts([folding.fresh(c, level) for c in tensor.ciphertexts])


def _counted(recorder: Recorder) -> Counter[tuple[str, int]]:
    """Primitives, and constants encoded, by the level of their operands above the result."""
    counted: Counter[tuple[str, int]] = Counter()
    for instruction in recorder.instructions:
        level = instruction.priced_level - _HIGH
        for name, count in primitives(instruction).items():
            counted[name, level] += count
    for constant in recorder.constants:
        counted[Primitive.ENCODE.counted, constant.level - _HIGH] += constant.row is not None
    return counted
