"""Tiny-ImageNet: 64×64 colour photographs of 200 classes, 100,000 to train on and 10,000 held out.

Source: Stanford CS231N, `tiny-imagenet-200.zip`, packed or unpacked. Its test images have no public labels;
the held-out images are those of its folder `val`, as everywhere. Decoding 100,000 JPEG files takes minutes;
the plain form saves them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data import plain
from models.data.files import DataFolder, decoded
from models.data.forms import DataSet, Form
from models.data.plain import ImageSet
from models.data.sources import Images
from models.errors import ModelError

KNOWN = ImageSet("tiny_imagenet", (64, 64, 3), 200, {"training": 100_000, "held_out": 10_000})
ARCHIVE = "tiny-imagenet-200.zip"
ROOT = "tiny-imagenet-200"
MD5 = {ARCHIVE: "90528d7ca1a48142e341f4ef8d21d0de"}
PER_CLASS = 500


def _read(folder: DataFolder, split: str) -> Images:
    try:
        return _images(folder, split)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{ARCHIVE} is not as published ({error}); fetch it again") from error


def _images(folder: DataFolder, split: str) -> Images:
    wnids = _lines(folder, "wnids.txt")
    words = dict(line.split("\t", 1) for line in _lines(folder, "words.txt"))
    listed = _training(wnids) if split == "training" else _held_out(folder, wnids)
    pixels = _decoded(folder.members(ARCHIVE, [name for name, _ in listed]))
    labels = np.array([label for _, label in listed], np.int64)
    return plain.checked(folder, KNOWN, split, pixels, labels, tuple(words[wnid] for wnid in wnids))


def _lines(folder: DataFolder, name: str) -> list[str]:
    (raw,) = folder.members(ARCHIVE, [f"{ROOT}/{name}"])
    return decoded(raw, name).rstrip("\n").split("\n")


def _training(wnids: Sequence[str]) -> list[tuple[str, int]]:
    """File name and label of every training image."""
    return [
        (f"{ROOT}/train/{wnid}/images/{wnid}_{index}.JPEG", label)
        for label, wnid in enumerate(wnids)
        for index in range(PER_CLASS)
    ]


def _held_out(folder: DataFolder, wnids: Sequence[str]) -> list[tuple[str, int]]:
    """File name and label of every image of `val`."""
    labels = {wnid: label for label, wnid in enumerate(wnids)}
    rows = (line.split("\t") for line in _lines(folder, "val/val_annotations.txt"))
    return [(f"{ROOT}/val/images/{name}", labels[wnid]) for name, wnid, *_ in rows]


def _decoded(files: Sequence[bytes]) -> NDArray[Any]:
    """`[images, height, width, 3]`; the few grey ones become colour.

    Raises:
        ModelError: Pillow is absent.
    """
    try:
        from PIL import Image
    except ModuleNotFoundError as error:
        raise ModelError(
            "Tiny-ImageNet's JPEG files need Pillow, absent here; install this project with its extra "
            "`data`, or give the images as tiny_imagenet.npz"
        ) from error
    return np.stack([np.asarray(Image.open(io.BytesIO(file)).convert("RGB")) for file in files])


DATA_SET = DataSet(
    title="photographs of 200 classes, 64×64 pixels, 100,000 and 10,000",
    forms=(
        plain.form(KNOWN),
        Form(dict.fromkeys(KNOWN.counts, (f"{ROOT}/wnids.txt",)), _read),
        Form(dict.fromkeys(KNOWN.counts, (ARCHIVE,)), _read),
    ),
    origin="cs231n.stanford.edu/tiny-imagenet-200.zip",
    md5=MD5,
)
