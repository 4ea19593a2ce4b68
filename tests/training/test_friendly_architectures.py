"""Each architecture's HE-friendly graph against pointwise attention written in torch, in float64."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from models.architectures.options import Options
from models.architectures.windows import window_order
from models.graph import Graph
from models.reference import dense, outputs
from tests.models.architectures.small import build, inputs
from tests.training.torch_parts import (
    TOLERANCE,
    double,
    heads_first,
    image,
    linear,
    merged,
    norm,
    regions,
    tensor,
    windows,
)

ACTIVATIONS = {"gelu": functional.gelu, "relu": functional.relu}
OPTIONS = {
    "batch": Options(score_norm=True),
    "relu": Options(attention="relu", activation="relu"),
    "language": Options(norm="layer", mlp_norm=False, score_bias=1.0),
    "mixed": Options(attention="relu", norm="layer", score_bias=0.5, score_norm=True),
}
every_option = pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)


@pytest.fixture(autouse=True)
def _double() -> Iterator[None]:
    with double():
        yield


def attention(
    graph: Graph,
    layer: str,
    x: Tensor,
    factors: Tensor,
    keep: Tensor | None = None,
    relative: Tensor | None = None,
) -> Tensor:
    """Pointwise attention of tokens `[..., tokens, dim]`.

    `factors` is mask and length scaling per pair, `keep` 0 at padding, `relative` added to the scores.
    """
    options = Options.model_validate(graph.metadata["options"])
    heads = graph[f"{layer}.q.heads"].attributes["heads"]
    q, k, v = (linear(graph, f"{layer}.{part}", x) for part in "qkv")
    v = v if keep is None else v * keep[..., None]
    q, k, v = (heads_first(part, heads) for part in (q, k, v))
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if relative is not None:
        scores = scores + relative
    if options.score_bias is not None:
        scores = scores + tensor(graph, f"{layer}.score_bias", "bias")
    if options.score_norm:
        scores = norm(graph, f"{layer}.score_norm", scores)
    mixed = (ACTIVATIONS[options.attention](scores) * factors) @ v
    return linear(graph, f"{layer}.projection", mixed.transpose(-2, -3).flatten(-2))


def mlp(graph: Graph, layer: str, x: Tensor) -> Tensor:
    options = Options.model_validate(graph.metadata["options"])
    hidden = linear(graph, f"{layer}.expand", x)
    if options.mlp_norm:
        hidden = norm(graph, f"{layer}.inner_norm", hidden)
    return linear(graph, f"{layer}.projection", ACTIVATIONS[options.activation](hidden))


def block(graph: Graph, name: str, x: Tensor, factors: Tensor, keep: Tensor | None = None) -> Tensor:
    """A pre-norm block."""
    normal = norm(graph, f"{name}.attention.norm", x)
    x = x + attention(graph, f"{name}.attention", normal, factors, keep)
    return x + mlp(graph, f"{name}.mlp", norm(graph, f"{name}.mlp.norm", x))


def post_norm_block(graph: Graph, name: str, x: Tensor, factors: Tensor, keep: Tensor) -> Tensor:
    x = norm(graph, f"{name}.attention.norm", x + attention(graph, f"{name}.attention", x, factors, keep))
    return norm(graph, f"{name}.mlp.norm", x + mlp(graph, f"{name}.mlp", x))


@every_option
def test_vit_is_pointwise_attention_over_the_root_of_the_length(options: Options) -> None:
    graph = build("vit", options)
    images = inputs(graph)
    x = linear(graph, "embedding", torch.from_numpy(images))
    for index in range(2):
        x = block(graph, f"blocks.{index}", x, torch.tensor(1 / math.sqrt(9)))
    expected = linear(graph, "head", norm(graph, "head.norm", x).mean(1))
    np.testing.assert_allclose(outputs(graph, images)[:, 0], expected, atol=TOLERANCE)


@every_option
def test_gpt_scales_by_the_tokens_that_each_token_sees(options: Options) -> None:
    graph = build("gpt", options)
    numbers = inputs(graph)
    x = linear(graph, "embedding", torch.from_numpy(dense(graph, numbers)))
    factors = torch.ones(6, 6).tril() / torch.arange(1.0, 7).sqrt()[:, None]
    for index in range(2):
        x = block(graph, f"blocks.{index}", x, factors)
    expected = linear(graph, "head", norm(graph, "head.norm", x))
    np.testing.assert_allclose(outputs(graph, numbers), expected, atol=TOLERANCE)


@every_option
def test_bert_leaves_padding_out_of_the_mix_and_scales_by_the_context(options: Options) -> None:
    graph = build("bert", options)
    numbers = inputs(graph)
    keep = torch.from_numpy(numbers != -1).double()
    x = linear(graph, "embedding", torch.from_numpy(dense(graph, numbers)))
    for index in range(2):
        x = block(graph, f"blocks.{index}", x, torch.tensor(1 / math.sqrt(6)), keep)
    expected = linear(graph, "head", norm(graph, "head.norm", x)[:, 0])
    np.testing.assert_allclose(outputs(graph, numbers)[:, 0], expected, atol=TOLERANCE)


@every_option
def test_a_post_norm_bert_sums_real_tokens_alone(options: Options) -> None:
    graph = build("bert_post", options)
    numbers = inputs(graph)
    keep = torch.from_numpy(numbers != -1).double()
    x = norm(graph, "embedding.norm", linear(graph, "embedding", torch.from_numpy(dense(graph, numbers))))
    for index in range(2):
        x = post_norm_block(graph, f"blocks.{index}", x, torch.tensor(1 / math.sqrt(6)), keep)
    expected = linear(graph, "head", (x * keep[..., None]).sum(1) / 6)
    np.testing.assert_allclose(outputs(graph, numbers)[:, 0], expected, atol=TOLERANCE)


def window_attention(graph: Graph, layer: str, x: Tensor, window: int, shift: int) -> Tensor:
    """Pointwise attention in windows of an image, each token scaled by the tokens of its region."""
    cut = windows(torch.roll(x, (-shift, -shift), (1, 2)), window)
    visible = torch.ones(cut.shape[1], window**2, window**2)
    if shift:
        visible = regions(x.shape[1], window, shift).double()
    factors = visible / visible.sum(-1, keepdim=True).sqrt()
    relative = tensor(graph, f"{layer}.relative", "bias")
    out = attention(graph, layer, cut, factors[:, None], relative=relative)
    return torch.roll(image(out, window), (shift, shift), (1, 2))


def swin_on_images(graph: Graph, images: Tensor, depths: tuple[int, ...], window: int) -> Tensor:
    """The logits of `[samples, side, side, features]`."""
    x = norm(graph, "embedding.norm", linear(graph, "embedding", images))
    for stage, depth in enumerate(depths):
        if stage:
            name = f"merging.{stage - 1}"
            x = linear(graph, f"{name}.reduction", norm(graph, f"{name}.norm", merged(x)))
        for number in range(depth):
            layer = f"stages.{stage}.blocks.{number}"
            shift = window // 2 if number % 2 and x.shape[1] > window else 0
            normal = norm(graph, f"{layer}.attention.norm", x)
            x = x + window_attention(graph, f"{layer}.attention", normal, window, shift)
            x = x + mlp(graph, f"{layer}.mlp", norm(graph, f"{layer}.mlp.norm", x))
    return linear(graph, "head", norm(graph, "head.norm", x).mean((1, 2)))


@every_option
@pytest.mark.parametrize(("name", "depths", "window"), [("swin", (3, 2), 2), ("swin_wide", (2, 2), 4)])
def test_swin_scales_by_the_region_that_each_token_sees(
    name: str, depths: tuple[int, ...], window: int, options: Options
) -> None:
    graph = build(name, options)
    images = np.random.default_rng(3).normal(size=(3, 64, 4))
    expected = swin_on_images(graph, torch.from_numpy(images.reshape(3, 8, 8, 4)), depths, window)
    result = outputs(graph, images[:, window_order(8, window)])[:, 0]
    np.testing.assert_allclose(result, expected, atol=TOLERANCE)
