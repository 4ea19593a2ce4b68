"""scikit-learn's digits: 1,797 scans of handwritten digits, 8×8 pixels of 0 to 16, part of the package.

Source: the test part of E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine
Learning Repository, 1998. An image becomes 16 tokens, row by row, each a patch of 2×2 pixels, scaled to
[-1, 1]. The 360 held-out images, 36 of each class, serve for reporting alone.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from models.data.samples import Samples, balanced_split

CLASSES = 10
TOKENS = 16
FEATURES = 4
HELD_OUT_PER_CLASS = 36

_PATCH = 2
_BRIGHTEST = 16
_SALT = "digits/held-out/1"


def training() -> Samples:
    """The 1,437 images to train, calibrate and choose on."""
    return _split()[0]


def held_out() -> Samples:
    """The 360 images to report on, interleaved by class."""
    return _split()[1]


@lru_cache(maxsize=1)
def _split() -> tuple[Samples, Samples]:
    from sklearn.datasets import load_digits

    data = load_digits()
    inputs = _tokens(np.asarray(data.images, np.float64) / (_BRIGHTEST / 2) - 1)
    ids = tuple(f"digits-{index:04d}" for index in range(len(inputs)))
    return balanced_split(Samples(inputs, np.asarray(data.target, np.int64), ids), HELD_OUT_PER_CLASS, _SALT)


def _tokens(images: np.ndarray) -> np.ndarray:
    """`[samples, 8, 8]` → `[samples, 16, 4]`, patches and the pixels in them row by row."""
    count, side = len(images), images.shape[1] // _PATCH
    patches = images.reshape(count, side, _PATCH, side, _PATCH).transpose(0, 1, 3, 2, 4)
    return np.ascontiguousarray(patches.reshape(count, TOKENS, FEATURES))
