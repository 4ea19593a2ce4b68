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
            preparation puts there: its embedding is its position's).
    """

    kind: Literal["vit"] = "vit"
    pool: Pool = "mean"


def build(shape: VitShape, data: DataShape, options: Options, rng: np.random.Generator) -> Graph:
    """An untrained ViT; the position embedding is the bias of the patch embedding."""
    draft = Draft(options, rng)
    stream = draft.patches(data, shape.dim, position=True)
    attention = Attention(shape.dim, shape.heads, Pairs.all(data.tokens))
    for index in range(shape.blocks):
        stream = transformer_block(draft, f"blocks.{index}", stream, attention, shape.mlp_ratio)
    normal = draft.norm("head", "norm", stream, shape.dim)
    pooled = pool(draft, normal, shape.pool, data.tokens)
    draft.linear("head", "", pooled, shape.dim, data.classes)
    return draft.graph("vit")
