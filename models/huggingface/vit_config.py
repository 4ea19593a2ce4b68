"""What the config of a ViT says."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, NonNegativeInt, PositiveInt, model_validator

from models.data.literals import Patches
from models.huggingface.config import EncoderConfig


def _side(value: object) -> object:
    """The side of a square, of which both sides may be given."""
    if not isinstance(value, list | tuple):
        return value
    if len(value) != 2 or value[0] != value[1]:
        raise ValueError(f"{'×'.join(map(str, value))} is no square")
    return value[0]


Side = Annotated[PositiveInt, BeforeValidator(_side)]


class VitConfig(EncoderConfig):
    """The entries of a ViT.

    Attributes:
        size: side of the square image, in pixels.
        patch: side of a patch.
        channels: the channels of the image.
        bias: whether queries, keys and values have one.
        pooler_activation: the activation of ViTModel's pooler.
        pooler_features: the features of its output; `dim` where absent or 0.
    """

    size: Side = Field(default=224, alias="image_size")
    patch: Side = Field(default=16, alias="patch_size")
    channels: PositiveInt = Field(default=3, alias="num_channels")
    bias: bool = Field(default=True, alias="qkv_bias")
    pooler_activation: str = Field(default="tanh", alias="pooler_act")
    pooler_features: NonNegativeInt | None = Field(default=None, alias="pooler_output_size")

    @model_validator(mode="after")
    def _tiled(self) -> VitConfig:
        if self.size % self.patch:
            raise ValueError(f"patches of side {self.patch} do not tile images of side {self.size}")
        return self

    def patches(self, mean: tuple[float, ...], std: tuple[float, ...]) -> Patches:
        """The preparation of its images, given the mean and deviation of each channel in grey levels."""
        return Patches(size=self.size, patch=self.patch, mean=mean, std=std, lead=True)
