"""The blocks of an encoder, which ViT and BERT store alike but for the names."""

from __future__ import annotations

from collections.abc import Mapping

from models.huggingface.config import EncoderConfig
from models.huggingface.imported import Arrays
from models.huggingface.tensors import Tensors


def blocks(tensors: Tensors, prefix: str, config: EncoderConfig, names: Mapping[str, str]) -> Arrays:
    """The arrays of all blocks.

    Args:
        tensors: the tensors of the checkpoint.
        prefix: the prefix of the names of all blocks, a dot at its end.
        config: the sizes.
        names: name of a node within a block → that of its module.
    """
    dim, hidden = config.dim, config.hidden
    sizes = {"mlp.expand": (hidden, dim), "mlp.projection": (dim, hidden)}
    arrays: Arrays = {}
    for index in range(config.blocks):
        for part, module in names.items():
            stored = f"{prefix}{index}.{module}"
            if part.endswith("norm"):
                arrays[f"blocks.{index}.{part}"] = tensors.norm(stored, dim)
            else:
                arrays[f"blocks.{index}.{part}"] = tensors.linear(stored, *sizes.get(part, (dim, dim)))
    return arrays
