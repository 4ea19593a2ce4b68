"""Random changes of training images and texts that leave their labels as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from models.data.literals import PADDING, UNKNOWN, Words

#: Share of the image that an erased rectangle covers, and its height over its width (Zhong et al., AAAI 2020,
#: section 3.1).
ERASED_SHARE = (0.02, 0.4)
ERASED_ASPECT = (0.3, 1 / 0.3)


class Augmentation(BaseModel):
    """Which changes are made, each anew for every sample of every batch.

    Attributes:
        crop: images: up to so many pixels of shift each way, zeros moving in.
        flip: images: half of them are mirrored left to right.
        erase: images: probability that a rectangle is set to zero, the mean of its channel.
        word_dropout: sentences: probability that a word becomes `<unk>`.
        random_windows: texts: windows begin at any token and not only at multiples of the context.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    crop: int = Field(default=0, ge=0, le=64)
    flip: bool = False
    erase: float = Field(default=0, ge=0, le=1)
    word_dropout: float = Field(default=0, ge=0, lt=1)
    random_windows: bool = False

    def asked(self) -> set[str]:
        """Names of the changes that are made."""
        return {name for name, value in self.model_dump().items() if value}


def of_images(pixels: NDArray[Any], augmentation: Augmentation, rng: np.random.Generator) -> NDArray[Any]:
    """Changed images; `[samples, side, side, channels]`, normalised, before and after."""
    if augmentation.crop:
        pixels = _shifted(pixels, augmentation.crop, rng)
    if augmentation.flip:
        mirrored = rng.random(len(pixels)) < 0.5
        pixels[mirrored] = pixels[mirrored, :, ::-1]
    if augmentation.erase:
        pixels[_rectangles(pixels.shape[:3], augmentation.erase, rng)] = 0
    return pixels


def of_sentences(
    ids: NDArray[np.int64], literal: Words, augmentation: Augmentation, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Changed ids of words, `[sentences, context]`; padding and the lead stay."""
    words = ids != PADDING
    if literal.lead is not None:
        words[:, 0] = False
    dropped = words & (rng.random(ids.shape) < augmentation.word_dropout)
    return np.where(dropped, literal.vocabulary.index(UNKNOWN), ids)


def _shifted(pixels: NDArray[Any], most: int, rng: np.random.Generator) -> NDArray[Any]:
    count, side = pixels.shape[:2]
    padded = np.pad(pixels, [(0, 0), (most, most), (most, most), (0, 0)])
    corners = rng.integers(0, 2 * most + 1, (count, 2)).tolist()
    # one slice per image copies whole rows; a gather over all indices takes ten times as long
    shifted = np.empty_like(pixels)
    for index, (row, column) in enumerate(corners):
        shifted[index] = padded[index, row : row + side, column : column + side]
    return shifted


def _rectangles(shape: tuple[int, ...], probability: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """`[samples, rows, columns]`: one rectangle in some of the images, cut off where it leaves the image."""
    count, rows, columns = shape
    area = rng.uniform(*ERASED_SHARE, count) * rows * columns
    narrowest, widest = np.log(ERASED_ASPECT)
    aspect = np.exp(rng.uniform(narrowest, widest, count))
    height, width = np.sqrt(area * aspect), np.sqrt(area / aspect)
    height[rng.random(count) >= probability] = 0
    return (
        _between(rng.uniform(0, 1, count), height, rows)[:, :, None]
        & _between(rng.uniform(0, 1, count), width, columns)[:, None, :]
    )


def _between(place: NDArray[Any], length: NDArray[Any], extent: int) -> NDArray[np.bool_]:
    """`[samples, extent]`: the pixels of a stretch of this length at this place, 0 first, 1 last."""
    length = np.minimum(np.rint(length), extent)
    start = np.floor(place * (extent - length + 1))
    pixel = np.arange(extent)
    inside: NDArray[np.bool_] = (pixel >= start[:, None]) & (pixel < (start + length)[:, None])
    return inside
