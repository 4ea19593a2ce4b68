"""The vision transformer (Dosovitskiy et al. 2021), pre-norm, with a learned position embedding."""

from __future__ import annotations

from typing import Literal

import numpy as np

from models.architectures.attention import Attention, Pairs
from models.architectures.draft import Draft
from models.architectures.options import Options
from models.architectures.parts import Pool, pool, transformer_block
from models.architectures.shapes import DataShape, TransformerShape
from models.graph import Graph


class VitShape(TransformerShape):
    """Dimensions of a ViT that its data do not fix.

    Attributes:
        pool: what is classified: the mean over tokens, or the first token (one without content, which the
            preparation puts there: its embedding is its position's), or two such tokens side by side.
        head: whether a linear map stands at the end; without it the features are the answer.
        activation: what is applied to the answer, as poolers do.
    """

    kind: Literal["vit"] = "vit"
    pool: Pool | Literal["first_two"] = "mean"
    head: bool = True
    activation: Literal["tanh", "gelu", "relu", "silu"] | None = None


def build(shape: VitShape, data: DataShape, options: Options, rng: np.random.Generator) -> Graph:
    """An untrained ViT; the position embedding is the bias of the patch embedding."""
    draft = Draft(options, rng)
    stream = draft.patches(data, shape.dim, position=True)
    attention = Attention(shape.dim, shape.heads, Pairs.all(data.tokens))
    for index in range(shape.blocks):
        stream = transformer_block(draft, f"blocks.{index}", stream, attention, shape.mlp_ratio)
    normal = draft.norm("head", "norm", stream, shape.dim)
    width = shape.dim
    if shape.pool == "first_two":
        answer, width = draft.add("head", "both", "merge_tokens", normal, groups=[[0, 1]]), 2 * shape.dim
    else:
        answer = pool(draft, normal, shape.pool, data.tokens)
    if shape.head:
        answer = draft.linear("head", "", answer, width, data.classes)
    if shape.activation:
        draft.add("head", "activation", shape.activation, answer)
    return draft.graph("vit")
