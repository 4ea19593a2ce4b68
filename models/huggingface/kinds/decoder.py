"""Language models: GPT-2, GPT-NeoX, and those built like Llama."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from pydantic import Field, PositiveInt, model_validator

from models.architectures.gpt import GptShape
from models.graph import Node
from models.huggingface.kinds.text import TextConfig

#: The entries that say how angles are spread: of two blocks of them, `transformers` takes the first.
ROPE_TYPE = "rope_scaling.rope_type|rope_scaling.type|rope_parameters.rope_type|rope_parameters.type"


class DecoderConfig(TextConfig):
    """What a folder says of a language model.

    Attributes:
        scaled: whether scores are divided by the root of the features per head.
        scaled_by_layer: whether they are divided by the number of the block too, counted from 1.
        tied: whether the head is the embedding where no weights of its own are stored.
        bias: whether the maps of attention have one, and
        mlp_bias: whether those of MLPs have.
        norm: the norm, and
        gated: whether MLPs have a gate.
        parallel: whether attention and MLP read the same stream.
        turned: the part of a head's features that positions turn; where it is absent, positions are learned.
        base: see `models.architectures.attention.Rotary`, and
        rope: how the angles are spread over positions; in one way.
        grouped: heads of keys and values, each shared by equally many of queries; `heads` where absent.
        width: features of a head; `dim / heads` where absent, and nothing else.
    """

    scaled: bool = True
    scaled_by_layer: bool = False
    tied: bool = False
    bias: bool = True
    mlp_bias: bool = True
    norm: Literal["layer", "rms"] = "layer"
    gated: bool = False
    parallel: bool = False
    turned: float | None = Field(default=None, gt=0, le=1)
    base: float = 10000.0
    rope: Literal["default"] = "default"
    grouped: PositiveInt | None = None
    width: PositiveInt | None = None

    @model_validator(mode="after")
    def _heads_fit(self) -> DecoderConfig:
        if self.heads % self.key_heads:
            raise ValueError(f"{self.heads} heads are not a multiple of {self.key_heads} of keys and values")
        if self.width not in (None, self.dim // self.heads):
            raise ValueError(f"{self.heads} heads of {self.width} features are not {self.dim} in all")
        if self.turned is not None and (self.turned_features < 2 or self.turned_features % 2):
            raise ValueError(
                f"positions turn features in pairs, and {self.turned} of a head of "
                f"{self.dim // self.heads} features are {self.turned_features}"
            )
        return self

    @property
    def turned_features(self) -> int:
        """Features of a head that positions turn; 0 where they are learned."""
        return int(self.dim // self.heads * (self.turned or 0))

    @property
    def key_heads(self) -> int:
        """Heads of keys and values."""
        return self.grouped or self.heads

    def architecture(self, head: Mapping[str, object]) -> GptShape:
        """The architecture, see `Config.architecture`."""
        said: dict[str, object] = {"norm": self.norm, "gated": self.gated, "parallel": self.parallel}
        if self.turned is not None:
            said |= {"rotary": {"features": self.turned_features, "base": self.base}}
        return GptShape.model_validate({**self.sizes, **said, **head})

    def attributes(self, node: Node) -> dict[str, object]:
        """What is said of a node, see `Config.attributes`."""
        if node.name.endswith("attention.scaled"):
            block = int(node.layer.split(".")[1])
            return {"factor": float(node.attributes["factor"]) * self._score_factor(block)}
        return super().attributes(node)

    def _score_factor(self, block: int) -> float:
        """By what the scores of a block, counted from 0, are larger than divided by that root."""
        root = 1.0 if self.scaled else math.sqrt(self.dim // self.heads)
        return root / (block + 1) if self.scaled_by_layer else root
