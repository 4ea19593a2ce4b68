"""BERT as a classifier: post-norm, its token types all 0, its padding found in the input.

Hugging Face marks padding by an attention mask; here a padded position holds no token at all, the number -1.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveInt

from models.architectures.bert import BertShape
from models.graph import Array
from models.huggingface import config, encoder
from models.huggingface.folder import Source
from models.huggingface.imported import Imported, Request
from models.huggingface.tensors import Tensors

#: The encoder alone is stored without the prefix that it has in a classifier.
_PREFIX = (r"^(?=(embeddings|encoder|pooler)\.)", "bert.")

_BLOCK = {
    "attention.q": "attention.self.query",
    "attention.k": "attention.self.key",
    "attention.v": "attention.self.value",
    "attention.projection": "attention.output.dense",
    "attention.norm": "attention.output.LayerNorm",
    "mlp.expand": "intermediate.dense",
    "mlp.projection": "output.dense",
    "mlp.norm": "output.LayerNorm",
}


class BertConfig(config.EncoderConfig):
    """The entries of a BERT.

    Attributes:
        symbols: size of the vocabulary.
        positions: most tokens of a sentence.
        types: kinds of token, of which a single sentence has the first.
        embedding: the embedding of positions.
        decoder: whether tokens see only those before them.
    """

    symbols: PositiveInt = Field(default=30522, alias="vocab_size")
    positions: PositiveInt = Field(default=512, alias="max_position_embeddings")
    types: PositiveInt = Field(default=2, alias="type_vocab_size")
    embedding: Literal["absolute"] = Field(default="absolute", alias="position_embedding_type")
    decoder: Literal[False] = Field(default=False, alias="is_decoder")


def classifier(source: Source, request: Request) -> Imported:
    """A BertForSequenceClassification."""
    settings = config.read(BertConfig, source.config, source.config_path)
    tensors, dim, classes = source.tensors, settings.dim, settings.classes
    tensors.rename(_PREFIX)
    tensors.leave(r"bert\.embeddings\.position_ids")
    data = request.text(settings.positions, settings.symbols, classes)
    arrays = {
        "embedding": _embedding(tensors, settings, data.tokens),
        "embedding.norm": tensors.norm("bert.embeddings.LayerNorm", dim),
        **encoder.blocks(tensors, "bert.encoder.layer.", settings, _BLOCK),
        "head.pooler": tensors.linear("bert.pooler.dense", dim, dim),
        "head": tensors.linear("classifier", classes, dim),
    }
    shape = BertShape(
        dim=dim,
        heads=settings.heads,
        blocks=settings.blocks,
        mlp_ratio=settings.mlp_ratio,
        norm_position="post",
        pooler=True,
    )
    metric = settings.metric(source.config_path)
    return Imported(shape, data, request.preparation, settings, arrays, metric=metric)


def _embedding(tensors: Tensors, settings: BertConfig, tokens: int) -> dict[str, Array]:
    """The words as a linear map; position and token type are its bias."""
    prefix, dim = "bert.embeddings.", settings.dim
    words = tensors.take(f"{prefix}word_embeddings.weight", settings.symbols, dim)
    positions = tensors.take(f"{prefix}position_embeddings.weight", settings.positions, dim)
    types = tensors.take(f"{prefix}token_type_embeddings.weight", settings.types, dim)
    return {"weight": words.T, "bias": positions[:tokens] + types[0]}
