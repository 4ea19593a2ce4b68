"""Decides which values are refreshed, at least cost, and with that the level of everything.

Walking the graph backwards, the level that each value needs follows from what reads it; a value that is
refreshed may be made at the lowest level, whatever is needed of it after. So every step runs at the lowest
level that serves. A search over the values to refresh goes through the nodes once; of its states, which
say what is needed of the values alive, those that another beats are dropped: a few dozen are left in a
transformer, for beside the residual stream few values are alive at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, partial
from math import inf
from typing import NamedTuple

import numpy as np

from backends.costs import Costs
from backends.errors import PlanError
from backends.primitives import Primitive
from backends.tensor.operations import encrypted
from models.graph import Graph, Node


@dataclass(frozen=True)
class Refresh:
    """How a ciphertext gets its levels back.

    Attributes:
        kind: `bootstrap` or `round_trip`.
        top: highest level of any value, and so of the inputs: what a refresh returns.
        entry: lowest level at which a value may enter a refresh.
        work: cost of one relative to the usual one of its kind (`Capabilities.bootstrap_work`).
        keeps_imaginary: whether it keeps the imaginary parts of slots.
        period: of the sine by which a bootstrap reduces (`Capabilities.bootstrap_period`).
        to_top: whether a round trip returns at the highest level, whatever is needed.
    """

    kind: str
    top: int
    entry: int
    work: float = 1.0
    keeps_imaginary: bool = False
    period: float = inf
    to_top: bool = False


@dataclass(frozen=True)
class Schedule:
    """Which values are refreshed, and the level at which each value is made and needed.

    Attributes:
        refreshed: names of the nodes whose values are refreshed.
        paired: those of them whose ciphertexts are refreshed two at a time.
        made: node → level of its result, before any refresh.
        needed: node → level at which its readers want it, at most.
        price: what all of it costs, in transforms (see `backends.costs`).
    """

    refreshed: frozenset[str]
    paired: frozenset[str]
    made: Mapping[str, int]
    needed: Mapping[str, int]
    price: float


@dataclass(frozen=True)
class NodeCost:
    """What a node takes.

    Attributes:
        primitives: (primitive, level of its operands above the node's result) → how many.
        ciphertexts: those of the result that depend on the graph's input.
        depths: levels between each operand and the result.
        real: whether the slots of the result are real.
        refreshable: whether a refresh keeps the result.
    """

    primitives: Counter[tuple[str, int]]
    ciphertexts: int
    depths: tuple[int, ...]
    real: bool = True
    refreshable: bool = True

    @property
    def known(self) -> bool:
        """Whether the result does not depend on the graph's input, so that it is there at any level."""
        return self.ciphertexts == 0

    def price(self, costs: Costs, made: int) -> float:
        """What the node costs with its result made at a level."""
        return sum(
            count * costs.primitive(name, made + above) for (name, above), count in self.primitives.items()
        )


class Manner(Enum):
    """How the ciphertexts of a value are refreshed.

    EACH: by itself. PAIRED: two at a time, the other one in the imaginary parts of slots, for a level before
    and a level after.
    """

    EACH = "each"
    PAIRED = "paired"


#: Levels needed of the values alive, in an order that all states of one moment share.
_Levels = tuple[int, ...]


class _Decision(NamedTuple):
    """What was decided of a node, and of those before it in the search.

    Attributes:
        node: its name.
        made: level of its result, before any refresh.
        needed: level at which its readers want it.
        refreshed: how it is refreshed, if it is.
        before: the decision before this one.
    """

    node: str
    made: int
    needed: int
    refreshed: Manner | None
    before: _Decision | None


def schedule(
    graph: Graph, nodes: Mapping[str, NodeCost], refresh: Refresh, costs: Costs, output_level: int = 0
) -> Schedule:
    """The cheapest schedule.

    Args:
        graph: the graph.
        nodes: node → what it takes.
        refresh: how values get their levels back.
        costs: what that takes.
        output_level: the level at which the output is needed.

    Raises:
        PlanError: some node needs more levels than a refresh returns.
    """
    alive = [] if nodes[graph.output].known else [graph.output]
    states: dict[_Levels, tuple[float, _Decision | None]] = {(output_level,) * len(alive): (0.0, None)}
    for node in reversed(graph.nodes):
        if node.name in alive:
            step = _Step(node, _needs(node, nodes), nodes[node.name], alive, refresh, costs)
            states = _undominated(step.before(states))
            alive = step.alive
        if not states:
            raise PlanError(_too_few(graph, nodes, refresh))
    price, last = min(states.values(), key=lambda state: state[0])
    decisions = list(_listed(last))
    return Schedule(
        refreshed=frozenset(one.node for one in decisions if one.refreshed),
        paired=frozenset(one.node for one in decisions if one.refreshed is Manner.PAIRED),
        made={one.node: one.made for one in decisions},
        needed={one.node: one.needed for one in decisions},
        price=price,
    )


@dataclass(frozen=True)
class LeastTop:
    """The lowest level that a refresh must return for a graph to be computed.

    Attributes:
        level: the level.
        node: the node of which an operand needs it.
    """

    level: int
    node: Node


def _needs(node: Node, nodes: Mapping[str, NodeCost]) -> list[tuple[str, int]]:
    """The values that a node reads and must be computed, with the levels between each and its result."""
    depths = zip(node.inputs, nodes[node.name].depths, strict=True)
    return [(name, depth) for name, depth in depths if not nodes[name].known]


def least_top(graph: Graph, needs: Callable[[Node], Iterable[tuple[str, int]]], entry: int) -> LeastTop:
    """What a graph needs where every value is refreshed that can be.

    Args:
        graph: the graph.
        needs: the values that a node reads, with the levels between each and its result.
        entry: lowest level at which a value may enter a refresh.
    """
    needed = {graph.output: 0}
    found = LeastTop(0, graph[graph.output])
    for node in reversed(graph.nodes):
        if node.name not in needed:
            continue
        made = min(needed[node.name], entry) if makes_ciphertexts(node) else needed[node.name]
        for name, depth in needs(node):
            needed[name] = max(needed.get(name, 0), made + depth)
            if needed[name] > found.level:
                found = LeastTop(needed[name], node)
    return found


def _too_few(graph: Graph, nodes: Mapping[str, NodeCost], refresh: Refresh) -> str:
    """The sentence about the node that needs the most levels."""
    least = least_top(graph, lambda node: _needs(node, nodes), refresh.entry)
    layer, more = least.node.layer or least.node.name, least.level - refresh.top
    return (
        f"layer {layer} needs {least.level - refresh.entry} levels between two refreshes and there are "
        f"{refresh.top - refresh.entry}; raise depth by {more}"
    )


def makes_ciphertexts(node: Node) -> bool:
    """Whether a node computes new ciphertexts, that may be refreshed and probed."""
    return not (node.is_input or encrypted(node).alias)


class _Step:
    """From the states after a node to those before it.

    Args:
        node: the node.
        needs: the values that it reads and must be computed, with the levels between each and its result.
        cost: what it takes.
        alive: names of the values that are alive after it.
        refresh: how they get their levels back.
        costs: what that takes.

    Attributes:
        alive: names of the values that are alive before the node.
    """

    def __init__(
        self,
        node: Node,
        needs: Sequence[tuple[str, int]],
        cost: NodeCost,
        alive: list[str],
        refresh: Refresh,
        costs: Costs,
    ) -> None:
        self._node, self._refresh = node, refresh
        self._at = alive.index(node.name)
        rest = [name for name in alive if name != node.name]
        self.alive = rest + [name for name in dict.fromkeys(name for name, _ in needs) if name not in rest]
        self._added = len(self.alive) - len(rest)
        self._operands = [(self.alive.index(name), depth) for name, depth in needs]
        self._refreshable = makes_ciphertexts(node) and cost.refreshable
        self._price = cache(lambda made: cost.price(costs, made))
        self._pairs = refresh.keeps_imaginary and cost.real and cost.ciphertexts > 1
        self._refresh_price = cache(partial(_refresh_price, cost.ciphertexts, refresh, costs))

    def before(
        self, states: Mapping[_Levels, tuple[float, _Decision | None]]
    ) -> dict[_Levels, tuple[float, _Decision | None]]:
        """Every state as it is, and with the node's value refreshed after it."""
        found: dict[_Levels, tuple[float, _Decision | None]] = {}
        for levels, (cost, decisions) in states.items():
            needed = levels[self._at]
            for made, refreshed in self._choices(needed):
                operands = self._needed_before(levels, made)
                if max(operands, default=0) > self._refresh.top:
                    continue
                total = (
                    cost + self._price(made) + (self._refresh_price(needed, refreshed) if refreshed else 0.0)
                )
                if operands not in found or total < found[operands][0]:
                    found[operands] = total, _Decision(self._node.name, made, needed, refreshed, decisions)
        return found

    def _choices(self, needed: int) -> Iterator[tuple[int, Manner | None]]:
        """Levels at which the value may be made, and how it is then refreshed."""
        yield needed, None
        if self._refreshable:
            yield self._refresh.entry, Manner.EACH
            if self._pairs and needed < self._refresh.top:
                yield self._refresh.entry + 1, Manner.PAIRED

    def _needed_before(self, levels: _Levels, made: int) -> _Levels:
        needed = [*levels[: self._at], *levels[self._at + 1 :], *[0] * self._added]
        for operand, depth in self._operands:
            needed[operand] = max(needed[operand], made + depth)
        return tuple(needed)


def _refresh_price(ciphertexts: int, refresh: Refresh, costs: Costs, needed: int, manner: Manner) -> float:
    """What it costs to refresh a value of so many ciphertexts."""
    each = refresh.work * costs.refresh_price(refresh.kind, needed)
    if manner is Manner.EACH:
        return ciphertexts * each
    pairs = -(-ciphertexts // 2)
    product = (Primitive.MULTIPLY_PLAIN.counted, Primitive.RESCALE.counted)
    joining = sum(costs.primitive(name, refresh.entry + 1) for name in product)
    parting = 2 * sum(costs.primitive(name, refresh.top) for name in product)
    return pairs * (each + joining + parting + costs.primitive(Primitive.CONJUGATE.counted, refresh.top))


def _undominated(
    states: dict[_Levels, tuple[float, _Decision | None]],
) -> dict[_Levels, tuple[float, _Decision | None]]:
    """Without the states that another beats in cost and in every level."""
    ordered = sorted(states.items(), key=lambda state: (state[1][0], sum(state[0])))
    if not ordered or not ordered[0][0]:
        return dict(ordered[:1])
    kept = np.empty((len(ordered), len(ordered[0][0])), int)
    found: dict[_Levels, tuple[float, _Decision | None]] = {}
    for levels, state in ordered:
        if not np.any(np.all(kept[: len(found)] <= levels, axis=1)):
            kept[len(found)] = levels
            found[levels] = state
    return found


def _listed(decision: _Decision | None) -> Iterator[_Decision]:
    while decision is not None:
        yield decision
        decision = decision.before
