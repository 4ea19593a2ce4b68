"""How the stages of conversion (rungs) of a model that answers embeddings compare.

An embedding names no label. Its accuracy is that of a linear probe, a logistic regression on embeddings of
length 1 that is fitted to one set of samples and judged on another; and for every pair of rungs there is the
cosine between what both answer of the same sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.graph import Array, Graph
from models.ladder import MEASURED, PIECE, Progress, Samplable, unseen, workers
from models.metrics.catalogue import ACCURACY
from models.reference import outputs

_Labels = NDArray[np.int64]
#: The part of samples that the low cosine is above, in all but one of a hundred.
_LOW = 0.01
_ITERATIONS = 2000
#: The mean of the cosines of two rungs, among those of a pair.
COSINE = "cosine_mean"


def embeds(graph: Graph) -> bool:
    """Whether a model answers features of its samples, which name no label."""
    return graph.metadata.get("architecture", {}).get("head") is False


def probed(
    rungs: Mapping[str, Graph], fitted: Samplable, judged: Samplable, progress: Progress = unseen
) -> dict[str, Any]:
    """The probe's accuracy of every rung, in the form of `models.ladder.compare`, and cosines of all pairs.

    Args:
        rungs: graphs that embed.
        fitted: samples to whose labels each rung's own probe is fitted; one label alone is no task, and there
            is no accuracy then.
        judged: samples that its accuracy and the cosines are of.
        progress: is told how many of `judged` have passed every rung.
    """
    known, labels = _embeddings(rungs, fitted, unseen)
    unlabelled = (labels == labels[0]).all()
    found, wanted = _embeddings(rungs, judged, progress)
    measures = {
        rung: {metric.name: None for metric in MEASURED}
        | ({} if unlabelled else {ACCURACY.name: _accuracy(known[rung], labels, found[rung], wanted)})
        for rung in rungs
    }
    pairs = {f"{a}/{b}": cosines(found[a], found[b]) for a, b in combinations(rungs, 2)}
    return {"samples": len(judged), "digest": judged.digest(), **measures, "pairs": pairs}


def directions(graph: Graph, samples: Samplable) -> Array:
    """`[samples, features]`: what a graph answers, of length 1; zeros where it is no numbers."""
    return _embeddings({"graph": graph}, samples, unseen)[0]["graph"]


def cosines(a: Array, b: Array) -> dict[str, float]:
    """The mean of the cosines of two graphs' directions, and what all but one in a hundred are above."""
    found = (a * b).sum(axis=1)
    return {COSINE: float(found.mean()), "cosine_1_percent": float(np.quantile(found, _LOW))}


def _embeddings(
    rungs: Mapping[str, Graph], samples: Samplable, progress: Progress
) -> tuple[dict[str, Array], _Labels]:
    """`[samples, features]` of every rung, of length 1; zeros where they are no numbers. And the labels."""

    def piece(start: int) -> tuple[dict[str, Array], _Labels]:
        taken = samples.take(range(start, min(start + PIECE, len(samples))))
        with np.errstate(over="ignore", invalid="ignore"):  # polynomials outside their intervals
            made = {rung: _directions(outputs(graph, taken.inputs)) for rung, graph in rungs.items()}
        return made, taken.labels.reshape(-1)

    parts: list[dict[str, Array]] = []
    labels: list[_Labels] = []
    with workers() as pool:
        for made, own in pool.map(piece, range(0, len(samples), PIECE)):
            parts.append(made)
            labels.append(own)
            progress(sum(map(len, labels)), len(samples))
    return {rung: np.concatenate([part[rung] for part in parts]) for rung in rungs}, np.concatenate(labels)


def _directions(answers: Array) -> Array:
    rows = answers.reshape(len(answers), -1)
    finite = np.isfinite(rows).all(axis=1, keepdims=True)
    rows = np.where(finite, rows, 0.0)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(float).tiny))


def _accuracy(known: Array, labels: _Labels, found: Array, wanted: _Labels) -> float:
    from sklearn.linear_model import LogisticRegression  # here, because parties have no scikit-learn

    probe = LogisticRegression(max_iter=_ITERATIONS).fit(known, labels)
    return float((probe.predict(found) == wanted).mean())
