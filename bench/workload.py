"""What a case brings to its cells: the rungs of its model, its samples, and what each clear rung answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter

from bench.errors import UserError
from models import checkpoint, reference
from models.data.catalogue import held_out
from models.data.samples import Samples
from models.graph import Array, Graph


@dataclass(frozen=True)
class Workload:
    """One case on its samples.

    Attributes:
        graphs: rung → graph.
        samples: held-out samples.
        model_digest: of all rungs.
    """

    graphs: Mapping[str, Graph]
    samples: Samples
    model_digest: str

    @property
    def polynomial(self) -> Graph:
        """The rung that is encrypted."""
        return self.graphs["polynomial"]

    @cached_property
    def logits(self) -> dict[str, Array]:
        """Clear rung → logits `[samples, classes]`."""
        return {rung: reference.logits(graph, self.samples.inputs) for rung, graph in self.graphs.items()}

    @cached_property
    def values(self) -> dict[str, Array]:
        """Every value of the polynomial rung.

        Raises:
            IntervalError: a polynomial's input left its interval, named by layer.
        """
        return reference.run(self.polynomial, self.samples.inputs, check_intervals=True)

    def clear_model_s(self) -> float:
        """Seconds of the polynomial rung in the clear, on this machine."""
        started = perf_counter()
        reference.run(self.polynomial, self.samples.inputs)
        return perf_counter() - started


def load_workload(model: Path, data: str, samples: int) -> Workload:
    """A case's model and its first `samples` held-out samples.

    Raises:
        ModelError: the checkpoint or the data set is missing or corrupt.
        UserError: the data set has fewer samples.
    """
    graphs = {rung: checkpoint.load_graph(model, rung) for rung in checkpoint.RUNGS}
    everything = held_out(data)
    if samples > len(everything):
        raise UserError(
            f"{samples} samples were asked for and {data} holds out {len(everything)}; ask for at most that"
        )
    digests = "".join(checkpoint.digest(model, rung) for rung in checkpoint.RUNGS)
    model_digest = hashlib.sha256(digests.encode()).hexdigest()
    return Workload(graphs, everything.take(range(samples)), model_digest)
