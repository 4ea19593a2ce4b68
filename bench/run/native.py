"""Runs a layer as a baseline: in a library's own types, between two parties, without the engine."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from backends.errors import Unsupported
from backends.interface import Capabilities
from backends.native import OPERATIONS
from backends.registry import Descriptor
from bench.run import stages
from bench.run.estimates import Estimate, key_bytes
from bench.run.life import Life
from bench.run.listener import Progress
from bench.run.native_parties import ROLES, NativeParties
from bench.run.prediction.predictor import Predictor
from bench.run.scoring import Decrypted
from bench.run.session import Session, Stage
from bench.run.workload import load
from bench.run.workload_kind import WorkloadKind
from bench.spec.cells import Cell
from models.graph import Graph


def adapter(descriptor: Descriptor, cell: Cell, graph: Graph) -> str:
    """The module and class of the types in which a library computes a layer.

    Raises:
        Unsupported: the library has no such types, or they lack an operation of the layer.
    """
    program = cell.parameter_set.program
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

    modules: ClassVar[tuple[str, ...]] = (__name__, *ROLES.modules)

    @classmethod
    def load(cls, cell: Cell, progress: Progress) -> NativeKind:
        """See `bench.run.workload.load`."""
        return cls(load(cell, progress))

    def _check_fit(self, cell: Cell, descriptor: Descriptor, capabilities: Capabilities) -> None:
        adapter(descriptor, cell, self.workload.polynomial)
        if descriptor.native_check is not None:
            descriptor.native_check(cell.parameter_set.parameters, self.workload.polynomial)

    def estimate(
        self, cell: Cell, descriptor: Descriptor, predictor: Predictor, memories: Collection[int] = ()
    ) -> Estimate:
        """Say that the types keep what they do to themselves."""
        self.check_beforehand(cell, descriptor)
        program = cell.parameter_set.program
        return Estimate({"program": f"{program} of the library's own; nothing of it is planned"})

    def expected(self, cell: Cell, descriptor: Descriptor) -> Sequence[tuple[str, float]]:
        """Its keys; how long the library's own types compute is not known."""
        self.check_beforehand(cell, descriptor)
        return stages.of_keys(keys_bytes(cell))

    def run(self, life: Life) -> None:
        """Have two parties compute the layer in the library's own types."""
        cell, outcome = life.cell, life.outcome
        life.report(Stage("plan"))
        self.check_beforehand(cell, life.descriptor)
        types = adapter(life.descriptor, cell, self.workload.polynomial)
        outcome.figures.clear_model_s = self.workload.clear_model_s()
        size = keys_bytes(cell)
        life.room(size, 3 * size)  # as keys, as bytes, and in a cache
        life.watched(ROLES, types, lambda session: self._protocol(life, session))
        shape = self.workload.logits["polynomial"].shape
        outcome.decrypted = Decrypted(
            tuple(one.outputs[0].reshape(shape) for one in outcome.figures.evaluations)
        )

    def _protocol(self, life: Life, session: Session) -> None:
        figures, inputs = life.outcome.figures, self.workload.samples.inputs
        parties = NativeParties(session, life.cell.parameter_set.parameters)
        made = figures.generated = parties.generate_keys()
        life.judge(made.security)
        figures.loaded, figures.prepared = parties.prepare(self.workload.polynomial, made.files)
        encrypted = figures.encrypted = parties.encrypt(inputs.reshape(-1, inputs.shape[-1]))
        life.evaluate(session, lambda repeat: parties.evaluate(encrypted.batches))


def keys_bytes(cell: Cell) -> int:
    """What rotation keys of all powers of two take, both ways."""
    return key_bytes(cell, 2 * (cell.parameter_set.parameters.log_n - 1))
