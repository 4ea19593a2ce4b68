"""How the rungs of one model compare on the same samples, in the clear."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from models.data.samples import Samples
from models.graph import Array, Graph
from models.reference import logits, ranges, run


def accuracy(graph: Graph, samples: Samples) -> float:
    """Fraction of samples whose largest logit is at their label."""
    return float(np.mean(logits(graph, samples.inputs).argmax(axis=1) == samples.labels))


def cross_entropy(graph: Graph, samples: Samples) -> float:
    """Mean cross-entropy of the labels, in nats."""
    outputs = logits(graph, samples.inputs)
    largest = outputs.max(axis=1)
    log_sums = largest + np.log(np.exp(outputs - largest[:, None]).sum(axis=1))
    return float(np.mean(log_sums - outputs[np.arange(len(samples)), samples.labels]))


def compare(rungs: Mapping[str, Graph], samples: Samples) -> dict[str, Any]:
    """Accuracy of every rung, and for every pair how often labels agree and how far logits differ."""
    outputs = {rung: logits(graph, samples.inputs) for rung, graph in rungs.items()}
    pairs = {
        f"{a}/{b}": {
            "label_agreement": float(np.mean(outputs[a].argmax(axis=1) == outputs[b].argmax(axis=1))),
            "logit_error_max": float(np.abs(outputs[a] - outputs[b]).max()),
            "logit_error_mean": float(np.abs(outputs[a] - outputs[b]).mean()),
        }
        for a, b in combinations(rungs, 2)
    }
    accuracies = {rung: accuracy(graph, samples) for rung, graph in rungs.items()}
    return {"samples": len(samples), "digest": samples.digest(), **accuracies, "pairs": pairs}


def intervals(graph: Graph, samples: Mapping[str, Array]) -> list[dict[str, Any]]:
    """Every polynomial's interval beside the range of inputs that it meets on each set of inputs."""
    met = {name: ranges(graph, inputs) for name, inputs in samples.items()}
    return [
        {
            "name": node.name,
            "layer": node.layer,
            "degree": len(node.arrays["coefficients"]) - 1,
            **node.attributes,
            **{name: list(found[node.name]) for name, found in met.items()},
        }
        for node in graph
        if node.operation == "polynomial"
    ]


def largest_values(graph: Graph, inputs: Array) -> dict[str, float]:
    """The largest magnitude of every node's value."""
    return {name: float(np.abs(value).max()) for name, value in run(graph, inputs).items()}
