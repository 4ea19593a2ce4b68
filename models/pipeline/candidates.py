"""The choice between graphs with polynomials, by how they do on the validation samples."""

from __future__ import annotations

from collections.abc import Mapping

from models.data.samples import Samples
from models.graph import Graph
from models.ladder import Measures, cross_entropy, measure


class Candidates:
    """Graphs with polynomials.

    Attributes:
        graphs: name → graph, in the order in which they came.
        scores: name → measures on the validation samples; there are none of a graph without rivals.
    """

    def __init__(self, graphs: Mapping[str, Graph], validation: Samples) -> None:
        self.graphs = dict(graphs)
        self.scores: dict[str, Measures] = {}
        self._validation = validation

    def add(self, name: str, graph: Graph) -> None:
        """One more."""
        self.graphs[name] = graph

    def best(self) -> str:
        """The name of the graph with the least cross-entropy, of equals the earliest."""
        if len(self.graphs) == 1:
            return next(iter(self.graphs))
        for name, graph in self.graphs.items():
            if name not in self.scores:
                self.scores[name] = measure(graph, self._validation)
        return min(self.graphs, key=lambda name: cross_entropy(self.scores[name]))
