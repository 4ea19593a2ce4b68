"""Models that answer embeddings, compared by cosines and by a linear probe."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.architectures.options import ORIGINAL
from models.data.samples import Samples
from models.graph import Graph
from models.probing import embeds, probed
from models.reference import outputs
from tests.models.architectures.small import build, inputs


def labelled(graph: Graph, count: int) -> Samples:
    """Samples whose label is the sign of a direction of their embeddings."""
    numbers = inputs(graph, count)
    found = outputs(graph, numbers).reshape(count, -1)
    side = found @ np.random.default_rng(0).normal(size=found.shape[1])
    labels = (side > np.median(side)).astype(np.int64)[:, None]
    return Samples(numbers, labels, tuple(str(number) for number in range(count)))


def scaled(graph: Graph, factors: float | np.ndarray) -> Graph:
    """The same model with the shift of its last norm multiplied."""
    last = [node for node in graph if node.operation == "layer_norm"][-1]
    arrays = {**last.arrays, "shift": last.arrays["shift"] * factors}
    nodes = tuple(replace(node, arrays=arrays) if node is last else node for node in graph)
    return replace(graph, nodes=nodes)


def test_a_probe_finds_what_embeddings_tell_and_cosines_how_near_they_are() -> None:
    graph = build("bert_embedding", ORIGINAL)
    assert embeds(graph)
    samples = labelled(graph, 60)
    found = probed({"original": graph, "other": scaled(graph, 0.5)}, samples, samples)
    assert found["samples"] == 60
    assert found["original"]["accuracy"] > 0.75
    assert found["original"]["cross_entropy"] is None
    a, b = (outputs(one, samples.inputs)[:, 0] for one in (graph, scaled(graph, 0.5)))
    cosines = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    pair = found["pairs"]["original/other"]
    assert pair["cosine_mean"] == pytest.approx(cosines.mean())
    assert pair["cosine_1_percent"] == pytest.approx(np.quantile(cosines, 0.01))
    assert pair["cosine_mean"] < 0.999


def test_without_labels_there_are_cosines_and_no_accuracy() -> None:
    graph = build("bert_embedding", ORIGINAL)
    samples = labelled(graph, 8)
    unlabelled = replace(samples, labels=np.zeros_like(samples.labels))
    found = probed({"original": graph, "other": scaled(graph, 0.5)}, unlabelled, unlabelled)
    assert found["original"]["accuracy"] is found["other"]["accuracy"] is None
    assert (
        found["pairs"] == probed({"original": graph, "other": scaled(graph, 0.5)}, samples, samples)["pairs"]
    )


def test_a_classifier_embeds_nothing() -> None:
    assert not embeds(build("bert", ORIGINAL))
