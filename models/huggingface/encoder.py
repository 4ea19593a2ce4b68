"""The blocks of an encoder, which ViT and BERT store alike but for the names."""

from __future__ import annotations

from collections.abc import Mapping

from models.huggingface.config import EncoderConfig
from models.huggingface.imported import Arrays
from models.huggingface.tensors import Tensors

_QKV = ("attention.q", "attention.k", "attention.v")


def blocks(
    tensors: Tensors, prefix: str, config: EncoderConfig, names: Mapping[str, str], *, bias: bool = True
) -> Arrays:
    """The arrays of all blocks.

    Args:
        tensors: the tensors of the checkpoint.
        prefix: the prefix of the names of all blocks, a dot at its end.
        config: the sizes.
        names: name of a node within a block → that of its module.
        bias: whether queries, keys and values have one; else theirs are zero.
    """
    dim, hidden = config.dim, config.inner
    sizes = {"mlp.expand": (hidden, dim), "mlp.projection": (dim, hidden)}
    arrays: Arrays = {}
    for index in range(config.blocks):
        for part, module in names.items():
            stored = f"{prefix}{index}.{module}"
            if part.endswith("norm"):
                arrays[f"blocks.{index}.{part}"] = tensors.norm(stored, dim)
            else:
                biased = bias or part not in _QKV
                outputs, inputs = sizes.get(part, (dim, dim))
                arrays[f"blocks.{index}.{part}"] = tensors.linear(stored, outputs, inputs, bias=biased)
    return arrays
