"""scikit-learn's digits: 1,797 scans of handwritten digits, 8×8 pixels of 0 to 16, part of the package.

Source: the test part of E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine
Learning Repository, 1998. The 360 held-out images, 36 of each class, serve for reporting alone.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.data import preparation
from models.data.files import DataFolder
from models.data.forms import DataSet, Form
from models.data.literals import Patches
from models.data.samples import Samples, balanced_split
from models.data.sources import Images
from models.errors import ModelError

#: 16 tokens, row by row, each a patch of 2×2 pixels scaled to [-1, 1].
PREPARATION = Patches(size=8, patch=2, mean=(8,), std=(8,))
HELD_OUT_PER_CLASS = 36

_SALT = "digits/held-out/1"


def load(split: str) -> Images:
    """The 1,437 images to train, calibrate and choose on, or the 360 held out, interleaved by class."""
    rest, taken = _split()
    return rest if split == "training" else taken


def _installed(folder: DataFolder, split: str) -> Images:
    return load(split)


DATA_SET = DataSet(
    title="1,797 digits of 8×8 grey levels, installed with scikit-learn",
    forms=(Form({"training": (), "held_out": ()}, _installed),),
)


def training() -> Samples:
    """The training images, prepared."""
    return preparation.samples(load("training"), PREPARATION)


def held_out() -> Samples:
    """The held-out images, prepared."""
    return preparation.samples(load("held_out"), PREPARATION)


@lru_cache(maxsize=1)
def _split() -> tuple[Images, Images]:
    rows = _rows()
    ids = tuple(f"digits-{index:04d}" for index in range(len(rows)))
    pixels, labels = rows[:, :-1].reshape(-1, 8, 8, 1), rows[:, -1].astype(np.int64)
    images = Images(pixels, labels, tuple(map(str, range(10))), ids)
    return balanced_split(images, HELD_OUT_PER_CLASS, _SALT)


def _rows() -> NDArray[np.uint8]:
    """Of each image its 64 pixels and its label, uint8 [1797, 65].

    The package's file is read as it lies there: to import scikit-learn takes a second of every process.

    Raises:
        ModelError: scikit-learn is not installed.
    """
    found = find_spec("sklearn")
    if found is None or found.origin is None:
        raise ModelError(
            "the digits are part of scikit-learn, which is not here; install it: pip install scikit-learn"
        )
    file = Path(found.origin).with_name("datasets") / "data" / "digits.csv.gz"
    return np.loadtxt(file, np.uint8, delimiter=",")
