"""What is said to two parties that compute a layer in a library's own (native) types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backends.parameters import ParameterSet
from bench.parties.messages import (
    Batch,
    Encrypted,
    EncryptRows,
    Evaluate,
    Generated,
    GenerateNative,
    Loaded,
    Prepared,
    PrepareGraph,
)
from bench.parties.wire import Shipment
from bench.run import exchanges
from bench.run.exchanges import Computed, Evaluation
from bench.run.session import Roles, Session, Stage
from models import checkpoint
from models.graph import Array, Graph

ROLES = Roles(
    key_owner="bench.parties.roles.native_key_owner:NativeKeyOwnerParty",
    evaluator="bench.parties.roles.native_evaluator:NativeEvaluatorParty",
)
#: The files that the front process lays into the parties' folders.
ROWS, GRAPH = "rows.npy", "polynomial"


@dataclass(frozen=True)
class NativeParties:
    """Two parties in the `ROLES` of this module, and the parameters under which they compute."""

    session: Session
    parameters: ParameterSet

    def generate_keys(self) -> Generated:
        """Start the key owner and have it make its keys."""
        return exchanges.generate_keys(self.session, GenerateNative(self.parameters))

    def prepare(self, graph: Graph, keys: Sequence[Shipment]) -> tuple[Loaded, Prepared]:
        """Start the evaluator, and have it load keys and graph."""
        self.session.carry("evaluator", keys)
        self.session.start("evaluator")
        loaded = exchanges.load_keys(self.session, self.parameters, keys)
        self.session.report(Stage("model preparation"))
        checkpoint.save_graph(graph, self.session.wire.folder("evaluator"), GRAPH, "float64")
        return loaded, self.session.ask("evaluator", PrepareGraph(GRAPH))

    def encrypt(self, rows: Array) -> Encrypted:
        """Have the key owner encrypt `[rows, features]`, and send them."""
        self.session.report(Stage("encryption"))
        np.save(self.session.wire.folder("key_owner") / ROWS, rows)
        return exchanges.encrypt(self.session, EncryptRows(ROWS))

    def evaluate(self, batches: Sequence[Batch]) -> Evaluation:
        """Have the evaluator compute the one batch, and the key owner decrypt."""
        return exchanges.evaluate(self.session, batches, self._computed)

    def _computed(self, number: int, batch: Batch) -> Computed:
        answer = self.session.ask("evaluator", Evaluate(batch, number))
        return exchanges.finished(self.session, answer, last=True)
