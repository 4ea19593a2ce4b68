"""The encoder of BERT (Devlin et al. 2019) and of those built like it, on padded sentences.

DistilBERT, RoBERTa and ELECTRA differ in their embedding and in what stands before the classifier. Which
tokens are padding is read off the input: the one-hot row of padding is zero, so the sum over its features is
0 where a real token's is 1. Softmax leaves padding out; in pointwise attention its values are multiplied by
that 0, which needs no mask in the clear. All nodes of the embedding are in the layer of that name, at which
`models.embedding` parts the graph.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from models.architectures.attention import Attention, Pairs
from models.architectures.draft import Draft
from models.architectures.options import Options
from models.architectures.parts import NormPosition, pool, transformer_block
from models.architectures.shapes import WIDEST, DataShape, TransformerShape
from models.graph import Graph

#: What is done with the first token's features before they are classified.
Pooler = bool | Literal["relu", "gelu"]


class BertShape(TransformerShape):
    """Dimensions of a BERT that its data do not fix.

    Attributes:
        norm_position: pre trains more stably and converts better; post is the authors', with one more
            normalisation after the embedding and none before the classifier.
        pool: what is classified: the first token; the sum over real tokens divided by the context (`mean`),
            or by their number, as sentence embeddings have it (`masked_mean`); or every token (`none`).
        pooler: whether a linear map and tanh stand before the classifier, as in the authors' model; `relu`
            and `gelu` are the same with that activation.
        width: the features of the embedding, which one more linear map brings to `dim`; `dim` where absent.
        normalise: whether each answer is divided by its Euclidean norm.
        head: whether a linear map to the classes stands at the end; without it the features are the answer.
    """

    kind: Literal["bert"] = "bert"
    norm_position: NormPosition = "pre"
    pool: Literal["first", "mean", "masked_mean", "none"] = "first"
    pooler: Pooler = False
    width: int | None = Field(default=None, gt=0, le=WIDEST)
    normalise: bool = False
    head: bool = True

    @model_validator(mode="after")
    def _mapped_where_it_differs(self) -> BertShape:
        if self.width == self.dim:
            raise ValueError("a width of dim needs no map; leave it out")
        return self


def build(shape: BertShape, data: DataShape, options: Options, rng: np.random.Generator) -> Graph:
    """An untrained BERT."""
    draft = Draft(options, rng)
    stream, keep = _embedded(draft, shape, data)
    attention = Attention(shape.dim, shape.heads, Pairs.all(data.tokens), keep)
    for index in range(shape.blocks):
        layer = f"blocks.{index}"
        stream = transformer_block(draft, layer, stream, attention, shape.mlp_ratio, shape.norm_position)
    if shape.norm_position == "pre":
        stream = draft.norm("head", "norm", stream, shape.dim)
    answer = _pooled(draft, shape, data, stream, keep)
    if shape.pooler:
        answer = draft.linear("head", "pooler", answer, shape.dim, shape.dim)
        activation = "tanh" if shape.pooler is True else shape.pooler
        answer = draft.add("head", "activation", activation, answer)
    if shape.head:
        answer = draft.linear("head", "", answer, shape.dim, data.classes)
    if shape.normalise:
        draft.add("head", "direction", "unit_norm", answer)
    return draft.graph("bert")


def _embedded(draft: Draft, shape: BertShape, data: DataShape) -> tuple[str, str]:
    """The residual stream, and the value that tells real tokens from padding."""
    width = shape.width or shape.dim
    symbols, stream = draft.symbols(data, width)
    keep = draft.add("padding", "", "sum_features", symbols, features=shape.dim)
    if shape.norm_position == "post":
        stream = draft.norm("embedding", "norm", stream, width)
    if shape.width:
        stream = draft.linear("embedding", "projection", stream, width, shape.dim)
    return stream, keep


def _pooled(draft: Draft, shape: BertShape, data: DataShape, stream: str, keep: str) -> str:
    if shape.pool == "none":
        return stream
    if shape.pool == "masked_mean":
        return draft.add("head", "mean", "mean_tokens", stream, keep)
    if shape.pool == "mean":
        stream = draft.add("head", "kept", "multiply", stream, keep)
    return pool(draft, stream, shape.pool, data.tokens)
