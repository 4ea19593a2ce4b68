"""What all models of images say."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated

from pydantic import BeforeValidator, Field, PositiveInt, model_validator

from models.architectures.shapes import DataShape
from models.data import preparation as prepared
from models.data.literals import LARGEST_IMAGE, Patches
from models.huggingface import images
from models.huggingface.config import Config
from models.huggingface.folder import Source
from models.huggingface.request import Request


def _side(value: object) -> object:
    """The side of a square, of which both sides may be given."""
    if not isinstance(value, list | tuple):
        return value
    if len(value) != 2 or value[0] != value[1]:
        raise ValueError(f"{'×'.join(map(str, value))} is no square")
    return value[0]


Side = Annotated[int, Field(gt=0, le=LARGEST_IMAGE), BeforeValidator(_side)]


class ImageConfig(Config):
    """What a folder says of a model of images.

    Attributes:
        size: side of the square image, in pixels.
        patch: side of a patch.
        channels: the channels of the image.
        bias: whether queries, keys and values have one.
    """

    size: Side
    patch: Side
    channels: PositiveInt
    bias: bool

    @model_validator(mode="after")
    def _tiled(self) -> ImageConfig:
        if self.size % self.patch:
            raise ValueError(f"patches of side {self.patch} do not tile images of side {self.size}")
        return self

    @abstractmethod
    def patches(self, mean: tuple[float, ...], std: tuple[float, ...]) -> Patches:
        """The preparation of its images, given the mean and deviation of each channel in grey levels."""

    def data(self, request: Request, classes: int) -> DataShape:
        """The sizes of its data, see `Config.data`."""
        cut = self.patches((0,) * self.channels, (1,) * self.channels)
        return DataShape(*prepared.tokens(cut), classes)

    def preparation(self, source: Source, request: Request) -> Patches | None:
        """The caller's, or what the folder says, see `Config.preparation`."""
        return images.prepared(self, source, request)
