"""GPT-2 as a language model: its linear maps stored transposed, queries, keys and values as one."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from pydantic import AliasChoices, Field, PositiveInt

from models.architectures.gpt import GptShape
from models.graph import Array
from models.huggingface import config
from models.huggingface.folder import Source
from models.huggingface.imported import Arrays, Imported, Request
from models.huggingface.tensors import Tensors

#: Causal masks, which old versions stored with the weights.
_MASKS = r"transformer\.h\.\d+\.attn\.(bias|masked_bias)"
#: The model without its head, as the published GPT-2 was stored, lacks this prefix.
_PREFIX = (r"^(?=(wte|wpe|h|ln_f)\.)", "transformer.")


class Gpt2Config(config.TransformerConfig):
    """The entries of a GPT-2.

    Attributes:
        symbols: size of the vocabulary.
        positions: most tokens of a text.
        scaled: whether scores are divided by the root of the features per head.
        scaled_by_layer: whether they are divided by the number of the block too, counted from 1.
        cross_attention: to another sequence.
        tied: whether the head is the embedding where no weights of its own are stored.
    """

    symbols: PositiveInt = Field(default=50257, alias="vocab_size")
    positions: PositiveInt = Field(
        default=1024, validation_alias=AliasChoices("max_position_embeddings", "n_positions")
    )
    scaled: bool = Field(default=True, alias="scale_attn_weights")
    scaled_by_layer: bool = Field(default=False, alias="scale_attn_by_inverse_layer_idx")
    cross_attention: Literal[False] = Field(default=False, alias="add_cross_attention")
    tied: bool = Field(default=True, alias="tie_word_embeddings")

    def score_factor(self, block: int) -> float:
        """By what the scores of a block, counted from 0, are larger than divided by that root."""
        root = 1.0 if self.scaled else math.sqrt(self.dim // self.heads)
        return root / (block + 1) if self.scaled_by_layer else root


def language_model(source: Source, request: Request) -> Imported:
    """A GPT2LMHeadModel."""
    settings = config.read(Gpt2Config, source.config, source.config_path)
    tensors, dim, symbols = source.tensors, settings.dim, settings.symbols
    tensors.rename(_PREFIX)
    tensors.leave(_MASKS)
    data = request.text(settings.positions, symbols, symbols)
    words, head = _embedding_and_head(tensors, settings)
    positions = tensors.take("transformer.wpe.weight", settings.positions, dim)
    arrays = {
        "embedding": {"weight": words.T, "bias": positions[: data.tokens]},
        **_blocks(tensors, settings),
        "head.norm": tensors.norm("transformer.ln_f", dim),
        "head": {"weight": head, "bias": np.zeros(symbols)},
    }
    shape = GptShape(dim=dim, heads=settings.heads, blocks=settings.blocks, mlp_ratio=settings.mlp_ratio)
    return Imported(shape, data, request.preparation, settings, arrays)


def _embedding_and_head(tensors: Tensors, settings: Gpt2Config) -> tuple[Array, Array]:
    """The two, which may share weights: then either name may be the one under which they are stored."""
    names = ["transformer.wte.weight", "lm_head.weight"]
    stored = [name for name in names if name in tensors] if settings.tied else names
    found = [tensors.take(name, settings.symbols, settings.dim) for name in stored or names[:1]]
    return found[0], found[-1]


def _blocks(tensors: Tensors, settings: Gpt2Config) -> Arrays:
    dim, hidden = settings.dim, settings.inner
    arrays: Arrays = {}
    for index in range(settings.blocks):
        block, stored = f"blocks.{index}", f"transformer.h.{index}"
        joint = _linear(tensors, f"{stored}.attn.c_attn", 3 * dim, dim)
        for place, part in enumerate("qkv"):
            rows = slice(place * dim, (place + 1) * dim)
            factor = settings.score_factor(index) if part == "q" else 1.0
            arrays[f"{block}.attention.{part}"] = {
                name: array[rows] * factor for name, array in joint.items()
            }
        arrays[f"{block}.attention.norm"] = tensors.norm(f"{stored}.ln_1", dim)
        arrays[f"{block}.attention.projection"] = _linear(tensors, f"{stored}.attn.c_proj", dim, dim)
        arrays[f"{block}.mlp.norm"] = tensors.norm(f"{stored}.ln_2", dim)
        arrays[f"{block}.mlp.expand"] = _linear(tensors, f"{stored}.mlp.c_fc", hidden, dim)
        arrays[f"{block}.mlp.projection"] = _linear(tensors, f"{stored}.mlp.c_proj", dim, hidden)
    return arrays


def _linear(tensors: Tensors, name: str, outputs: int, inputs: int) -> dict[str, Array]:
    return {
        "weight": tensors.take(f"{name}.weight", inputs, outputs).T,
        "bias": tensors.take(f"{name}.bias", outputs),
    }
