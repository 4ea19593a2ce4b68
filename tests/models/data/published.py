"""Small data sets in the forms in which their publishers give them."""

import gzip
import io
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

CIFAR_CLASSES = {
    "cifar10": [f"class{label}" for label in range(10)],
    "cifar100": [f"class{label:02d}" for label in range(100)],
}


def pictures(count: int, side: int, channels: int, seed: int = 0) -> NDArray[np.uint8]:
    """Random images."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, side, side, channels), dtype=np.uint8)


def plain(path: Path, images: NDArray[np.uint8], labels: NDArray[np.int64], names: list[str]) -> None:
    """The plain form; the training and the test split alike."""
    arrays = {
        f"{split}_{kind}": value
        for split in ("train", "test")
        for kind, value in (("images", images), ("labels", labels))
    }
    np.savez(path, class_names=np.array(names), **arrays)


def idx(array: NDArray[np.uint8]) -> bytes:
    """An IDX file of MNIST."""
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def cifar_binary(images: NDArray[np.uint8], labels: NDArray[np.int64], coarse: bool) -> bytes:
    """A binary batch, with a coarse label of 7 before the fine one where CIFAR-100 has one."""
    records = [
        bytes([7] if coarse else []) + bytes([label]) + image.transpose(2, 0, 1).tobytes()
        for image, label in zip(images, labels, strict=True)
    ]
    return b"".join(records)


class _PythonTwo(pickle._Pickler):
    """Pickles as Python 2 did when the batches were made: strings and bytes are both its 8-bit strings."""

    def save_string(self, value: str | bytes) -> None:
        raw = value.encode() if isinstance(value, str) else value
        self.write(pickle.BINSTRING + struct.pack("<i", len(raw)) + raw)

    dispatch = pickle._Pickler.dispatch | {str: save_string, bytes: save_string}


def pickled(content: object) -> bytes:
    """A pickle of Python 2 with arrays of a numpy of its time."""
    file = io.BytesIO()
    _PythonTwo(file, protocol=2).dump(content)
    return file.getvalue().replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def cifar_python(images: NDArray[np.uint8], labels: NDArray[np.int64], key: str) -> bytes:
    """A Python batch."""
    pixels = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(len(images), -1)
    return pickled({"data": pixels, key: labels.tolist()})


def tiny_imagenet(names: list[str], images: NDArray[np.uint8], labels: list[int]) -> dict[str, bytes]:
    """The held-out files of Tiny-ImageNet; its words also name classes that are not among its 200."""
    wnids = [f"n{label:08d}" for label in range(len(names))]
    words = [f"{wnid}\t{name}" for wnid, name in zip(wnids, names, strict=True)]
    rows = [f"val_{i}.JPEG\t{wnids[label]}\t0\t0\t62\t62" for i, label in enumerate(labels)]
    files = {
        "wnids.txt": "\n".join(wnids) + "\n",
        "words.txt": "\n".join(["n99999999\tnone of them", *words]) + "\n",
        "val/val_annotations.txt": "\n".join(rows) + "\n",
    }
    found = {f"tiny-imagenet-200/{name}": text.encode() for name, text in files.items()}
    return found | {
        f"tiny-imagenet-200/val/images/val_{i}.JPEG": jpeg(image) for i, image in enumerate(images)
    }


def jpeg(image: NDArray[np.uint8]) -> bytes:
    """An image as a JPEG file, grey where it has one channel."""
    file = io.BytesIO()
    Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(file, "JPEG")
    return file.getvalue()


def unpack(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def pack(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a zip or a compressed tar archive, by the name's ending."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def compress(path: Path, content: bytes) -> None:
    """Write a gzip file."""
    path.write_bytes(gzip.compress(content))
