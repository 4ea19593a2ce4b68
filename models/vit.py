"""The vision transformer in torch, in the two architectures that are trained, and its export to a graph.

`original` has softmax attention and LayerNorm. `he_friendly` has what polynomials can follow (Zimerman et
al., *Converting Transformers to Polynomial Form for Secure Inference Over Homomorphic Encryption*, ICML
2024): pointwise attention GELU(q·kᵀ/√d)·v/√tokens, BatchNorm in place of LayerNorm, and one more BatchNorm
before the activation of each MLP. Both are pre-norm, with a learned position embedding and the mean over
tokens.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

EPSILON = 1e-5


@dataclass(frozen=True)
class VitShape:
    """The dimensions of a ViT."""

    tokens: int
    features: int
    classes: int
    dim: int
    heads: int
    blocks: int
    mlp_ratio: int

    @property
    def head_dim(self) -> int:
        """Features of one head."""
        return self.dim // self.heads


class Output(NamedTuple):
    """Logits `[samples, classes]` and the input of every activation that will become a polynomial."""

    logits: Tensor
    activation_inputs: list[Tensor]


class TokenBatchNorm(nn.Module):  # type: ignore[misc]
    """BatchNorm per feature, with statistics over samples and tokens."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(features, eps=EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        """`[samples, tokens, features]`, normalised."""
        return self.norm(x.flatten(0, 1)).view_as(x)

    def freeze(self) -> None:
        """Express the running statistics by scale and shift alone, each rounded to float32."""
        norm = self.norm
        with torch.no_grad():
            scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + EPSILON)
            norm.bias.copy_(norm.bias.double() - norm.running_mean.double() * scale)
            norm.weight.copy_(scale)
            norm.running_mean.zero_()
            norm.running_var.fill_(1)
        norm.eps = 0.0


class Attention(nn.Module):  # type: ignore[misc]
    """Multi-head self-attention over normalised tokens."""

    def __init__(self, shape: VitShape, he_friendly: bool) -> None:
        super().__init__()
        self.shape, self.he_friendly = shape, he_friendly
        self.norm = TokenBatchNorm(shape.dim) if he_friendly else nn.LayerNorm(shape.dim, eps=EPSILON)
        self.q, self.k, self.v = (nn.Linear(shape.dim, shape.dim) for _ in range(3))
        self.projection = nn.Linear(shape.dim, shape.dim)

    def forward(self, x: Tensor, watched: list[Tensor]) -> Tensor:
        """The branch's addition to the residual stream."""
        normal = self.norm(x)
        q, k, v = (self._heads(linear(normal)) for linear in (self.q, self.k, self.v))
        scores = q @ k.transpose(-1, -2) / math.sqrt(self.shape.head_dim)
        if self.he_friendly:
            watched.append(scores)
            weights = nn.functional.gelu(scores) / math.sqrt(self.shape.tokens)
        else:
            weights = scores.softmax(-1)
        return self.projection((weights @ v).transpose(1, 2).flatten(2))

    def _heads(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.shape.heads, self.shape.head_dim)).transpose(1, 2)


class Mlp(nn.Module):  # type: ignore[misc]
    """Two linear maps with GELU between."""

    def __init__(self, shape: VitShape, he_friendly: bool) -> None:
        super().__init__()
        hidden = shape.dim * shape.mlp_ratio
        self.he_friendly = he_friendly
        self.norm = TokenBatchNorm(shape.dim) if he_friendly else nn.LayerNorm(shape.dim, eps=EPSILON)
        self.expand = nn.Linear(shape.dim, hidden)
        self.inner_norm = TokenBatchNorm(hidden) if he_friendly else nn.Identity()
        self.projection = nn.Linear(hidden, shape.dim)

    def forward(self, x: Tensor, watched: list[Tensor]) -> Tensor:
        """The branch's addition to the residual stream."""
        hidden = self.inner_norm(self.expand(self.norm(x)))
        if self.he_friendly:
            watched.append(hidden)
        return self.projection(nn.functional.gelu(hidden))


class Vit(nn.Module):  # type: ignore[misc]
    """The whole model. The position embedding is the bias of the patch embedding."""

    def __init__(self, shape: VitShape, he_friendly: bool) -> None:
        super().__init__()
        self.shape, self.he_friendly = shape, he_friendly
        self.embedding = nn.Linear(shape.features, shape.dim, bias=False)
        self.position = nn.Parameter(torch.randn(shape.tokens, shape.dim) * 0.02)
        self.attention = nn.ModuleList(Attention(shape, he_friendly) for _ in range(shape.blocks))
        self.mlp = nn.ModuleList(Mlp(shape, he_friendly) for _ in range(shape.blocks))
        self.norm = TokenBatchNorm(shape.dim) if he_friendly else nn.LayerNorm(shape.dim, eps=EPSILON)
        self.head = nn.Linear(shape.dim, shape.classes)

    def forward(self, inputs: Tensor) -> Output:
        """Classify `[samples, tokens, features]`."""
        watched: list[Tensor] = []
        x = self.embedding(inputs) + self.position
        for attention, mlp in zip(self.attention, self.mlp, strict=True):
            x = x + attention(x, watched)
            x = x + mlp(x, watched)
        return Output(self.head(self.norm(x).mean(1)), watched)

    def freeze_batch_norm(self) -> None:
        """Turn every BatchNorm into a fixed scale and shift in float32."""
        for module in self.modules():
            if isinstance(module, TokenBatchNorm):
                module.freeze()
