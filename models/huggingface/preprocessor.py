"""The part of `preprocessor_config.json` that changes pixels: sides, cutting, rescaling and normalisation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt, model_validator

from models.data.literals import PositiveFloat
from models.data.own import ImageFolders, Resample
from models.errors import ModelError


def _side(value: object) -> object:
    """The side of a square that is given by its side, by both, or by the shorter one."""
    sides = list(value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value])
    if isinstance(value, dict) and not {*value} <= {"height", "width", "shortest_edge"}:
        raise ValueError(f"a size by {', '.join(value)} is not known; give height and width")
    if len(set(map(str, sides))) != 1:
        raise ValueError(f"{'×'.join(map(str, sides))} is no square")
    return sides[0]


_Side = Annotated[PositiveInt, BeforeValidator(_side)]


class Preprocessor(BaseModel):
    """How a pixel becomes an input: `(pixel · rescale_factor - image_mean) / image_std`.

    Entries that are absent or null have the values of Hugging Face's ViT; where no size is given, it is the
    model's. `by_shorter` is whether that is the shorter side, so that images keep their proportions.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    do_resize: bool = True
    size: _Side | None = None
    by_shorter: bool = False
    resample: int = Field(default=2, ge=0, lt=len(get_args(Resample)))
    do_center_crop: bool = False
    crop_size: _Side | None = None
    do_flip_channel_order: Literal[False] = False
    do_rescale: bool = True
    rescale_factor: PositiveFloat = 1 / 255
    do_normalize: bool = True
    image_mean: float | tuple[float, ...] = 0.5
    image_std: PositiveFloat | tuple[PositiveFloat, ...] = 0.5

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, entries: Mapping[str, Any]) -> dict[str, Any]:
        size = entries.get("size")
        said = {name: entry for name, entry in entries.items() if entry is not None}
        return {**said, "by_shorter": isinstance(size, Mapping) and "shortest_edge" in size}

    def check_side(self, side: int, path: Path) -> None:
        """See that images come out as the model takes them.

        Args:
            side: that of the model's images.
            path: where the entries stand.

        Raises:
            ModelError: they are of another size, or cut out of smaller ones.
        """
        resized = self.size if self.do_resize and self.size is not None else None
        cut = self.crop_size if self.do_center_crop else None
        if cut is not None and resized is not None and cut > resized:
            raise ModelError(
                f"{path} cuts {cut} pixels a side out of images of {resized}; correct size or crop_size"
            )
        made = cut or resized or side
        if made != side:
            raise ModelError(
                f"{path} makes images of {made} pixels a side, the model takes {side}; correct size"
            )

    def folders(self, side: int, channels: Literal[1, 3]) -> ImageFolders:
        """A user's own images made as the entries say, their folders still to be named.

        Args:
            side: that of the model's images.
            channels: of an image.
        """
        resized = self.size if self.do_resize and self.size != side else None
        return ImageFolders(
            training="FOLDER",
            held_out="FOLDER",
            side=side,
            fit="cut" if self.by_shorter else "stretch",
            resize=resized,
            resample=get_args(Resample)[self.resample],
            channels=channels,
        )

    def grey_levels(self, channels: int, path: Path) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and standard deviation of each channel as the preparation has them: in pixels as stored.

        Raises:
            ModelError: there is not one of each per channel.
        """
        mean, std = _each(self.image_mean, channels), _each(self.image_std, channels)
        if not self.do_normalize:
            mean, std = (0.0,) * channels, (1.0,) * channels
        if not len(mean) == len(std) == channels:
            raise ModelError(
                f"{path} normalises {len(mean)} channels, the model has {channels}; "
                "give image_mean and image_std per channel"
            )
        level = 1 / self.rescale_factor if self.do_rescale else 1.0
        return tuple(level * value for value in mean), tuple(level * value for value in std)


def _each(value: float | tuple[float, ...], channels: int) -> tuple[float, ...]:
    """One number a channel, where one may stand for all."""
    return value if isinstance(value, tuple) else (value,) * channels
