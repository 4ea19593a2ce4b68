"""Multi-head self-attention: softmax, Power-Softmax, or pointwise attention with length scaling and masks.

Pointwise attention (Zimerman et al. 2024, section 4) has no sum over keys to divide by: a token of a long
context would receive a large sum, so the weights are divided by S(L). And a pair is left out by a factor 0
after the activation, where softmax takes -∞ before it. A mask and the scaling after the activation are one
constant per pair, hence one node. Power-Softmax has the same masks, and divides after the mix.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.architectures.draft import Draft
from models.architectures.options import Options
from models.graph import Array


@dataclass(frozen=True)
class Pairs:
    """Which tokens attend to which.

    Attributes:
        visible: `[tokens, block]` of 0 and 1: whether a token attends to each of its block.
    """

    visible: Array

    @classmethod
    def all(cls, tokens: int, block: int | None = None) -> Pairs:
        """Every token to every token of its block, by default to all."""
        return cls(np.ones((tokens, block or tokens)))

    @classmethod
    def causal(cls, tokens: int) -> Pairs:
        """Every token to itself and those before it."""
        return cls(np.tri(tokens))

    @property
    def tokens(self) -> int:
        """Tokens of a sample."""
        return int(self.visible.shape[0])

    @property
    def block(self) -> int:
        """Tokens of a block."""
        return int(self.visible.shape[1])

    def length_factors(self, options: Options) -> Array:
        """`[tokens, 1]`: 1/S(L) of each token."""
        visible = self.visible.sum(axis=1, keepdims=True)
        lengths = visible if options.length == "visible" else np.full_like(visible, self.block)
        return np.asarray(lengths**-options.length_power)


@dataclass(frozen=True)
class Rotary:
    """Positions that turn queries and keys (Su et al. 2021).

    Attributes:
        features: how many features of each head are turned, from the first on.
        base: pair i of n is turned by token·base^(-i/n).
    """

    features: int
    base: float

    def arrays(self, tokens: int, width: int) -> dict[str, Array]:
        """Cosine and sine of all angles, `[tokens, width]`; 1 and 0 where no feature is turned."""
        pairs = self.features // 2
        angles = np.outer(np.arange(tokens), self.base ** (-np.arange(pairs) / pairs))
        rest = np.zeros((tokens, width - self.features))
        every = np.concatenate([angles, angles, rest], axis=1)
        return {"cosine": np.cos(every), "sine": np.sin(every)}


@dataclass(frozen=True)
class Attention:
    """One attention.

    Attributes:
        dim: features in and out.
        heads: dividing `dim`.
        pairs: which tokens attend to which.
        keep: the value that tells real tokens from padding (feature width `dim`), where there is padding.
        relative: whether scores get a learned bias per head and pair of positions of a block.
        rotary: how positions turn queries and keys, where they do.
    """

    dim: int
    heads: int
    pairs: Pairs
    keep: str | None = None
    relative: bool = False
    rotary: Rotary | None = None


def attend(draft: Draft, layer: str, source: str, attention: Attention) -> str:
    """The output of an attention over normalised tokens `source`."""
    dim = attention.dim
    q, k, v = (draft.linear(layer, part, source, dim, dim) for part in ("q", "k", "v"))
    scores = _scores(draft, layer, q, k, attention)
    kind = draft.options.attention
    weigh = {"softmax": _softmax, "power_softmax": _powers}.get(kind, _pointwise)
    weights = weigh(draft, layer, scores, attention)
    if kind != "softmax" and attention.keep is not None:
        # Padding must add nothing to the mix: its values are 0, whatever its weights.
        v = draft.add(layer, "v.kept", "multiply", v, attention.keep)
    values = draft.add(layer, "v.heads", "split_heads", v, heads=attention.heads)
    mixed = draft.add(layer, "mix", "mix", weights, values)
    if kind == "power_softmax":
        mixed = _divided(draft, layer, mixed, weights, attention)
    merged = draft.add(layer, "merged", "merge_heads", mixed)
    return draft.linear(layer, "projection", merged, dim, dim)


def _scores(draft: Draft, layer: str, q: str, k: str, attention: Attention) -> str:
    """q·kᵀ/√d, with the relative bias where there is one."""
    pairs, heads = attention.pairs, attention.heads
    queries, keys = (_turned(draft, layer, part, one, attention) for part, one in (("q", q), ("k", k)))
    scores = draft.add(layer, "scores", "scores", queries, keys, block=pairs.block)
    factor = 1 / math.sqrt(attention.dim // heads)
    scaled = draft.add(layer, "scaled", "scale", scores, factor=factor)
    if not attention.relative:
        return scaled
    bias = {"bias": np.zeros((heads, pairs.block, pairs.block))}
    repeat = pairs.tokens // pairs.block
    return draft.add(layer, "relative", "bias", scaled, arrays=bias, repeat=repeat)


def _turned(draft: Draft, layer: str, part: str, source: str, attention: Attention) -> str:
    """The heads of queries or keys, turned where there are rotary positions."""
    heads, rotary = attention.heads, attention.rotary
    split = draft.add(layer, f"{part}.heads", "split_heads", source, heads=heads)
    if rotary is None:
        return split
    arrays = rotary.arrays(attention.pairs.tokens, attention.dim // heads)
    return draft.add(layer, f"{part}.turned", "rotary", split, arrays=arrays, features=rotary.features)


def _softmax(draft: Draft, layer: str, scores: str, attention: Attention) -> str:
    visible = attention.pairs.visible
    arrays = {} if visible.all() else {"mask": visible}
    keep = () if attention.keep is None else (attention.keep,)
    return draft.add(layer, "activation", "softmax", scores, *keep, arrays=arrays)


def _pointwise(draft: Draft, layer: str, scores: str, attention: Attention) -> str:
    """The weights of pointwise attention: length scaling around the activation, then the mask."""
    options, pairs = draft.options, attention.pairs
    scores = _biased(draft, layer, scores, attention)
    if options.score_norm:
        scores = draft.batch_norm(layer, "score_norm", scores, attention.heads, over="heads")
    factors = pairs.length_factors(options)
    if options.length_scaling in ("before", "both"):
        scores = _per_pair(draft, layer, "length_before", scores, np.tile(factors, pairs.block))
    weights = draft.add(layer, "activation", options.attention, scores)
    after = pairs.visible * factors if options.length_scaling in ("after", "both") else pairs.visible
    part = "length_after" if pairs.visible.all() else "masked"
    return _per_pair(draft, layer, part, weights, after)


def _biased(draft: Draft, layer: str, scores: str, attention: Attention) -> str:
    """The scores with a learned bias of each head, where the options have one."""
    if draft.options.score_bias is None:
        return scores
    bias = np.full((attention.heads, 1, 1), draft.options.score_bias)
    return draft.add(layer, "score_bias", "bias", scores, arrays={"bias": bias})


def _powers(draft: Draft, layer: str, scores: str, attention: Attention) -> str:
    """An even power of each score, divided by the number of those that its query sees."""
    scores = _biased(draft, layer, scores, attention)
    for square in range(draft.options.power.bit_length() - 1):
        scores = draft.add(layer, f"power.{2 << square}", "multiply", scores, scores)
    visible = attention.pairs.visible
    part = "averaged" if visible.all() else "masked"
    return _per_pair(draft, layer, part, scores, visible / visible.sum(axis=1, keepdims=True))


def _divided(draft: Draft, layer: str, mixed: str, weights: str, attention: Attention) -> str:
    """What the weights mixed, divided by what they sum up to."""
    keep = () if attention.keep is None else (attention.keep,)
    features = attention.dim // attention.heads
    sums = draft.add(layer, "sums", "sum_keys", weights, *keep, features=features)
    options = draft.options
    reciprocal = draft.add(
        layer, "reciprocal", "reciprocal", sums, epsilon=options.offset, power=options.power
    )
    return draft.add(layer, "divided", "multiply", mixed, reciprocal)


def _per_pair(draft: Draft, layer: str, part: str, source: str, factors: Array) -> str:
    """Scores times a constant per pair: a mask, or a scale where all pairs share one factor."""
    if np.ptp(factors) > 0:
        return draft.add(layer, part, "mask", source, arrays={"mask": factors})
    factor = float(factors.flat[0])
    return source if factor == 1 else draft.add(layer, part, "scale", source, factor=factor)
