"""Runs a layer as a baseline: in a library's own types, between two parties, without the engine."""

from __future__ import annotations

from dataclasses import dataclass

from backends.costs import Costs
from backends.errors import Unsupported
from backends.native import OPERATIONS
from backends.registry import Descriptor
from bench.run import recording
from bench.run.exchanges import bytes_of
from bench.run.model import check_precision
from bench.run.native_parties import ROLES, NativeParties
from bench.run.runner import Outcome, Runner
from bench.run.session import Session, Stage
from bench.run.workload import Workload
from bench.spec.cells import Cell
from models.graph import Graph


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
class HighLevelRunner(Runner):
    """Runs cells of one layer on one backend.

    Attributes:
        workload: the layer on its samples.
    """

    workload: Workload

    def _adapter(self, cell: Cell) -> str:
        return adapter(self.descriptor, cell, self.workload.polynomial)

    def _run(self, cell: Cell, outcome: Outcome, probes: bool) -> None:
        self.report(Stage("plan"))
        self.descriptor.capabilities(cell.choice.parameters)
        self._adapter(cell)
        outcome.figures.clear_model_s = self.workload.clear_model_s()
        size = keys_bytes(cell)
        self._room(size, 3 * size, cell.limits.memory_bytes)  # as keys, as bytes, and in a cache
        self._watched(cell, outcome, ROLES, lambda session: self._protocol(cell, outcome, session))
        expected = self.workload.logits["polynomial"]
        for evaluation in outcome.figures.evaluations:
            outcome.encrypted = evaluation.outputs[0].reshape(expected.shape)
            check_precision(outcome.encrypted, expected, cell.limits.precision_bits)

    def _protocol(self, cell: Cell, outcome: Outcome, session: Session) -> None:
        figures, inputs = outcome.figures, self.workload.samples.inputs
        parties = NativeParties(session, cell.choice.parameters)
        made = parties.generate_keys()
        figures.keys, figures.keygen_s, figures.libraries = made.files, made.seconds, made.versions
        self._judge(cell, figures, made.security)
        loaded, prepared = parties.prepare(self.workload.polynomial, figures.keys)
        figures.prepare_model_s = loaded.seconds + prepared.seconds
        encrypted = parties.encrypt(inputs.reshape(-1, inputs.shape[-1]))
        figures.encrypt_s, figures.ciphertexts_in_bytes = encrypted.seconds, bytes_of(encrypted.batches)
        for _ in range(cell.repeats):
            figures.evaluations.append(parties.evaluate(encrypted.batches))
            if len(figures.evaluations) == 1:
                figures.wire = recording.wire(session.wire)


def keys_bytes(cell: Cell) -> int:
    """Rotation keys of all powers of two, both ways: an estimate, to tell beforehand what fits."""
    parameters = cell.choice.parameters
    return 2 * (parameters.log_n - 1) * Costs(parameters).key_bytes()
