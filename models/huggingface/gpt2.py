"""GPT-2 as a language model: its linear maps stored transposed, queries, keys and values as one."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, PositiveInt

from models.architectures.gpt import GptShape
from models.graph import Array
from models.huggingface import config
from models.huggingface.folder import Source
from models.huggingface.imported import Arrays, Imported, Request
from models.huggingface.tensors import Tensors

#: Causal masks, which old versions stored with the weights.
_MASKS = r"(transformer\.)?h\.\d+\.attn\.(bias|masked_bias)"


class Gpt2Config(config.TransformerConfig):
    """The entries of a GPT-2.

    Attributes:
        symbols: size of the vocabulary.
        positions: most tokens of a text.
        scaled: whether scores are divided by the root of the features per head.
        scaled_by_layer: whether they are divided by the number of the block too.
        cross_attention: to another sequence.
        tied: whether the head is the embedding where no weights of its own are stored.
    """

    symbols: PositiveInt = Field(alias="vocab_size")
    positions: PositiveInt = Field(alias="n_positions")
    scaled: Literal[True] = Field(default=True, alias="scale_attn_weights")
    scaled_by_layer: Literal[False] = Field(default=False, alias="scale_attn_by_inverse_layer_idx")
    cross_attention: Literal[False] = Field(default=False, alias="add_cross_attention")
    tied: bool = Field(default=True, alias="tie_word_embeddings")


def language_model(source: Source, request: Request) -> Imported:
    """A GPT2LMHeadModel."""
    settings = config.read(Gpt2Config, source.config, source.config_path)
    tensors, dim, symbols = source.tensors, settings.dim, settings.symbols
    tensors.leave(_MASKS)
    # The published GPT-2 was stored from the model without its head, hence without this prefix.
    prefix = "transformer." if "transformer.wte.weight" in tensors else ""
    data = request.text(settings.positions, symbols, symbols)
    words = tensors.take(f"{prefix}wte.weight", symbols, dim)
    positions = tensors.take(f"{prefix}wpe.weight", settings.positions, dim)
    tied = settings.tied and "lm_head.weight" not in tensors
    head = words if tied else tensors.take("lm_head.weight", symbols, dim)
    arrays = {
        "embedding": {"weight": words.T, "bias": positions[: data.tokens]},
        **_blocks(tensors, f"{prefix}h.", settings),
        "head.norm": tensors.norm(f"{prefix}ln_f", dim),
        "head": {"weight": head, "bias": np.zeros(symbols)},
    }
    shape = GptShape(dim=dim, heads=settings.heads, blocks=settings.blocks, mlp_ratio=settings.mlp_ratio)
    return Imported(shape, data, request.preparation, settings, arrays)


def _blocks(tensors: Tensors, prefix: str, settings: Gpt2Config) -> Arrays:
    dim, hidden = settings.dim, settings.dim * settings.mlp_ratio
    arrays: Arrays = {}
    for index in range(settings.blocks):
        block, stored = f"blocks.{index}", f"{prefix}{index}"
        joint = _linear(tensors, f"{stored}.attn.c_attn", 3 * dim, dim)
        for place, part in enumerate("qkv"):
            rows = slice(place * dim, (place + 1) * dim)
            arrays[f"{block}.attention.{part}"] = {name: array[rows] for name, array in joint.items()}
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
