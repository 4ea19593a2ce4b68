"""The least price of a graph whose nodes are computed in given ways, by trying every refresh and level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf

from backends.costs import Costs
from backends.schedule import NodeCost, Refresh
from backends.tensor.operations import encrypted
from models.graph import Graph, Node


@dataclass
class Search:
    """Tries everything, backwards through a graph, and gives up only what is dearer than what it found.

    Attributes:
        graph: a polynomial one.
        costs: the prices.
        nodes: what each node takes.
        refresh: how ciphertexts get their levels back.
        output_level: at which the output is needed.
        best: the least price that was found.
    """

    graph: Graph
    costs: Costs
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
                self._walk(index - 1, below, total + price + cost.price(self.costs, made))

    def _choices(self, node: Node, needed: int) -> Iterator[tuple[int, float]]:
        """Levels at which a value may be made, and what its refresh costs."""
        yield needed, 0.0
        if node.is_input or encrypted(node).alias:
            return
        entry, top, cost = self.refresh.entry, self.refresh.top, self.nodes[node.name]
        one = self.costs.refresh_price(self.refresh.kind, needed) * self.refresh.work
        yield entry, cost.ciphertexts * one
        if self.refresh.keeps_imaginary and cost.real and cost.ciphertexts > 1 and needed <= top - 1:
            below, above = (
                self.costs.primitive("ct_pt", level) + self.costs.primitive("rescales", level)
                for level in (entry + 1, top)
            )
            pair = one + below + self.costs.primitive("conjugations", top) + 2 * above
            yield entry + 1, (cost.ciphertexts + 1) // 2 * pair
