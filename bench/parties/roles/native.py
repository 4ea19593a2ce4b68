"""The two parties of a baseline in a library's own high-level types."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev

from backends.errors import Unsupported
from backends.interface import KeyFile
from backends.native import Ciphertexts, NativeEvaluator, NativeKeyOwner, NativeTypes
from backends.parameters import ParameterSet
from bench.parties.roles.key_owner import generated
from bench.parties.serve import Handler, Message
from bench.parties.wire import Shipment, announce, verify
from models import checkpoint
from models.graph import Graph, Node

FOLDER = Path()  # a party's working directory is its own folder
RUNG = "polynomial"


class HighLevelKeyOwnerParty:
    """Makes keys, encrypts and decrypts."""

    def __init__(self, types: type[NativeTypes]) -> None:
        self._types = types
        self._owner: NativeKeyOwner

    def handlers(self) -> dict[str, Handler]:
        """What the front process may ask for."""
        return {"generate": self.generate, "encrypt": self.encrypt, "decrypt": self.decrypt}

    def generate(self, parameters: dict[str, Any], rotation_steps: list[int], bootstrap: bool) -> Message:
        """Make the keys; which rotations there are is the library's choice."""
        started = perf_counter()
        self._owner = self._types.key_owner(ParameterSet.from_json(parameters))
        files = self._owner.generate(FOLDER)
        seconds = perf_counter() - started
        return generated(seconds, files, self._owner.security(), self._types.versions())

    def encrypt(self, rows: str) -> Message:
        """Encrypt a file of `[rows, features]`."""
        values = np.load(FOLDER / rows, allow_pickle=False)
        started = perf_counter()
        ciphertexts = self._owner.encrypt(values)
        seconds = perf_counter() - started
        return {"seconds": seconds, "batches": [_ship(self._owner, ciphertexts, "from_key_owner")]}

    def decrypt(self, ciphertexts: list[dict[str, Any]], name: str) -> Message:
        """Decrypt into a file of `[rows, features]`."""
        loaded = _receive(self._owner, ciphertexts)
        started = perf_counter()
        values = self._owner.decrypt(loaded)
        seconds = perf_counter() - started
        np.save(FOLDER / name, values)
        return {"seconds": seconds}


class HighLevelEvaluatorParty:
    """Loads keys and a graph, and evaluates it node by node."""

    def __init__(self, types: type[NativeTypes]) -> None:
        self._types = types
        self._evaluator: NativeEvaluator
        self._graph: Graph

    def handlers(self) -> dict[str, Handler]:
        """What the front process may ask for."""
        return {"load": self.load, "prepare": self.prepare, "evaluate": self.evaluate}

    def load(self, parameters: dict[str, Any], files: list[dict[str, Any]]) -> Message:
        """Check every key's digest, then let the library load it."""
        for literal in files:
            verify(FOLDER, Shipment(**literal))
        started = perf_counter()
        keys = [KeyFile(literal["kind"], literal["name"]) for literal in files]
        self._evaluator = self._types.evaluator(ParameterSet.from_json(parameters), FOLDER, keys)
        return {"seconds": perf_counter() - started}

    def prepare(self) -> Message:
        """Load the graph; these types encode nothing ahead."""
        started = perf_counter()
        self._graph = checkpoint.load_graph(FOLDER, RUNG)
        return {"seconds": perf_counter() - started}

    def evaluate(self, batches: list[list[dict[str, Any]]]) -> Message:
        """Compute every batch; only what the types compute is timed."""
        outputs, measured = [], []
        for number, batch in enumerate(batches):
            values: dict[str, Ciphertexts] = {self._graph.input.name: _receive(self._evaluator, batch)}
            layers: dict[str, float] = {}
            for node in self._graph.nodes[1:]:
                started = perf_counter()
                values[node.name] = self._compute(node, values[node.inputs[0]])
                layers[node.layer] = layers.get(node.layer, 0.0) + perf_counter() - started
            outputs.append(_ship(self._evaluator, values[self._graph.output], f"from_evaluator_{number}"))
            measured.append({"evaluate_s": sum(layers.values()), "round_trips_s": 0.0, "layers": layers})
        nothing: Message = {"course": [], "primitives": [], "counts": {}}
        return {"outputs": outputs, "measured": [{**one, **nothing} for one in measured]}

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


def _ship(
    role: NativeKeyOwner | NativeEvaluator, ciphertexts: Ciphertexts, name: str
) -> list[dict[str, Any]]:
    shipped = []
    for number, ciphertext in enumerate(ciphertexts):
        role.write(ciphertext, FOLDER / f"{name}_{number}")
        shipped.append(announce(FOLDER, "ciphertext", f"{name}_{number}").to_json())
    return shipped


def _receive(role: NativeKeyOwner | NativeEvaluator, literals: list[dict[str, Any]]) -> Ciphertexts:
    return [role.read(verify(FOLDER, Shipment(**literal))) for literal in literals]
