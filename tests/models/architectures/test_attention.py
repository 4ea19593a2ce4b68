"""What tokens see of each other, and where the scaling by length stands."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np
import pytest

from models.architectures.options import ORIGINAL, Options
from models.architectures.windows import window_order
from models.graph import Array, Graph, Node
from models.operations.activations import gelu
from models.reference import outputs, run
from tests.models.architectures.small import build, inputs

LAYER = "blocks.0.attention"
SHIFTED = "stages.0.blocks.1.attention"
SIDE, WINDOW = 8, 2  # of Swin
VARIANTS = {
    "softmax": ORIGINAL,
    "pointwise": Options(norm="layer"),
    "both": Options(length_scaling="both", score_norm=True),
}


@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
def test_a_causal_token_sees_itself_and_what_came_before(options: Options) -> None:
    graph = build("gpt", options)
    numbers = inputs(graph)
    before = outputs(graph, numbers)
    for changed in range(numbers.shape[1]):
        other = numbers.copy()
        other[:, changed] = (other[:, changed] + 1) % graph.input.attributes["features"]
        difference = np.abs(outputs(graph, other) - before).max(axis=(0, 2))
        assert np.all(difference[:changed] == 0)
        assert np.all(difference[changed:] > 1e-6)


@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
@pytest.mark.parametrize("name", ["bert", "bert_post"])
def test_padding_changes_nothing(name: str, options: Options) -> None:
    """What the embedding says at a padded place must not reach the logits; at a real one it must."""
    graph = build(name, options)
    numbers = inputs(graph)
    last = graph.input.attributes["tokens"] - 1
    padded = numbers[:, last] == -1
    assert padded.any()
    assert not padded.all()
    difference = np.abs(outputs(_moved(graph, last), numbers) - outputs(graph, numbers)).max(axis=(1, 2))
    assert np.all(difference[padded] < 1e-12)
    assert np.all(difference[~padded] > 1e-6)


def _moved(graph: Graph, token: int) -> Graph:
    """The graph with another position embedding at one token."""

    def moved(node: Node) -> Node:
        if node.name != "embedding":
            return node
        bias = node.arrays["bias"].copy()
        bias[token] += np.linspace(-1, 2, bias.shape[1])
        return dataclasses.replace(node, arrays={**node.arrays, "bias": bias})

    return dataclasses.replace(graph, nodes=tuple(moved(node) for node in graph))


@pytest.mark.parametrize("power", [0.5, 1.0])
@pytest.mark.parametrize("length", ["visible", "full"])
@pytest.mark.parametrize("placement", ["none", "before", "after", "both"])
@pytest.mark.parametrize("name", ["vit", "swin", "gpt", "bert"])
def test_length_scaling_stands_where_it_should(
    name: str,
    placement: Literal["none", "before", "after", "both"],
    length: Literal["visible", "full"],
    power: float,
) -> None:
    options = Options(length_scaling=placement, length=length, length_power=power)
    graph = build(name, options)
    values = run(graph, inputs(graph))
    layer = SHIFTED if name == "swin" else LAYER
    q, k = values[f"{layer}.q.heads"], values[f"{layer}.k.heads"]
    visible = _visible(name, q.shape[2])
    context = WINDOW**2 if name == "swin" else q.shape[2]
    lengths = visible.sum(axis=1) if length == "visible" else np.full(len(visible), context)
    divisor = (lengths**power)[:, None]
    scores = np.einsum("shie,shje->shij", q, k) / np.sqrt(q.shape[-1])
    if name == "swin":
        scores += np.tile(graph[f"{layer}.relative"].arrays["bias"], (len(visible) // context,) * 2)
    scores = scores / divisor if placement in ("before", "both") else scores
    weights = gelu(scores) * visible
    weights = weights / divisor if placement in ("after", "both") else weights
    expected = np.einsum("shij,shje->shie", weights, values[f"{layer}.v.heads"])
    np.testing.assert_allclose(values[f"{layer}.mix"], expected, atol=1e-12)


@pytest.mark.parametrize("power", [2, 4])
@pytest.mark.parametrize("name", ["vit", "swin", "gpt", "bert"])
def test_power_softmax_divides_by_the_mean_power_of_the_keys_that_a_query_sees(
    name: str, power: Literal[2, 4]
) -> None:
    graph = build(name, Options(attention="power_softmax", power=power, offset=0.5, length_scaling="none"))
    x = inputs(graph)
    values = run(graph, x)
    layer = SHIFTED if name == "swin" else LAYER
    q, k, v = (values[f"{layer}.{part}.heads"] for part in "qkv")
    scores = np.einsum("shie,shje->shij", q, k) / np.sqrt(q.shape[-1])
    visible = _visible(name, q.shape[2])
    if name == "swin":
        blocks = len(visible) // WINDOW**2
        scores += np.tile(graph[f"{layer}.relative"].arrays["bias"], (blocks, blocks))
    powers = scores**power * visible / visible.sum(axis=1, keepdims=True)
    if name == "bert":
        powers = powers * (x >= 0)[:, None, None, :]
    weights = powers / (powers.sum(axis=-1, keepdims=True) + 0.5)
    expected = np.einsum("shij,shje->shie", weights, v)
    np.testing.assert_allclose(values[f"{layer}.divided"], expected, atol=1e-12)


def _visible(name: str, tokens: int) -> Array:
    """`[tokens, tokens]` of 0 and 1; in shifted windows pairs of one window that are near each other."""
    if name == "gpt":
        return np.tri(tokens)
    if name != "swin":
        return np.ones((tokens, tokens))
    places = np.stack(np.divmod(window_order(SIDE, WINDOW, WINDOW // 2), SIDE), axis=1)
    near = (np.abs(places[:, None] - places[None]) < WINDOW).all(axis=-1)
    windows = np.arange(tokens) // WINDOW**2
    return np.asarray(near & (windows[:, None] == windows[None]), float)


def test_mask_and_scaling_are_one_node() -> None:
    operations = [node.operation for node in build("gpt", Options()) if node.layer == LAYER]
    assert operations.count("mask") == 1
    assert operations.count("scale") == 1, "1/√d alone"
    softmax = build("gpt", ORIGINAL)[f"{LAYER}.activation"]
    np.testing.assert_array_equal(softmax.arrays["mask"], np.tri(6))
