"""How the rungs of one model compare on the same samples, in the clear."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.samples import Samples
from models.graph import Array, Graph
from models.reference import Inputs, outputs, run

Labels = NDArray[np.int64]


def metric(graph: Graph) -> str:
    """What the graph is judged by: `accuracy`, or `perplexity` per token."""
    return str(graph.metadata.get("metric", "accuracy"))


def measures(found: Array, labels: Labels) -> dict[str, float]:
    """Accuracy as a fraction, mean cross-entropy in nats and perplexity.

    Args:
        found: logits `[samples, positions, classes]`.
        labels: `[samples]` or `[samples, positions]`.
    """
    flat, wanted = found.reshape(-1, found.shape[-1]), labels.reshape(-1)
    largest = flat.max(axis=1)
    log_sums = largest + np.log(np.exp(flat - largest[:, None]).sum(axis=1))
    cross_entropy = float(np.mean(log_sums - flat[np.arange(len(flat)), wanted]))
    return {
        "accuracy": float(np.mean(flat.argmax(axis=1) == wanted)),
        "cross_entropy": cross_entropy,
        "perplexity": float(np.exp(min(cross_entropy, 700.0))),
    }


def compare(rungs: Mapping[str, Graph], samples: Samples) -> dict[str, Any]:
    """Measures of every rung, and for every pair how often labels agree and how far logits differ."""
    found = {rung: outputs(graph, samples.inputs) for rung, graph in rungs.items()}
    pairs = {
        f"{a}/{b}": {
            "label_agreement": float(np.mean(found[a].argmax(axis=-1) == found[b].argmax(axis=-1))),
            "logit_error_max": float(np.abs(found[a] - found[b]).max()),
            "logit_error_mean": float(np.abs(found[a] - found[b]).mean()),
        }
        for a, b in combinations(rungs, 2)
    }
    scores = {rung: measures(values, samples.labels) for rung, values in found.items()}
    return {"samples": len(samples), "digest": samples.digest(), **scores, "pairs": pairs}


def largest_values(graph: Graph, inputs: Inputs) -> dict[str, float]:
    """The largest magnitude of every node's value."""
    return {name: float(np.abs(value).max()) for name, value in run(graph, inputs).items()}
