"""What is better, by the kind of a model's answers: the one place where graphs are chosen by samples."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Protocol

import numpy as np
import scipy

from models.data.samples import Samples
from models.graph import Array, Graph
from models.ladder import Measures, cross_entropy, logits, measure
from models.metrics.catalogue import AGREEMENT, metric_of
from models.metrics.metric import scores, whole
from models.metrics.scores import named
from models.probing import COSINE, cosines, directions, embeds

#: Of answers from the original's, among measures of samples without labels.
DIVERGENCE = "divergence"


class Judge(Protocol):
    """How graphs of one model do on the validation samples."""

    def measures(self, graph: Graph) -> Measures:
        """Those of a graph."""

    def merit(self, found: Measures) -> float:
        """By which of them one is chosen: more is better."""

    def told(self, graph: Graph, found: Measures) -> str:
        """The one that a line of progress tells of a graph."""


class ByLabels:
    """Of answers that name labels: how likely the right ones are."""

    def __init__(self, validation: Samples) -> None:
        self._validation = validation

    def measures(self, graph: Graph) -> Measures:
        """Every metric of models that answer labels."""
        return measure(graph, self._validation)

    def merit(self, found: Measures) -> float:
        """Less cross-entropy is better."""
        return -cross_entropy(found)

    def told(self, graph: Graph, found: Measures) -> str:
        """The model's own metric."""
        metric = metric_of(graph.metadata).name
        return f"{metric} {found[metric]:.4f}"


class ByAgreement:
    """Of answers that name labels, where the samples have none: how near they are to the original's."""

    def __init__(self, original: Graph, validation: Samples) -> None:
        self._original, self._validation = original, validation

    @cached_property
    def _wanted(self) -> Array:
        return logits(self._original, self._validation)

    def measures(self, graph: Graph) -> Measures:
        """How often the labels are the original's, and the divergence from its answers, in nats."""
        found = logits(graph, self._validation)
        agreeing = scores(AGREEMENT, found, named(self._wanted))
        return {
            AGREEMENT.name: whole(AGREEMENT, agreeing),
            DIVERGENCE: divergence(found, self._wanted),
        }

    def merit(self, found: Measures) -> float:
        """Less divergence is better."""
        value = found[DIVERGENCE]
        return -math.inf if value is None else -value

    def told(self, graph: Graph, found: Measures) -> str:
        """How often labels agree."""
        return f"{AGREEMENT.title} {found[AGREEMENT.name]:.4f}"


class ByOriginal:
    """Of embeddings, which name no label: the cosine to the original's of the same samples."""

    def __init__(self, original: Graph, validation: Samples) -> None:
        self._original, self._validation = original, validation

    @cached_property
    def _wanted(self) -> Array:
        return directions(self._original, self._validation)

    def measures(self, graph: Graph) -> Measures:
        """The cosine's mean, and what all but one in a hundred samples are above."""
        return {**cosines(directions(graph, self._validation), self._wanted)}

    def merit(self, found: Measures) -> float:
        """A larger mean is better."""
        return found[COSINE] or 0.0

    def told(self, graph: Graph, found: Measures) -> str:
        """The mean."""
        return f"cosine to the original {self.merit(found):.4f}"


def judge_of(original: Graph, validation: Samples, *, labelled: bool = True) -> Judge:
    """The judge of the graphs that are made of an original, by samples with labels or without."""
    if embeds(original):
        return ByOriginal(original, validation)
    return ByLabels(validation) if labelled else ByAgreement(original, validation)


def divergence(found: Array, wanted: Array) -> float | None:
    """The mean of Kullback and Leibler's divergence of answers `[predictions, classes]` from those wanted.

    None where an answer is no number.
    """
    if not (np.isfinite(found).all() and np.isfinite(wanted).all()):
        return None
    own, other = (scipy.special.log_softmax(rows, axis=1) for rows in (found, wanted))
    return float((np.exp(other) * (other - own)).sum(axis=1).mean())


def learnt_from(teacher: Graph) -> tuple[str, ...]:
    """What the name of a training towards a teacher's answers says of their kind, of labels nothing."""
    return ("cosine",) if embeds(teacher) else ()
