"""Softmax kept: every architecture with its own softmax and LayerNorm as a polynomial, nothing trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.architectures.options import ORIGINAL
from models.conversion import ConversionSettings, freeze, prepared, to_polynomial
from models.conversion.row_sums import levels
from models.conversion.settings import LayerNormSettings, SoftmaxSettings
from models.embedding import held_by
from models.errors import ModelError
from models.graph import Graph, Node
from models.reference import evaluate, outputs, run
from tests.models.architectures.small import build, inputs

SETTINGS = ConversionSettings(
    attention_degree=30,
    mlp_degree=30,
    margin=1.2,
    value_size=1.0,
    layer_norm=LayerNormSettings(error=1e-3, margin=1.5),
    softmax=SoftmaxSettings(exponential=5, division=5, sums=100.0, margin=1.5),
)


def calm(name: str) -> Graph:
    """A small model whose queries and keys are small, as trained ones are and random ones are not."""
    graph = build(name, ORIGINAL)
    return replace(graph, nodes=tuple(_smaller(node) for node in graph))


def _smaller(node: Node) -> Node:
    if not node.name.endswith((".q", ".k")):
        return node
    return replace(node, arrays={name: array / 2 for name, array in node.arrays.items()})


@pytest.mark.parametrize("name", ["vit", "swin", "gpt", "bert_embedding", "gpt_rotary"])
def test_a_model_with_softmax_becomes_polynomial_without_training(name: str) -> None:
    graph = calm(name)
    samples = inputs(graph, 12)
    found = to_polynomial(graph, samples, SETTINGS)
    assert found.not_polynomial() == []
    wanted, got = (outputs(one, samples).reshape(len(samples), -1) for one in (graph, found))
    if found.metadata.get("direction"):
        got = got / np.linalg.norm(got, axis=1, keepdims=True)
    assert np.abs(got - wanted).max() < 0.06 * np.abs(wanted).max()


def test_an_embedding_at_the_key_owner_stays_as_it_is() -> None:
    graph = held_by(calm("bert"), "client")
    samples = inputs(graph, 12)
    found = to_polynomial(graph, samples, SETTINGS)
    at_key_owner = {node.name for node in found if node.layer == "embedding"}
    assert {node.name for node in graph if node.layer == "embedding"} <= at_key_owner
    wanted = outputs(graph, samples)
    assert np.abs(outputs(found, samples) - wanted).max() < 0.06 * np.abs(wanted).max()


def attention(key: np.ndarray, query: np.ndarray) -> Graph:
    """One head whose queries and keys are linear in the input, over values that are the input."""
    dim = len(key)
    none = np.zeros(dim)
    nodes = (
        Node("x", "input", attributes={"tokens": 5, "features": dim}),
        Node("q", "linear", ("x",), arrays={"weight": query, "bias": none}),
        Node("k", "linear", ("x",), arrays={"weight": key, "bias": none + 3}),
        Node("qh", "split_heads", ("q",), {"heads": 1}),
        Node("kh", "split_heads", ("k",), {"heads": 1}),
        Node("vh", "split_heads", ("x",), {"heads": 1}),
        Node("s", "scores", ("qh", "kh")),
        Node("scaled", "scale", ("s",), {"factor": 0.5}),
        Node("p", "softmax", ("scaled",)),
        Node("mix", "mix", ("p", "vh")),
        Node("y", "merge_heads", ("mix",)),
    )
    return Graph("g", nodes, "y")


def test_what_is_taken_from_the_keys_levels_the_rows() -> None:
    rng = np.random.default_rng(2)
    graph = attention(rng.normal(size=(4, 4)) / 4, rng.normal(size=(4, 4)))
    samples = rng.normal(size=(40, 5, 4))
    found = levels(graph, samples)["p"]
    scores = run(graph, samples)["scaled"]
    before = np.log(np.exp(scores).sum(axis=-1)).std()
    assert found.spread[0] < before / 5
    left = prepared(graph, samples, SETTINGS)
    values = run(left, samples)
    largest = values["mix.sums"].max()
    assert largest == pytest.approx(2 * 100 / 99 / 1.5, rel=0.01)
    np.testing.assert_allclose(values["y"], run(graph, samples)["y"], atol=0.02)


@pytest.mark.parametrize("name", ["gpt", "gpt_rotary"])
def test_rows_of_a_causal_model_are_levelled_each_by_itself(name: str) -> None:
    """The first token's row is one exponential, the last one's six: one constant a head leaves them apart."""
    graph = calm(name)
    samples = inputs(graph, 40)
    found = levels(graph, samples)
    for softmax, one in found.items():
        values = run(graph, samples)[graph[softmax].inputs[0]]
        seen = np.where(graph[softmax].arrays["mask"] == 0, -np.inf, values)
        sums = np.log(np.exp(seen).sum(axis=-1))
        assert one.constants.shape == sums.shape[1:]
        assert np.all(one.spread < 0.7 * sums.std(axis=(0, 2)))


def test_keys_that_positions_turn_lose_what_their_places_make_of_one_vector() -> None:
    graph = calm("gpt_rotary")
    found = levels(graph, inputs(graph, 40))
    one = found["blocks.0.attention.activation"]
    turned = graph["blocks.0.attention.k.turned"]
    lost = one.keys.reshape(1, 6, 3, 4).transpose(0, 2, 1, 3)
    after = evaluate(turned, [lost])[0]
    np.testing.assert_allclose(after, after[:, :1].repeat(6, axis=1))
    assert np.abs(after).max() > 0.01


def test_a_head_whose_rows_no_key_levels_takes_its_mean_weights() -> None:
    # Tokens are points of a plane, near or far from its middle in turns, and nothing else.
    angles = 2 * np.pi * np.arange(5) / 5
    points = np.array([1, 0.3, 1, 0.3, 1])[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    graph = attention(np.eye(2), 60 * np.eye(2))
    samples = points + np.random.default_rng(0).normal(size=(30, 5, 2)) * 0.001
    found = prepared(graph, samples, SETTINGS)
    assert any(node.name.endswith("mean_weights") for node in found)
    np.testing.assert_allclose(run(found, samples)["y"], run(graph, samples)["y"], atol=0.05)


def test_softmax_without_settings_is_refused() -> None:
    graph = build("bert", ORIGINAL)
    with pytest.raises(ModelError, match="does not say how"):
        prepared(freeze(graph), inputs(graph), SETTINGS.model_copy(update={"softmax": None}))


def test_softmax_outside_an_attention_is_refused() -> None:
    nodes = (
        Node("x", "input", attributes={"tokens": 3, "features": 4}),
        Node("h", "split_heads", ("x",), {"heads": 2}),
        Node("s", "scores", ("h", "h")),
        Node("squared", "multiply", ("s", "s")),
        Node("p", "softmax", ("squared",)),
        Node("m", "mix", ("p", "h")),
        Node("y", "merge_heads", ("m",)),
    )
    with pytest.raises(ModelError, match="over scaled scores alone"):
        prepared(Graph("g", nodes, "y"), np.ones((2, 3, 4)), SETTINGS)
