"""Runs a layer as a baseline: in a library's own types, between two parties, without the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from backends.errors import Unsupported
from backends.native import OPERATIONS
from backends.registry import Descriptor
from bench.parties.process import Message
from bench.parties.roles.native import RUNG
from bench.parties.wire import Shipment
from bench.run import recording
from bench.run.clear_rungs import Progress
from bench.run.estimates import key_bytes
from bench.run.life import Life
from bench.run.scoring import Decrypted
from bench.run.session import Session
from bench.run.workload import load
from bench.run.workload_kind import WorkloadKind
from bench.spec.cells import Cell
from models import checkpoint
from models.graph import Array, Graph


class HighLevelSession(Session):
    """Two parties that compute in a library's own types."""

    ROLES: ClassVar[Mapping[str, str]] = {
        "key_owner": "high_level_key_owner",
        "evaluator": "high_level_evaluator",
    }

    def prepare_graph(self, graph: Graph, keys: Sequence[Shipment]) -> tuple[Message, Message]:
        """Start the evaluator, and have it load keys and graph."""
        self.wire.carry("evaluator", keys)
        self._start("evaluator")
        loaded = self.load_keys(keys)
        self.report("model preparation", {})
        checkpoint.save_graph(graph, self._folders["evaluator"], RUNG, "float64")
        return loaded, self._ask("evaluator", "prepare")

    def encrypt_rows(self, rows: Array) -> tuple[Message, list[list[Shipment]]]:
        """Have the key owner encrypt `[rows, features]`, and send them."""
        self.report("encryption", {})
        np.save(self._folders["key_owner"] / "rows.npy", rows)
        answer = self._ask("key_owner", "encrypt", rows="rows.npy")
        batches = [[Shipment(**literal) for literal in batch] for batch in answer["batches"]]
        for batch in batches:
            self.wire.carry("evaluator", batch)
        return answer, batches


def adapter(descriptor: Descriptor, cell: Cell, graph: Graph) -> str:
    """The module and class of the types in which a library computes a layer.

    Raises:
        Unsupported: the library has no such types, or they lack an operation of the layer.
    """
    program = cell.choice.program
    if program not in descriptor.native_types:
        raise Unsupported(
            f"{cell.backend} has no {program} of its own that compute layers; use program: portable"
        )
    lacking = [node for node in graph.nodes[1:] if node.operation not in OPERATIONS]
    if lacking:
        raise Unsupported(
            f"a program of {program} is written for {' and '.join(OPERATIONS)} alone, and "
            f"{lacking[0].name} is {lacking[0].operation}; use program: portable"
        )
    return descriptor.native_types[program]


@dataclass(frozen=True)
class NativeKind(WorkloadKind):
    """A layer in a library's own types, without the engine."""

    modules: ClassVar[tuple[str, ...]] = (
        __name__,
        "bench.parties.launch",
        "bench.parties.roles.native",
    )

    @classmethod
    def load(cls, cell: Cell, progress: Progress) -> NativeKind:
        """See `bench.run.workload.load`."""
        return cls(load(cell, progress))

    def estimate(self, cell: Cell, descriptor: Descriptor) -> dict[str, str]:
        """Say that the types keep what they do to themselves."""
        descriptor.capabilities(cell.choice.parameters)
        adapter(descriptor, cell, self.workload.polynomial)
        return {"program": f"{cell.choice.program} of the library's own; nothing of it is planned"}

    def run(self, life: Life) -> None:
        """Have two parties compute the layer in the library's own types."""
        cell, outcome = life.cell, life.outcome
        life.listener.report("plan", {})
        life.descriptor.capabilities(cell.choice.parameters)
        types = adapter(life.descriptor, cell, self.workload.polynomial)
        outcome.figures.clear_model_s = self.workload.clear_model_s()
        size = keys_bytes(cell)
        life.room(size, 3 * size)  # as keys, as bytes, and in a cache
        life.watched(HighLevelSession, types, lambda session: self._protocol(life, session))
        shape = self.workload.logits["polynomial"].shape
        outcome.decrypted = Decrypted(
            tuple(one.outputs[0].reshape(shape) for one in outcome.figures.evaluations)
        )

    def _protocol(self, life: Life, session: HighLevelSession) -> None:
        figures, inputs = life.outcome.figures, self.workload.samples.inputs
        made, facts, figures.keys = session.generate_keys_for([], bootstrap=False)
        figures.keygen_s, figures.libraries = made["seconds"], made["versions"]
        life.judge(facts)
        loaded, prepared = session.prepare_graph(self.workload.polynomial, figures.keys)
        figures.prepare_model_s = loaded["seconds"] + prepared["seconds"]
        encrypted, batches = session.encrypt_rows(inputs.reshape(-1, inputs.shape[-1]))
        figures.encrypt_s = encrypted["seconds"]
        figures.ciphertexts_in_bytes = sum(shipment.size_bytes for batch in batches for shipment in batch)
        for _ in range(life.cell.repeats):
            figures.evaluations.append(session.evaluate(batches))
            if len(figures.evaluations) == 1:
                figures.wire = recording.wire(session.wire)


def keys_bytes(cell: Cell) -> int:
    """What rotation keys of all powers of two take, both ways."""
    return key_bytes(cell, 2 * (cell.choice.parameters.log_n - 1))
