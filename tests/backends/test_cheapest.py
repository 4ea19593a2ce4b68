"""The plan of a small graph is the cheapest of all: of every way, kind of batch, refresh and level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf

import numpy as np
import pytest

from backends.costs import Costs
from backends.errors import PlanError
from backends.planner import Planner
from backends.recordings import Recordings
from backends.schedule import NodeCost, Refresh
from backends.tensor.operations import encrypted
from backends.ways import choices
from models.graph import Graph, Node
from tests.backends.evaluating import PARAMETERS

COSTS = Costs(PARAMETERS)


@dataclass
class Search:
    """Tries everything, backwards through a graph, and gives up only what is dearer than what it found."""

    graph: Graph
    nodes: Mapping[str, NodeCost]
    refresh: Refresh
    output_level: int
    best: float = field(default=inf)

    def run(self) -> float:
        """The least price."""
        self._walk(len(self.graph.nodes) - 1, {self.graph.output: self.output_level}, 0.0)
        return self.best

    def _walk(self, index: int, needed: Mapping[str, int], total: float) -> None:
        if total >= self.best:
            return
        if index < 0:
            self.best = total
            return
        node = self.graph.nodes[index]
        if node.name not in needed:
            self._walk(index - 1, needed, total)
            return
        for made, price in self._choices(node, needed[node.name]):
            cost = self.nodes[node.name]
            below = dict(needed)
            for name, depth in zip(node.inputs, cost.depths, strict=True):
                below[name] = max(below.get(name, 0), made + depth)
            if max(below.values()) <= self.refresh.top:
                self._walk(index - 1, below, total + price + cost.price(COSTS, made))

    def _choices(self, node: Node, needed: int) -> Iterator[tuple[int, float]]:
        """Levels at which a value may be made, and what its refresh costs."""
        yield needed, 0.0
        if node.is_input or encrypted(node).alias:
            return
        entry, top, cost = self.refresh.entry, self.refresh.top, self.nodes[node.name]
        one = COSTS.refresh_price(self.refresh.kind, needed) * self.refresh.work
        yield entry, cost.ciphertexts * one
        if self.refresh.keeps_imaginary and cost.real and cost.ciphertexts > 1 and needed <= top - 1:
            below, above = (
                COSTS.primitive("ct_pt", level) + COSTS.primitive("rescales", level)
                for level in (entry + 1, top)
            )
            pair = one + below + COSTS.primitive("conjugations", top) + 2 * above
            yield entry + 1, (cost.ciphertexts + 1) // 2 * pair


def random_graph(random: np.random.Generator) -> Graph:
    """An attention, with a residual and an activation or not, of a few tokens and features."""
    heads, features = int(random.integers(1, 3)), int(random.choice([2, 4, 8]))
    tokens, width = int(random.choice([4, 8])), heads * features
    nodes = [Node("input", "input", attributes={"tokens": tokens, "features": width})]

    def linear(name: str, operand: str, wide: int = 1) -> None:
        arrays = {
            "weight": random.normal(size=(wide * width, width)),
            "bias": random.normal(size=wide * width),
        }
        nodes.append(Node(name, "linear", (operand,), arrays=arrays))

    def polynomial(name: str, operand: str) -> None:
        arrays = {"coefficients": random.normal(size=int(random.integers(3, 7)))}
        nodes.append(
            Node(name, "polynomial", (operand,), {"basis": "power", "interval": [-4.0, 4.0]}, arrays)
        )

    for part in "qkv":
        linear(part, "input")
        nodes.append(Node(f"{part}.heads", "split_heads", (part,), {"heads": heads}))
    nodes.append(Node("scores", "scores", ("q.heads", "k.heads"), {"block": tokens}))
    polynomial("p", "scores")
    nodes.append(Node("mix", "mix", ("p", "v.heads")))
    nodes.append(Node("merged", "merge_heads", ("mix",)))
    last = "merged"
    if random.integers(2):
        nodes.append(Node("residual", "add", ("input", last)))
        last = "residual"
    if random.integers(2):
        linear("expand", last, wide=2)
        polynomial("activation", "expand")
        last = "activation"
    return Graph("small", tuple(nodes), last)


@pytest.mark.parametrize("seed", range(50))
def test_a_plan_is_the_cheapest_of_all(seed: int) -> None:
    random = np.random.default_rng(seed)
    graph = random_graph(random)
    top, keeps = int(random.integers(3, 10)), bool(random.integers(2))
    refresh = Refresh("bootstrap", top, entry=1, work=float(random.choice([0.1, 1.0])), keeps_imaginary=keeps)
    for halves in (1, 2) if keeps else (1,):
        recordings = Recordings(graph, PARAMETERS, refresh, halves)
        for ways in choices(graph, complex_slots=keeps):
            planner = Planner(recordings, ways)
            nodes = planner.node_costs()
            joined = halves > 1 and not recordings.lies_apart(graph.output)
            best = Search(graph, nodes, refresh, int(joined)).run()
            if best == inf:
                with pytest.raises(PlanError, match="levels between two refreshes"):
                    planner.schedule()
            else:
                assert planner.schedule().price == pytest.approx(best)
