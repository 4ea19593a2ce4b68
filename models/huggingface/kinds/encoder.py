"""Encoders of text: BERT and those built like it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import PositiveInt

from models.architectures.bert import BertShape
from models.huggingface.kinds.text import TextConfig


class EncoderConfig(TextConfig):
    """What a folder says of an encoder of text.

    Attributes:
        types: kinds of token, of which a single sentence has the first.
        width: the features of the embedding; those of the stream where absent.
    """

    types: PositiveInt = 1
    width: PositiveInt | None = None

    def architecture(self, head: Mapping[str, object]) -> BertShape:
        """The architecture, see `Config.architecture`."""
        width = None if self.width == self.dim else self.width
        return BertShape.model_validate({**self.sizes, "width": width, "norm_position": "post", **head})
