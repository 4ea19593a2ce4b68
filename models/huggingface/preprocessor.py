"""The part of `preprocessor_config.json` that changes pixels: rescaling and normalisation."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from models.data.literals import PositiveFloat
from models.errors import ModelError


class Preprocessor(BaseModel):
    """How a pixel becomes an input: `(pixel · rescale_factor - image_mean) / image_std`.

    Entries that are absent have the values of Hugging Face's ViT.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    do_rescale: bool = True
    rescale_factor: PositiveFloat = 1 / 255
    do_normalize: bool = True
    image_mean: tuple[float, ...] = (0.5, 0.5, 0.5)
    image_std: tuple[PositiveFloat, ...] = (0.5, 0.5, 0.5)

    def grey_levels(self, channels: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and standard deviation of each channel as the preparation has them: in pixels as stored.

        Raises:
            ModelError: there is not one of each per channel.
        """
        mean, std = self.image_mean, self.image_std
        if not self.do_normalize:
            mean, std = (0.0,) * channels, (1.0,) * channels
        if not len(mean) == len(std) == channels:
            raise ModelError(
                f"preprocessor_config.json normalises {len(mean)} channels, the model has {channels}; "
                "give image_mean and image_std per channel"
            )
        level = 1 / self.rescale_factor if self.do_rescale else 1.0
        return tuple(level * value for value in mean), tuple(level * value for value in std)
