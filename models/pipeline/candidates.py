"""The choice between graphs with polynomials, by how they do on the validation samples."""

from __future__ import annotations

from collections.abc import Mapping

from models.graph import Graph
from models.ladder import Measures
from models.pipeline.judging import Judge


class Candidates:
    """Graphs with polynomials.

    Attributes:
        graphs: name → graph, in the order in which they came.
        scores: name → measures on the validation samples; there are none of a graph without rivals.
    """

    def __init__(self, graphs: Mapping[str, Graph], judge: Judge) -> None:
        self.graphs = dict(graphs)
        self.scores: dict[str, Measures] = {}
        self._judge = judge

    def add(self, name: str, graph: Graph) -> None:
        """One more."""
        self.graphs[name] = graph

    def best(self) -> str:
        """The name of the graph that does best, of equals the earliest."""
        if len(self.graphs) == 1:
            return next(iter(self.graphs))
        for name, graph in self.graphs.items():
            if name not in self.scores:
                self.scores[name] = self._judge.measures(graph)
        return max(self.graphs, key=lambda name: self._judge.merit(self.scores[name]))
