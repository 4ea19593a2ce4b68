"""The causal language model of GPT-2 (Radford et al. 2019): pre-norm, with a learned position embedding."""

from __future__ import annotations

from typing import Literal

import numpy as np

from models.architectures.attention import Attention, Pairs
from models.architectures.draft import Draft
from models.architectures.options import Options
from models.architectures.parts import transformer_block
from models.architectures.shapes import DataShape, TransformerShape
from models.graph import Graph


class GptShape(TransformerShape):
    """Dimensions of a GPT that its data do not fix: context and vocabulary are the data's."""

    kind: Literal["gpt"] = "gpt"


def build(shape: GptShape, data: DataShape, options: Options, rng: np.random.Generator) -> Graph:
    """An untrained GPT, with the logits of the next symbol at every token."""
    draft = Draft(options, rng)
    _, stream = draft.symbols(data, shape.dim)
    attention = Attention(shape.dim, shape.heads, Pairs.causal(data.tokens))
    for index in range(shape.blocks):
        stream = transformer_block(draft, f"blocks.{index}", stream, attention, shape.mlp_ratio)
    normal = draft.norm("head", "norm", stream, shape.dim)
    draft.linear("head", "", normal, shape.dim, data.classes)
    return draft.graph("gpt")
