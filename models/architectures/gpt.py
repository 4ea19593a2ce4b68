"""Causal language models, pre-norm: GPT-2 (Radford et al. 2019), GPT-NeoX and Llama (Touvron et al. 2023)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from models.architectures.attention import Attention, Pairs, Rotary
from models.architectures.draft import Draft
from models.architectures.options import Options
from models.architectures.parts import transformer_block
from models.architectures.shapes import WIDEST, DataShape, Literals, TransformerShape
from models.graph import Graph


class RotaryShape(Literals):
    """Rotary positions; see `models.architectures.attention.Rotary`."""

    features: int = Field(gt=0, le=WIDEST, multiple_of=2)
    base: float = Field(default=10000, gt=1, allow_inf_nan=False)


class GptShape(TransformerShape):
    """Dimensions of a GPT that its data do not fix: context and vocabulary are the data's.

    Attributes:
        rotary: positions that turn queries and keys; where absent, a learned one is added to the embedding.
        parallel: whether attention and MLP of a block both read the stream that comes to it, as in GPT-NeoX.
        gated: whether the MLPs have a gate, as in Llama.
        norm: the authors' norm: LayerNorm, or the division by the root of the mean square.
        head: whether a linear map to the classes stands at the end; without it the features are the answer.
    """

    kind: Literal["gpt"] = "gpt"
    rotary: RotaryShape | None = None
    parallel: bool = False
    gated: bool = False
    norm: Literal["layer", "rms"] = "layer"
    head: bool = True

    @model_validator(mode="after")
    def _turns_features_of_a_head(self) -> GptShape:
        if self.rotary is not None and self.rotary.features > self.dim // self.heads:
            raise ValueError(
                f"{self.rotary.features} features cannot be turned of {self.dim // self.heads} a head; "
                "write fewer"
            )
        return self


def build(shape: GptShape, data: DataShape, options: Options, rng: np.random.Generator) -> Graph:
    """An untrained GPT, with the logits of the next symbol at every token."""
    draft = Draft(options, rng, shape.norm)
    rotary = None if shape.rotary is None else Rotary(shape.rotary.features, shape.rotary.base)
    _, stream = draft.symbols(data, shape.dim, position=rotary is None)
    attention = Attention(shape.dim, shape.heads, Pairs.causal(data.tokens), rotary=rotary)
    for index in range(shape.blocks):
        stream = transformer_block(
            draft,
            f"blocks.{index}",
            stream,
            attention,
            shape.mlp_ratio,
            parallel=shape.parallel,
            gated=shape.gated,
        )
    normal = draft.norm("head", "norm", stream, shape.dim)
    if shape.head:
        draft.linear("head", "", normal, shape.dim, data.classes)
    return draft.graph("gpt")
