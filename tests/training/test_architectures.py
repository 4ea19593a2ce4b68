"""Each architecture's original graph against torch in float64.

ViT, GPT and BERT are compared with torch.nn.TransformerEncoderLayer, Swin with a Swin on images written here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.architectures.options import ORIGINAL
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

HEADS = 3


@pytest.fixture(autouse=True)
def _double() -> Iterator[None]:
    with double():
        yield


def encoder_layer(graph: Graph, block: str, norm_first: bool) -> nn.TransformerEncoderLayer:
    """torch's own layer with the graph's weights."""
    hidden, dim = graph[f"{block}.mlp.expand"].arrays["weight"].shape
    layer = nn.TransformerEncoderLayer(
        dim, HEADS, hidden, dropout=0, activation="gelu", batch_first=True, norm_first=norm_first
    ).eval()
    attention, parts = layer.self_attn, [f"{block}.attention.{part}" for part in "qkv"]
    attention.in_proj_weight.copy_(torch.cat([tensor(graph, part, "weight") for part in parts]))
    attention.in_proj_bias.copy_(torch.cat([tensor(graph, part, "bias") for part in parts]))
    linears = {
        "attention.projection": attention.out_proj,
        "mlp.expand": layer.linear1,
        "mlp.projection": layer.linear2,
    }
    for name, module in linears.items():
        module.weight.copy_(tensor(graph, f"{block}.{name}", "weight"))
        module.bias.copy_(tensor(graph, f"{block}.{name}", "bias"))
    for name, module in {"attention.norm": layer.norm1, "mlp.norm": layer.norm2}.items():
        module.weight.copy_(tensor(graph, f"{block}.{name}", "scale"))
        module.bias.copy_(tensor(graph, f"{block}.{name}", "shift"))
    return layer


def test_vit_is_torchs_encoder() -> None:
    graph = build("vit", ORIGINAL)
    images = inputs(graph)
    x = linear(graph, "embedding", torch.from_numpy(images))
    for index in range(2):
        x = encoder_layer(graph, f"blocks.{index}", norm_first=True)(x)
    expected = linear(graph, "head", norm(graph, "head.norm", x).mean(1))
    np.testing.assert_allclose(outputs(graph, images)[:, 0], expected, atol=TOLERANCE)


def test_gpt_is_torchs_encoder_under_a_causal_mask() -> None:
    graph = build("gpt", ORIGINAL)
    numbers = inputs(graph)
    mask = nn.Transformer.generate_square_subsequent_mask(numbers.shape[1])
    symbols = tensor(graph, "embedding", "weight").T
    x = functional.embedding(torch.from_numpy(numbers), symbols) + tensor(graph, "embedding", "bias")
    for index in range(2):
        x = encoder_layer(graph, f"blocks.{index}", norm_first=True)(x, src_mask=mask, is_causal=True)
    expected = linear(graph, "head", norm(graph, "head.norm", x))
    np.testing.assert_allclose(outputs(graph, numbers), expected, atol=TOLERANCE)


@pytest.mark.parametrize("name", ["bert", "bert_post"])
def test_bert_is_torchs_encoder_without_the_padding(name: str) -> None:
    graph = build(name, ORIGINAL)
    numbers = inputs(graph)
    pre = name == "bert"
    padding = torch.from_numpy(numbers == -1)
    x = linear(graph, "embedding", torch.from_numpy(dense(graph, numbers)))
    x = x if pre else norm(graph, "embedding.norm", x)
    for index in range(2):
        layer = encoder_layer(graph, f"blocks.{index}", norm_first=pre)
        x = layer(x, src_key_padding_mask=padding)
    pooled = norm(graph, "head.norm", x)[:, 0] if pre else x.masked_fill(padding[..., None], 0).mean(1)
    expected = linear(graph, "head", pooled)
    np.testing.assert_allclose(outputs(graph, numbers)[:, 0], expected, atol=TOLERANCE)


def window_attention(graph: Graph, layer: str, x: Tensor, window: int, shift: int) -> Tensor:
    """Attention within windows of an image `[samples, side, side, dim]` (Liu et al. 2021, section 3.2)."""
    heads = graph[f"{layer}.q.heads"].attributes["heads"]
    cut = windows(torch.roll(x, (-shift, -shift), (1, 2)), window)
    q, k, v = (heads_first(linear(graph, f"{layer}.{part}", cut), heads) for part in "qkv")
    bias = tensor(graph, f"{layer}.relative", "bias").expand(cut.shape[1], -1, -1, -1)
    if shift:
        bias = bias.masked_fill(~regions(x.shape[1], window, shift)[:, None], -math.inf)
    mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=bias.expand(len(x), -1, -1, -1, -1))
    out = linear(graph, f"{layer}.projection", mixed.transpose(-2, -3).flatten(-2))
    return torch.roll(image(out, window), (shift, shift), (1, 2))


def swin_on_images(graph: Graph, images: Tensor, depths: tuple[int, ...], window: int) -> Tensor:
    """The logits of `[samples, side, side, features]`."""
    x = norm(graph, "embedding.norm", linear(graph, "embedding", images))
    for stage, depth in enumerate(depths):
        if stage:
            name = f"merging.{stage - 1}"
            x = linear(graph, f"{name}.reduction", norm(graph, f"{name}.norm", merged(x)))
        for block in range(depth):
            layer = f"stages.{stage}.blocks.{block}"
            shift = window // 2 if block % 2 and x.shape[1] > window else 0
            normal = norm(graph, f"{layer}.attention.norm", x)
            x = x + window_attention(graph, f"{layer}.attention", normal, window, shift)
            hidden = linear(graph, f"{layer}.mlp.expand", norm(graph, f"{layer}.mlp.norm", x))
            x = x + linear(graph, f"{layer}.mlp.projection", functional.gelu(hidden))
    return linear(graph, "head", norm(graph, "head.norm", x).mean((1, 2)))


@pytest.mark.parametrize(("name", "depths", "window"), [("swin", (3, 2), 2), ("swin_wide", (2, 2), 4)])
def test_swin_is_a_swin_on_images(name: str, depths: tuple[int, ...], window: int) -> None:
    graph = build(name, ORIGINAL)
    images = np.random.default_rng(3).normal(size=(3, 64, 4))
    expected = swin_on_images(graph, torch.from_numpy(images.reshape(3, 8, 8, 4)), depths, window)
    result = outputs(graph, images[:, window_order(8, window)])[:, 0]
    np.testing.assert_allclose(result, expected, atol=TOLERANCE)
