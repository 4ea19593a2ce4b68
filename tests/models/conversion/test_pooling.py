"""Sentence embeddings of polynomials: the mean over real tokens, and a length that is left out."""

from __future__ import annotations

import numpy as np
import pytest

from models.architectures.options import Options
from models.conversion import ConversionSettings, calibrate, freeze, substitute
from models.conversion.settings import LayerNormSettings
from models.embedding import held_by
from models.errors import ModelError
from models.graph import Graph, Node
from models.reference import outputs
from tests.models.architectures.small import build, inputs

SETTINGS = ConversionSettings(
    attention_degree=30,
    mlp_degree=30,
    margin=1.1,
    value_size=1.0,
    layer_norm=LayerNormSettings(error=1e-4, margin=1.5),
)


def of_sums(pool: str, *, normalised: bool, tokens: int = 6) -> Graph:
    """An embedding that is the pooled embedding of its words, so that pooling alone is approximated."""
    weight = np.random.default_rng(0).normal(size=(4, 5))
    nodes = [
        Node("x", "input", attributes={"tokens": tokens, "features": 5, "one_hot": True}),
        Node("words", "linear", ("x",), arrays={"weight": weight, "bias": np.ones(4)}),
        Node("padding", "sum_features", ("x",), {"features": 4}),
        Node("mean", pool, ("words", "padding")),
    ]
    if normalised:
        nodes.append(Node("length", "unit_norm", ("mean",)))
    return Graph("g", tuple(nodes), nodes[-1].name)


def numbers(tokens: int = 6) -> np.ndarray:
    found = np.random.default_rng(1).integers(0, 5, (tokens, tokens))
    for sample in range(tokens):
        found[sample, sample + 1 :] = -1
    return found


@pytest.mark.parametrize("tokens", [1, 6, 512])
def test_the_mean_takes_a_polynomial_of_the_number_of_real_tokens(tokens: int) -> None:
    graph = of_sums("mean_tokens", normalised=False, tokens=tokens)
    found = substitute(graph, {}, SETTINGS)
    assert found.not_polynomial() == []
    samples = numbers(tokens)[:: max(1, tokens // 8)]
    np.testing.assert_allclose(outputs(found, samples), outputs(graph, samples), rtol=1e-4)


def test_a_direction_is_kept_without_its_length_and_without_a_polynomial() -> None:
    graph = of_sums("mean_tokens", normalised=True)
    found = substitute(graph, {}, SETTINGS)
    assert {node.operation for node in found} == {
        "input",
        "linear",
        "sum_features",
        "multiply",
        "sum_tokens",
        "scale",
    }
    assert found.metadata["direction"] is True
    values = outputs(found, numbers())[:, 0]
    lengths = np.linalg.norm(values, axis=-1, keepdims=True)
    np.testing.assert_allclose(values / lengths, outputs(graph, numbers())[:, 0], rtol=1e-12)


def test_a_length_that_is_read_by_others_is_refused() -> None:
    graph = of_sums("mean_tokens", normalised=True)
    after = Node("after", "scale", ("length",), {"factor": 2.0})
    with pytest.raises(ModelError, match="length is read by others"):
        substitute(Graph("g", (*graph.nodes, after), "after"), {}, SETTINGS)


@pytest.mark.parametrize("holder", ["server", "client"])
def test_an_encoders_embedding_points_where_it_did(holder: str) -> None:
    graph = freeze(held_by(build("bert_embedding", Options(norm="layer", mlp_norm=False)), holder))
    samples = inputs(graph, 6)
    found = substitute(graph, calibrate(graph, samples), SETTINGS)
    values, expected = outputs(found, samples)[:, 0], outputs(graph, samples)[:, 0]
    cosines = (values * expected).sum(-1) / np.linalg.norm(values, axis=-1)
    assert cosines.min() > 0.99
