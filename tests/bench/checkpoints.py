"""Checkpoints of no use but to see what the bench makes of their data, their metric and their weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.spec.suite import CHECKPOINTS
from models import checkpoint
from models.graph import Graph, Node

TEXT = "to be or not to be, that is the question whether it is nobler in the mind to suffer " * 40
CONTEXT = 8
VOCABULARY = sorted(set(TEXT))


def random_weights(folder: Path) -> None:
    """Write the committed checkpoint of digits as if nobody had trained it."""
    for rung in checkpoint.RUNGS:
        graph = checkpoint.load_graph(CHECKPOINTS / "vit_tiny", rung)
        marked = replace(graph, metadata={**graph.metadata, "weights": "random"})
        checkpoint.save_graph(marked, folder, rung)


def large_logits(folder: Path, factor: float) -> None:
    """Write the committed checkpoint of digits with logits so many times as large."""
    for rung in checkpoint.RUNGS:
        graph = checkpoint.load_graph(CHECKPOINTS / "vit_tiny", rung)
        nodes = tuple(
            replace(one, arrays={name: array * factor for name, array in one.arrays.items()})
            if one.name.startswith("head")
            else one
            for one in graph
        )
        checkpoint.save_graph(replace(graph, nodes=nodes), folder, rung)


def language_model(folder: Path, metric: str = "perplexity") -> None:
    """Write one that guesses the next character of `TEXT` from this one and its place."""
    random = np.random.default_rng(5)
    embedding, head = random.normal(size=(4, len(VOCABULARY))), random.normal(size=(len(VOCABULARY), 4))
    place, nothing = random.normal(size=(CONTEXT, 4)) / 4, np.zeros(len(VOCABULARY))
    preparation = {"kind": "characters", "context": CONTEXT, "vocabulary": VOCABULARY}
    attributes = {"tokens": CONTEXT, "features": len(VOCABULARY), "one_hot": True}
    for rung, noise in zip(checkpoint.RUNGS, (0.0, 0.02, 0.05), strict=True):
        shaken = head + random.normal(size=head.shape) * noise
        nodes = (
            Node("input", "input", (), attributes),
            Node("embedding", "linear", ("input",), {}, {"weight": embedding, "bias": place}, "embedding"),
            Node("square", "multiply", ("embedding", "embedding")),
            Node("head", "linear", ("square",), {}, {"weight": shaken, "bias": nothing}),
        )
        graph = Graph("guesses", nodes, "head", {"preparation": preparation, "metric": metric})
        checkpoint.save_graph(graph, folder, rung)
