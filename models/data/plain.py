"""The plain form of images: one `.npz` with both splits, and the checks that any images must pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from models import regular_files
from models.data.files import UNREADABLE, DataFolder, decoded
from models.data.forms import Form
from models.data.sources import Images, numbered
from models.errors import ModelError

#: Split → what the arrays of it begin with.
PREFIXES = {"training": "train", "held_out": "test"}


@dataclass(frozen=True)
class ImageSet:
    """What is known of a data set of images.

    Attributes:
        name: in suites, recipes and file names.
        shape: height, width and channels.
        classes: how many.
        counts: split → images that its publisher has in it.
    """

    name: str
    shape: tuple[int, int, int]
    classes: int
    counts: Mapping[str, int]


def form(known: ImageSet) -> Form:
    """The plain form of a data set of images."""
    return Form(
        dict.fromkeys(PREFIXES, (f"{known.name}.npz",)), lambda folder, split: images(folder, known, split)
    )


def images(folder: DataFolder, known: ImageSet, split: str) -> Images:
    """A split of `NAME.npz`: `train_images`, `train_labels`, `test_images`, `test_labels`, `class_names`.

    Raises:
        ModelError: the file lacks the split, or does not hold what the data set's name promises.
    """
    path = folder.opened(f"{known.name}.npz")
    prefix = PREFIXES[split]
    wanted = (f"{prefix}_images", f"{prefix}_labels", "class_names")
    try:
        with regular_files.opened(path) as stored, _opened(stored) as file:
            absent = [name for name in wanted if name not in file.files]
            if absent:
                raise ModelError(f"{path} lacks {', '.join(absent)}; it serves for what it holds alone")
            pixels, labels, names = (_array(file, name, _most_bytes(known, split)) for name in wanted)
    except UNREADABLE as error:
        raise ModelError(f"{path} is not a file of numpy arrays ({error}); make it again") from error
    return checked(folder, known, split, pixels, labels, _class_names(path, names), published=False)


def _opened(stored: BinaryIO) -> NpzFile:
    """Raises ValueError for a single array, which numpy opens by the same call."""
    file = np.load(stored, allow_pickle=False)
    if not isinstance(file, NpzFile):
        raise ValueError("it holds one array and no names")
    return file


def _most_bytes(known: ImageSet, split: str) -> int:
    """More than any array of a split needs, whatever the type of its numbers."""
    return 8 * known.counts[split] * prod(known.shape) + 1_000_000


def _array(file: NpzFile, name: str, most: int) -> NDArray[np.generic]:
    """One of its arrays; an archive may say that a few bytes unpack to any number of them."""
    assert file.zip is not None, "it is open"
    size = file.zip.getinfo(name if name in file.zip.namelist() else f"{name}.npy").file_size
    if size > most:
        raise ValueError(f"{name} has {size:,} bytes")
    array = file[name]
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{name} is no array")
    return array


def _class_names(path: Path, names: NDArray[np.generic]) -> tuple[str, ...]:
    """Names as text: they may be bytes in UTF-8, or numbers."""
    if names.ndim != 1 or names.dtype.kind not in "USiu":
        raise ModelError(
            f"{path}: class_names is {names.dtype} {list(names.shape)}; write a list of texts, one a class"
        )
    if names.dtype.kind != "S":
        return tuple(map(str, names))
    return tuple(decoded(bytes(name), f"{path}: a class name") for name in names)


def checked(
    folder: DataFolder,
    known: ImageSet,
    split: str,
    pixels: NDArray[Any],
    labels: NDArray[Any],
    class_names: tuple[str, ...],
    *,
    published: bool = True,
) -> Images:
    """Images whose shapes, counts and ranges are those of their data set.

    Args:
        folder: what they were read from.
        known: their data set.
        split: the split of it.
        pixels: uint8 `[images, height, width, channels]`.
        labels: `[images]`.
        class_names: one per class.
        published: whether the files are the publisher's, which hold every image; a plain file may hold fewer.

    Raises:
        ModelError: they are not.
    """
    counts = range(known.counts[split] if published else 1, known.counts[split] + 1)
    faults = [fault for fault in _faults(known, counts, pixels, labels, class_names) if fault]
    if faults:
        files = ", ".join(folder.provenance.files)
        raise ModelError(f"{files} does not hold {known.name} ({'; '.join(faults)}); replace the file")
    ids = numbered(known.name, split, len(labels))
    return Images(pixels, labels.astype(np.int64), class_names, ids, folder.provenance)


def _faults(
    known: ImageSet,
    counts: range,
    pixels: NDArray[Any],
    labels: NDArray[Any],
    class_names: tuple[str, ...],
) -> list[str | None]:
    count = len(labels) if labels.ndim else 0
    if pixels.dtype != np.uint8 or pixels.shape != (count, *known.shape) or labels.ndim != 1 or not count:
        return [f"{pixels.dtype} images {list(pixels.shape)} with labels {list(labels.shape)}"]
    outside = not np.issubdtype(labels.dtype, np.integer) or labels.min() < 0 or labels.max() >= known.classes
    return [
        "no grey level above 1" if pixels.max() <= 1 else None,
        f"labels are not integers from 0 to {known.classes - 1}" if outside else None,
        f"{count} images instead of {counts[-1]}" if count not in counts else None,
        "a class without a name" if not all(name.strip() for name in class_names) else None,
        f"{len(class_names)} class names" if len(class_names) != known.classes else None,
    ]
