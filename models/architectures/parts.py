"""The parts that the architectures share: residual branches, MLP, activation, blocks, pooling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from models.architectures.attention import Attention, attend
from models.architectures.draft import Draft
from models.architectures.shapes import hidden_features

NormPosition = Literal["pre", "post"]
Pool = Literal["first", "mean"]


def transformer_block(
    draft: Draft,
    layer: str,
    stream: str,
    attention: Attention,
    mlp_ratio: int | float,
    position: NormPosition = "pre",
    *,
    parallel: bool = False,
    gated: bool = False,
) -> str:
    """The residual stream after an attention and an MLP; in parallel both read the stream as it comes."""
    dim = attention.dim

    def attended(source: str) -> str:
        return attend(draft, f"{layer}.attention", source, attention)

    def activated(source: str) -> str:
        return mlp(draft, f"{layer}.mlp", source, dim, mlp_ratio, gated=gated)

    before = stream if parallel else None
    stream = residual(draft, f"{layer}.attention", stream, dim, attended, position)
    return residual(draft, f"{layer}.mlp", stream, dim, activated, position, before)


def residual(
    draft: Draft,
    layer: str,
    stream: str,
    dim: int,
    branch: Callable[[str], str],
    position: NormPosition = "pre",
    read: str | None = None,
) -> str:
    """The residual stream after a branch: x + branch(norm(x)), or, post-norm, norm(x + branch(x)).

    A pre-norm branch may read another value than the stream.
    """
    if position == "pre":
        normal = draft.norm(layer, "norm", read or stream, dim)
        return draft.add(layer, "residual", "add", stream, branch(normal))
    total = draft.add(layer, "residual", "add", stream, branch(stream))
    return draft.norm(layer, "norm", total, dim)


def mlp(draft: Draft, layer: str, source: str, dim: int, ratio: int | float, *, gated: bool = False) -> str:
    """Two linear maps with the activation between; gated, a third times it (Shazeer 2020)."""
    inner = hidden_features(dim, ratio)
    hidden = draft.linear(layer, "gate" if gated else "expand", source, dim, inner)
    if draft.options.mlp_norm:
        hidden = draft.batch_norm(layer, "inner_norm", hidden, inner)
    active = activated(draft, layer, hidden)
    if gated:
        active = draft.add(
            layer, "gated", "multiply", active, draft.linear(layer, "expand", source, dim, inner)
        )
    return draft.linear(layer, "projection", active, inner, dim)


def activated(draft: Draft, layer: str, source: str) -> str:
    """The activation that the options name; a square is a product, polynomial as it is."""
    if draft.options.activation == "square":
        return draft.add(layer, "activation", "multiply", source, source)
    return draft.add(layer, "activation", draft.options.activation, source)


def pool(draft: Draft, source: str, kind: Pool, tokens: int) -> str:
    """What a classifier reads: the first token, or the sum over tokens divided by their number."""
    if kind == "first":
        return draft.add("head", "first", "gather_tokens", source, order=[0])
    total = draft.add("head", "sum", "sum_tokens", source)
    return draft.add("head", "mean", "scale", total, factor=1 / tokens)
