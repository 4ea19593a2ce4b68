"""Images as tokens: normalised patches, each with a margin of context.

A margin gives the patch embedding sight of the neighbouring patches, as the shifted patch tokenisation of
Lee et al. (arXiv 2112.13492, section 3.1) does by shifted copies of the image. It costs nothing under
encryption, because the key owner cuts the tokens.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from models.data.literals import Patches
from models.errors import ModelError


def shrinking(shape: tuple[int, ...], literal: Patches) -> int:
    """How many pixels on each axis of images of a shape `[samples, height, width, channels]` become one.

    Raises:
        ModelError: they do not fit the literal.
    """
    _, height, width, channels = shape
    factor = height // literal.size
    if height != width or factor * literal.size != height or channels != len(literal.mean):
        raise ModelError(
            f"images of {height}×{width}×{channels} do not fit a preparation for "
            f"{literal.size}×{literal.size}×{len(literal.mean)}; "
            "set size to a divisor of their side and give mean and std per channel"
        )
    return factor


def normalised(images: NDArray[np.uint8], literal: Patches, dtype: DTypeLike) -> NDArray[Any]:
    """`[samples, height, width, channels]` → `[samples, size, size, channels]` of `(pixel - mean) / std`.

    Raises:
        ModelError: the images have another shape than the literal says.
    """
    factor = shrinking(images.shape, literal)
    count, channels = len(images), images.shape[-1]
    pixels = images.astype(dtype)
    if factor > 1:
        boxes = pixels.reshape(count, literal.size, factor, literal.size, factor, channels)
        pixels = boxes.mean(axis=(2, 4), dtype=dtype)
    # whole rows at once: numpy is several times slower over a last axis of three channels
    rows = pixels.reshape(count, literal.size, literal.size * channels)
    rows -= np.tile(np.asarray(literal.mean, dtype), literal.size)
    rows /= np.tile(np.asarray(literal.std, dtype), literal.size)
    return rows.reshape(count, literal.size, literal.size, channels)


def tokens(pixels: NDArray[Any], literal: Patches) -> NDArray[Any]:
    """`[samples, size, size, channels]` → `[samples, tokens, features]`.

    The features of a token run over its rows, columns and channels, the last fastest.
    Leading tokens are zero.
    """
    count, _, _, channels = pixels.shape
    margin, extent, side = literal.margin, literal.patch + 2 * literal.margin, literal.side
    around = [(0, 0), (margin, margin), (margin, margin), (0, 0)]
    padded = np.pad(pixels, around) if margin else pixels
    cut = np.lib.stride_tricks.sliding_window_view(padded, (extent, extent), axis=(1, 2))
    patches = cut[:, :: literal.patch, :: literal.patch].transpose(0, 1, 2, 4, 5, 3)
    if literal.window:
        across, window = side // literal.window, literal.window
        windows = patches.reshape(count, across, window, across, window, extent, extent, channels)
        patches = windows.transpose(0, 1, 3, 2, 4, 5, 6, 7)
    found = np.ascontiguousarray(patches).reshape(count, side * side, extent * extent * channels)
    return np.pad(found, [(0, 0), (int(literal.lead), 0), (0, 0)]) if literal.lead else found
