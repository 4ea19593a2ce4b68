"""The evaluator of a layer in a library's own (native) types."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

from numpy.polynomial import chebyshev

from backends.errors import Unsupported
from backends.native import Ciphertexts, NativeEvaluator
from backends.registry import load_native_types
from bench.parties.channel import Channel
from bench.parties.ciphertexts import CiphertextFiles
from bench.parties.messages import (
    Batch,
    BatchFigures,
    Evaluate,
    Evaluated,
    Load,
    Loaded,
    Prepared,
    PrepareGraph,
)
from bench.parties.party import Party
from bench.parties.roles.evaluator import checked_keys
from models import checkpoint
from models.graph import Graph, Node


class NativeEvaluatorParty(Party):
    """Loads keys and a graph, and evaluates it node by node."""

    def __init__(self, folder: Path, channel: Channel, adapter: str) -> None:
        """Import the library of an adapter that is a `backends.native.NativeTypes`."""
        super().__init__(folder, channel, adapter)
        self._types = load_native_types(adapter)
        self._evaluator: NativeEvaluator
        self._graph: Graph
        self._ciphertexts = CiphertextFiles(folder, "evaluator")
        self.handles(Load, self.load)
        self.handles(PrepareGraph, self.prepare)
        self.handles(Evaluate, self.evaluate)

    def load(self, request: Load) -> Loaded:
        """Check every key's digest, then let the library load it."""
        keys = checked_keys(self.folder, request.files)
        started = perf_counter()
        self._evaluator = self._types.evaluator(request.parameters, self.folder, keys)
        return Loaded(perf_counter() - started)

    def prepare(self, request: PrepareGraph) -> Prepared:
        """Load the graph; these types encode nothing ahead."""
        started = perf_counter()
        self._graph = checkpoint.load_graph(self.folder, request.graph)
        return Prepared(perf_counter() - started, None)

    def evaluate(self, request: Evaluate) -> Evaluated:
        """Compute a batch; only what the types compute is timed."""
        result, layers = self._evaluate(request.batch)
        figures = BatchFigures(evaluate_s=sum(layers.values()), round_trips_s=0.0, layers=layers)
        return Evaluated(self._ciphertexts.send_all(self._evaluator, result), figures)

    def _evaluate(self, batch: Batch) -> tuple[Ciphertexts, dict[str, float]]:
        """One batch's output, and seconds per layer."""
        inputs = [self._ciphertexts.receive(self._evaluator, shipment) for shipment in batch]
        values: dict[str, Ciphertexts] = {self._graph.input.name: inputs}
        layers: dict[str, float] = {}
        for node in self._graph.nodes[1:]:
            started = perf_counter()
            values[node.name] = self._compute(node, values[node.inputs[0]])
            layers[node.layer] = layers.get(node.layer, 0.0) + perf_counter() - started
        return values[self._graph.output], layers

    def _compute(self, node: Node, x: Ciphertexts) -> Ciphertexts:
        if node.operation == "linear":
            return self._evaluator.linear(x, node.arrays["weight"], node.arrays["bias"])
        if node.operation == "polynomial" and node.attributes["interval"] == [-1.0, 1.0]:
            return self._evaluator.polynomial(x, _power_basis(node))
        raise Unsupported(f"these types do not compute {node.operation} ({node.name}); use program: portable")


def _power_basis(node: Node) -> list[float]:
    """Coefficients from the constant up, which is how these types take a polynomial."""
    coefficients = node.arrays["coefficients"]
    powers = chebyshev.cheb2poly(coefficients) if node.attributes["basis"] == "chebyshev" else coefficients
    return [float(one) for one in powers]
