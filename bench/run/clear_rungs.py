"""A case's held-out set, prepared a piece at a time, and what its clear rungs score on all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models import reference
from models.data import preparation
from models.data.literals import Preparation
from models.data.samples import Samples
from models.data.sources import Source
from models.graph import Array, Graph
from models.ladder import PIECE, Progress, unseen, workers
from models.metrics.metric import Metric
from models.metrics.metric import scores as scores_of
from models.metrics.scores import named
from reports import identity

__all__ = ["HeldOut", "Progress", "answers", "unseen"]


@dataclass(frozen=True)
class HeldOut:
    """The held-out samples on which a case's ladder stands.

    Attributes:
        source: the held-out split, unprepared.
        preparation: how it becomes the model's inputs.
        limit: the ladder takes no more than the first so many samples; None for all.
    """

    source: Source
    preparation: Preparation
    limit: int | None = None

    @cached_property
    def available(self) -> int:
        """Samples that the split has."""
        return preparation.count(self.source, self.preparation)

    def __len__(self) -> int:
        return self.available if self.limit is None else min(self.limit, self.available)

    def samples(self, start: int, stop: int) -> Samples:
        """The samples from `start` to before `stop`, prepared."""
        return preparation.samples(self.source, self.preparation, range(start, stop))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the source's digest, how it is prepared, and how many samples are taken."""
        prepared = self.preparation.model_dump(mode="json")
        return identity.digest(
            {"source": self.source.digest(), "preparation": prepared, "samples": len(self)}
        )

    def scores(self, rungs: Mapping[str, Graph], metric: Metric, progress: Progress) -> dict[str, Array]:
        """What every sample contributes on every clear rung: rung → scores (see `models.metrics.metric`).

        Raises:
            ModelError: a rung does not take these samples.
            ScoreError: a rung's answers have no score.
        """

        def piece(start: int) -> dict[str, Array]:
            samples = self.samples(start, min(start + PIECE, len(self)))
            found = {rung: answers(graph, samples.inputs) for rung, graph in rungs.items()}
            labels = named(found["original"]) if metric.of_original else samples.labels
            return {rung: scores_of(metric, logits, labels) for rung, logits in found.items()}

        parts: dict[str, list[Array]] = {rung: [] for rung in rungs}
        progress(0, len(self))
        with workers() as pool:
            for scores in pool.map(piece, range(0, len(self), PIECE)):
                for rung, part in scores.items():
                    parts[rung].append(part)
                progress(sum(map(len, parts["polynomial"])), len(self))
        return {rung: np.concatenate(own) for rung, own in parts.items()}


def answers(graph: Graph, inputs: reference.Inputs) -> Array:
    """A rung's logits `[samples, positions, classes]`, not finite where a polynomial exploded."""
    with np.errstate(over="ignore", invalid="ignore"):
        return reference.outputs(graph, inputs)
