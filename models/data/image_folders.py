"""Images from a folder of class folders, or from one folder without labels, brought to one size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models import regular_files
from models.data.files import UNREADABLE, DataFolder
from models.data.own import MOST_CLASSES, ImageFolders
from models.data.sources import Images, Provenance, numbered
from models.data.tables import in_order
from models.errors import ModelError

if TYPE_CHECKING:
    from PIL import Image

#: Files of these names are images; others beside them are left alone.
ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
#: Bytes of all pixels of a split, which are held at once, and pixels of one file: 67 million, of which Pillow
#: holds up to three copies of four bytes a pixel.
MOST_BYTES, MOST_PIXELS = 1 << 32, 1 << 26


def read(folder: DataFolder, asked: ImageFolders, split: str) -> Images:
    """A split of images, class by class and each in the order of its files' names.

    Raises:
        ModelError: the folder or the file with what is wrong.
    """
    place = asked.place(split)
    places = {place, asked.training or place}
    if all(_is_flat(folder.path / one) for one in places):
        return _unlabelled(folder, asked, place, split)
    classes = asked.classes or _classes(folder, asked.training or place)
    others = set(_classes(folder, place)) - set(classes)
    if others:
        raise ModelError(
            f"{folder.path / place} has {', '.join(sorted(others)[:20])} beside the classes "
            f"{', '.join(classes[:20])}; move these folders away, or list them in classes"
        )
    files = [
        (path, number) for number, name in enumerate(classes) for path in _images(folder.path / place / name)
    ]
    if not files:
        raise ModelError(f"{folder.path / place} has no folder of any class; put images of one there")
    pixels = _all_pixels([path for path, _ in files], asked)
    labels = np.array([number for _, number in files], np.int64)
    ids = numbered(Path(place).name, split, len(files))
    return Images(pixels, labels, classes, ids, Provenance((place,)))


def _unlabelled(folder: DataFolder, asked: ImageFolders, place: str, split: str) -> Images:
    """Images that lie in no folder of a class."""
    pixels = _all_pixels(_within(folder.path / place), asked)
    ids = numbered(Path(place).name, split, len(pixels))
    return Images(pixels, np.zeros(len(pixels), np.int64), (), ids, Provenance((place,)))


def _is_flat(root: Path) -> bool:
    """Whether a folder has images and no folders."""
    return not _folders(root) and bool(_within(root))


def _all_pixels(files: list[Path], asked: ImageFolders) -> NDArray[np.uint8]:
    """`[images, side, side, channels]`."""
    shape = (len(files), asked.side, asked.side, asked.channels)
    if np.prod(shape, dtype=float) > MOST_BYTES:
        raise ModelError(
            f"{len(files):,} images of {asked.side}×{asked.side} pixels are over {MOST_BYTES:,} bytes; "
            "write a smaller side"
        )
    pixels = np.empty(shape, np.uint8)
    for image, path in zip(pixels, files, strict=True):
        image[:] = _pixels(path, asked)
    return pixels


def _classes(folder: DataFolder, place: str) -> tuple[str, ...]:
    """The names of the folders in a folder, which are its classes."""
    root = folder.path / place
    found = _folders(root)
    if not found or len(found) > MOST_CLASSES:
        raise ModelError(
            f"{root} has {len(found):,} folders; make one for each class, {MOST_CLASSES:,} at most, or leave "
            "the images of every split without any where no label is needed"
        )
    return in_order(found)


def _images(folder: Path) -> list[Path]:
    """The images of a class, which a split may lack."""
    if not folder.exists():
        return []
    found = _within(folder)
    if not found:
        raise ModelError(
            f"{folder} has no image ({', '.join(ENDINGS)}); put those of this class directly into it, "
            "or move the folder away"
        )
    return found


def _within(folder: Path) -> list[Path]:
    """The images in a folder by name; hidden files, such as macOS leaves there, are none."""
    files = sorted(_folder(folder).iterdir())
    return [path for path in files if path.suffix.lower() in ENDINGS and not path.name.startswith(".")]


def _folders(root: Path) -> set[str]:
    """The names of the folders in a folder; hidden ones are none."""
    return {path.name for path in _folder(root).iterdir() if path.is_dir() and not path.name.startswith(".")}


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise ModelError(f"{path} is not there; put a folder of images there")
    return path


def _pixels(path: Path, asked: ImageFolders) -> NDArray[Any]:
    """`[side, side, channels]`, uint8."""
    try:
        from PIL import Image, ImageOps
    except ModuleNotFoundError as error:
        raise ModelError(
            "images in folders need Pillow, absent here; install this project with its extra `data`"
        ) from error
    try:
        with regular_files.opened(path) as stored, Image.open(stored) as file:
            if file.width * file.height > MOST_PIXELS:
                raise ValueError(f"{file.width}×{file.height} pixels are over {MOST_PIXELS:,}")
            upright = _in_eight_bits(ImageOps.exif_transpose(file), file.format)
            image = upright.convert("RGB" if asked.channels == 3 else "L")
    except (*UNREADABLE, Image.DecompressionBombError) as error:
        raise ModelError(f"{path} is no image that can be read ({error}); replace or remove it") from error
    resized = asked.resize or asked.side
    size, resample = (resized, resized), Image.Resampling[asked.resample.upper()]
    fitted = ImageOps.fit(image, size, resample) if asked.fit == "cut" else image.resize(size, resample)
    first = (resized - asked.side) // 2
    fitted = fitted.crop((first, first, first + asked.side, first + asked.side))
    return np.asarray(fitted).reshape(asked.side, asked.side, asked.channels)


def _in_eight_bits(image: Image.Image, format: str | None) -> Image.Image:
    """An image whose grey levels have 16 bits with 8, which Pillow's own conversion would cut off at 255."""
    from PIL import Image

    if image.mode.startswith("I;16") or (image.mode == "I" and format in ("PNG", "PPM")):
        return Image.fromarray((np.asarray(image) / 257).round().astype(np.uint8))
    if image.mode in ("I", "F"):
        raise ValueError(f"nothing says what is white among its numbers of 32 bits, mode {image.mode}")
    return image
