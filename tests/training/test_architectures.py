"""Each architecture's graph against torch in float64.

The originals of ViT, GPT and BERT are compared with torch.nn.TransformerEncoderLayer, that of Swin with a
Swin on images written for this test, and the HE-friendly ones with pointwise attention written in torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.architectures.options import ORIGINAL, Options
from models.architectures.windows import window_order
from models.graph import Graph
from models.reference import dense, outputs
from tests.models.architectures.small import build, inputs

HEADS = 3
TOLERANCE = 1e-10


@pytest.fixture(autouse=True)
def _double() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    with torch.no_grad():
        yield
    torch.set_default_dtype(before)


def tensor(graph: Graph, node: str, array: str) -> Tensor:
    return torch.from_numpy(np.array(graph[node].arrays[array]))


def linear(graph: Graph, node: str, x: Tensor) -> Tensor:
    return x @ tensor(graph, node, "weight").T + tensor(graph, node, "bias")


def norm(graph: Graph, node: str, x: Tensor) -> Tensor:
    scale, shift = tensor(graph, node, "scale"), tensor(graph, node, "shift")
    if graph[node].operation == "layer_norm":
        return functional.layer_norm(x, x.shape[-1:], scale, shift)
    mean, variance = tensor(graph, node, "mean"), tensor(graph, node, "variance")
    axis = 1 if graph[node].attributes["over"] == "heads" else x.ndim - 1
    return functional.batch_norm(x.movedim(axis, 1), mean, variance, scale, shift).movedim(1, axis)


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


def heads_first(x: Tensor, heads: int) -> Tensor:
    return x.unflatten(-1, (heads, -1)).transpose(-2, -3)


def window_attention(graph: Graph, layer: str, image: Tensor, window: int, shift: int) -> Tensor:
    """Attention within windows of an image `[samples, side, side, dim]` (Liu et al. 2021, section 3.2)."""
    samples, side, _, dim = image.shape
    heads = graph[f"{layer}.q.heads"].attributes["heads"]
    moved = torch.roll(image, (-shift, -shift), (1, 2))
    regions = torch.zeros(side, side)
    cuts = (slice(0, side - window), slice(side - window, side - shift), slice(side - shift, side))
    for number, (rows, columns) in enumerate((r, c) for r in cuts for c in cuts):
        regions[rows, columns] = number
    across = side // window

    def cut(x: Tensor) -> Tensor:
        """`[samples, side, side, features]` → `[samples, windows, window², features]`."""
        split = x.unflatten(1, (across, window)).unflatten(3, (across, window)).transpose(2, 3)
        return split.flatten(3, 4).flatten(1, 2)

    x = cut(moved)
    q, k, v = (heads_first(linear(graph, f"{layer}.{part}", x), heads) for part in "qkv")
    region = cut(regions[None, ..., None])[0, ..., 0]
    apart = region[:, None, :] != region[:, :, None]
    bias = tensor(graph, f"{layer}.relative", "bias").expand(across**2, -1, -1, -1)
    bias = bias.masked_fill(apart[:, None], -math.inf) if shift else bias
    mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=bias.expand(samples, -1, -1, -1, -1))
    out = linear(graph, f"{layer}.projection", mixed.transpose(-2, -3).flatten(-2))
    grid = out.view(samples, across, across, window, window, dim).transpose(2, 3)
    return torch.roll(grid.reshape(samples, side, side, dim), (shift, shift), (1, 2))


def swin_on_images(graph: Graph, images: Tensor, depths: tuple[int, ...], window: int) -> Tensor:
    """The logits of `[samples, side, side, features]`."""
    x = norm(graph, "embedding.norm", linear(graph, "embedding", images))
    for stage, depth in enumerate(depths):
        if stage:
            corners = [x[:, down::2, right::2] for right in (0, 1) for down in (0, 1)]
            name = f"merging.{stage - 1}"
            x = linear(graph, f"{name}.reduction", norm(graph, f"{name}.norm", torch.cat(corners, -1)))
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


def friendly_block(graph: Graph, block: str, x: Tensor, factors: Tensor) -> Tensor:
    """One HE-friendly block with all norms; `factors` is mask and length scaling per pair."""
    layer = f"{block}.attention"
    normal = norm(graph, f"{layer}.norm", x)
    q, k, v = (heads_first(linear(graph, f"{layer}.{part}", normal), HEADS) for part in "qkv")
    scores = norm(graph, f"{layer}.score_norm", q @ k.mT / math.sqrt(q.shape[-1]))
    mixed = (functional.gelu(scores) * factors) @ v
    x = x + linear(graph, f"{layer}.projection", mixed.transpose(1, 2).flatten(2))
    layer = f"{block}.mlp"
    hidden = linear(graph, f"{layer}.expand", norm(graph, f"{layer}.norm", x))
    active = functional.gelu(norm(graph, f"{layer}.inner_norm", hidden))
    return x + linear(graph, f"{layer}.projection", active)


def test_he_friendly_vit_is_pointwise_attention_over_the_root_of_the_length() -> None:
    graph = build("vit", Options(score_norm=True))
    images = inputs(graph)
    x = linear(graph, "embedding", torch.from_numpy(images))
    for index in range(2):
        x = friendly_block(graph, f"blocks.{index}", x, torch.tensor(1 / math.sqrt(9)))
    expected = linear(graph, "head", norm(graph, "head.norm", x).mean(1))
    np.testing.assert_allclose(outputs(graph, images)[:, 0], expected, atol=TOLERANCE)


def test_he_friendly_gpt_scales_by_the_tokens_that_each_token_sees() -> None:
    graph = build("gpt", Options(score_norm=True))
    numbers = inputs(graph)
    x = linear(graph, "embedding", torch.from_numpy(dense(graph, numbers)))
    factors = torch.ones(6, 6).tril() / torch.arange(1.0, 7).sqrt()[:, None]
    for index in range(2):
        x = friendly_block(graph, f"blocks.{index}", x, factors)
    expected = linear(graph, "head", norm(graph, "head.norm", x))
    np.testing.assert_allclose(outputs(graph, numbers), expected, atol=TOLERANCE)
