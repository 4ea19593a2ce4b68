"""The encoder of BERT (Devlin et al. 2019) as a classifier of padded sentences.

Which tokens are padding is read off the input: the one-hot row of padding is zero, so the sum over its
features is 0 where a real token's is 1. Softmax leaves padding out; in pointwise attention its values are
multiplied by that 0, which needs no mask in the clear.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from models.architectures.attention import Attention, Pairs
from models.architectures.draft import Draft
from models.architectures.options import Options
from models.architectures.parts import NormPosition, Pool, pool, transformer_block
from models.architectures.shapes import DataShape, TransformerShape
from models.graph import Graph


class BertShape(TransformerShape):
    """Dimensions of a BERT that its data do not fix.

    Attributes:
        norm_position: pre trains more stably and converts better; post is the authors', with one more
            normalisation after the embedding and none before the classifier.
        pool: what is classified: the first token, or the sum over real tokens divided by the context.
        pooler: whether a linear map and tanh stand before the classifier, as in the authors' model.
    """

    kind: Literal["bert"] = "bert"
    norm_position: NormPosition = "pre"
    pool: Pool = "first"
    pooler: bool = False


def build(shape: BertShape, data: DataShape, options: Options, rng: np.random.Generator) -> Graph:
    """An untrained BERT classifier."""
    draft = Draft(options, rng)
    symbols, stream = draft.symbols(data, shape.dim)
    keep = draft.add("padding", "", "sum_features", symbols, features=shape.dim)
    if shape.norm_position == "post":
        stream = draft.norm("embedding", "norm", stream, shape.dim)
    attention = Attention(shape.dim, shape.heads, Pairs.all(data.tokens), keep)
    for index in range(shape.blocks):
        layer = f"blocks.{index}"
        stream = transformer_block(draft, layer, stream, attention, shape.mlp_ratio, shape.norm_position)
    if shape.norm_position == "pre":
        stream = draft.norm("head", "norm", stream, shape.dim)
    if shape.pool == "mean":
        stream = draft.add("head", "kept", "multiply", stream, keep)
    pooled = pool(draft, stream, shape.pool, data.tokens)
    if shape.pooler:
        pooled = draft.linear("head", "pooler", pooled, shape.dim, shape.dim)
        pooled = draft.add("head", "activation", "tanh", pooled)
    draft.linear("head", "", pooled, shape.dim, data.classes)
    return draft.graph("bert")
