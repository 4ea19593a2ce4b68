"""Language models: GPT-2 and its kin."""

from __future__ import annotations

import math
from collections.abc import Mapping

from models.architectures.gpt import GptShape
from models.graph import Node
from models.huggingface.kinds.text import TextConfig


class DecoderConfig(TextConfig):
    """What a folder says of a language model.

    Attributes:
        scaled: whether scores are divided by the root of the features per head.
        scaled_by_layer: whether they are divided by the number of the block too, counted from 1.
        tied: whether the head is the embedding where no weights of its own are stored.
    """

    scaled: bool = True
    scaled_by_layer: bool = False
    tied: bool = False

    def architecture(self, head: Mapping[str, object]) -> GptShape:
        """The architecture, see `Config.architecture`."""
        return GptShape.model_validate({**self.sizes, **head})

    def attributes(self, node: Node) -> dict[str, object]:
        """What is said of a node, see `Config.attributes`."""
        if node.name.endswith("attention.scaled"):
            return {
                "factor": float(node.attributes["factor"]) * self._score_factor(int(node.layer.split(".")[1]))
            }
        return super().attributes(node)

    def _score_factor(self, block: int) -> float:
        """By what the scores of a block, counted from 0, are larger than divided by that root."""
        root = 1.0 if self.scaled else math.sqrt(self.dim // self.heads)
        return root / (block + 1) if self.scaled_by_layer else root
