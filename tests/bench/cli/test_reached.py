"""What a conversion says at its end."""

from __future__ import annotations

import numpy as np

from bench.cli.reached import reached
from models.data.samples import Samples
from models.graph import Graph, Node
from models.ladder import compare


def guess(loudness: float) -> Graph:
    """A model of text that is so sure of the wrong one of two symbols."""
    nodes = (
        Node("input", "input", (), {"tokens": 3, "features": 2, "one_hot": True}),
        Node(
            "head", "linear", ("input",), {}, {"weight": np.eye(2)[::-1] * loudness, "bias": np.zeros((3, 2))}
        ),
    )
    return Graph("guess", nodes, "head")


def test_a_perplexity_that_no_number_holds_is_told_in_nats() -> None:
    inputs = np.array([[0, 1, 1], [1, 1, 0]])
    samples = Samples(inputs, inputs, ("a", "b"))
    held_out = compare({"original": guess(1.0), "polynomial": guess(2000.0)}, samples)
    assert held_out["polynomial"]["cross_entropy"] == 2000.0
    nats = np.log1p(np.e)
    assert reached({"metric": "perplexity", "held_out": held_out}) == [
        f"original: held-out perplexity {np.exp(nats):.3f} ({nats:.4f} nats)",
        "polynomial: held-out perplexity – (2000.0000 nats)",
    ]


def test_an_accuracy_stands_alone() -> None:
    lines = reached({"metric": "accuracy", "held_out": {"original": {"accuracy": 0.5}}})
    assert lines == ["original: held-out accuracy 50.00 %"]
    assert reached({"weights": "random"}) == ["the weights are random: nothing was measured"]
