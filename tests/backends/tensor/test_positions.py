"""Rotary positions under encryption, of heads in one ciphertext and in several."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backends.conformance.graphs import Builder, samples
from models import reference
from models.graph import Graph
from models.shapes import heads_side_by_side
from tests.backends.evaluating import PARAMETERS, evaluated, planned


def turned(tokens: int, heads: int, width: int, features: int) -> Graph:
    """A value of heads, turned by random angles."""
    build = Builder(3, tokens, 4)
    arrays = {
        name: build.random.uniform(-1, 1, (tokens, width)) * (np.arange(width) < features) + rest
        for name, rest in (("cosine", 0.5), ("sine", 0.0))
    }
    head = build.heads("input", 4, heads, width)
    build.add("merge_heads", build.add("rotary", head, arrays=arrays, features=features))
    return build.graph()


@pytest.mark.parametrize(
    ("tokens", "heads", "width", "features"),
    [(5, 2, 4, 4), (8, 3, 6, 2), (1, 1, 2, 2), (64, 3, 20, 20), (64, 5, 12, 6), (64, 1, 66, 64)],
)
def test_features_are_turned_wherever_they_lie(tokens: int, heads: int, width: int, features: int) -> None:
    graph = turned(tokens, heads, width, features)
    inputs = samples(graph, 2)
    expected = heads_side_by_side(graph, reference.run(graph, inputs))
    values, _ = evaluated(graph, inputs, replace(PARAMETERS, log_n=12))
    for name in (graph.output, graph[graph.output].inputs[0]):
        if name in values:
            np.testing.assert_allclose(values[name], expected[name], atol=1e-9)
    np.testing.assert_allclose(values[""], reference.outputs(graph, inputs), atol=1e-9)


@pytest.mark.parametrize(("features", "rotations"), [(4, 2), (8, 1)])
def test_heads_that_lie_as_attention_wants_them_take_few_rotations(features: int, rotations: int) -> None:
    """One where all features of heads that fill the rows are turned: half of them up is half of them down."""
    graph = turned(8, 4, 8, features)
    rotary, split = graph[graph.output].inputs[0], graph.nodes[2].name
    without = replace(
        graph,
        nodes=tuple(
            replace(node, inputs=(split,)) if node.name == graph.output else node
            for node in graph
            if node.name != rotary
        ),
    )
    counts = [planned(one, replace(PARAMETERS, log_n=12)).counts["rotations"] for one in (graph, without)]
    assert counts[0] == counts[1] + rotations
