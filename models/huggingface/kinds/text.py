"""What all models of text say."""

from __future__ import annotations

from pydantic import NonNegativeInt, PositiveInt

from models.architectures.shapes import DataShape
from models.data.literals import Patches, Preparation
from models.errors import ModelError
from models.huggingface.config import UniformConfig
from models.huggingface.folder import Source
from models.huggingface.request import Request


class TextConfig(UniformConfig):
    """What a folder says of a model of text.

    Attributes:
        symbols: size of the vocabulary.
        positions: most tokens of a text, and what is reserved before `first`.
        padding: the symbol of padding, where positions are counted from the one after its number.
    """

    symbols: PositiveInt
    positions: PositiveInt
    padding: NonNegativeInt | None = None

    @property
    def first(self) -> int:
        """The position of a text's first token."""
        return 0 if self.padding is None else self.padding + 1

    def data(self, request: Request, classes: int) -> DataShape:
        """The sizes of its data, see `Config.data`."""
        return request.text(self.positions - self.first, self.symbols, classes)

    def preparation(self, source: Source, request: Request) -> Preparation | None:
        """The caller's, see `Config.preparation`."""
        if isinstance(request.preparation, Patches):
            raise ModelError(f"{source.config_path} is no model of images; give the preparation of a text")
        return request.preparation
