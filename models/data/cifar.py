"""CIFAR-10 and CIFAR-100: colour photographs of 32×32 pixels, 50,000 to train on and 10,000 held out.

Source: A. Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009, in the binary or the
Python archive of its page, packed or unpacked. CIFAR-100's labels are the fine ones.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data import plain
from models.data.files import DataFolder, decoded
from models.data.forms import DataSet, Form
from models.data.plain import ImageSet
from models.data.sources import Images
from models.errors import ModelError

COUNTS = {"training": 50_000, "held_out": 10_000}
_SHAPE = (32, 32, 3)
_PIXELS = 32 * 32 * 3

#: Pixels `[images, 3072]`, channel by channel, and labels `[images]`.
Batch = tuple[NDArray[np.uint8], NDArray[Any]]

#: The archives' digests stand on their page; those of the Python batches are the archives' own content.
MD5 = {
    "cifar-10-binary.tar.gz": "c32a1d4ab5d03f1284b67883e8d87530",
    "cifar-10-python.tar.gz": "c58f30108f718f92721af3b95e74349a",
    "cifar-10-batches-py/data_batch_1": "c99cafc152244af753f735de768cd75f",
    "cifar-10-batches-py/data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "cifar-10-batches-py/data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "cifar-10-batches-py/data_batch_4": "634d18415352ddfa80567beed471001a",
    "cifar-10-batches-py/data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "cifar-10-batches-py/test_batch": "40351d587109b95175f43aff81a1287e",
    "cifar-10-batches-py/batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
    "cifar-100-binary.tar.gz": "03b5dce01913d631647c71ecec9e9cb8",
    "cifar-100-python.tar.gz": "eb9058c3a382ffc7106e4002c42a8d85",
    "cifar-100-python/train": "16019d7e3df5f24257cddd939b257f8d",
    "cifar-100-python/test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
    "cifar-100-python/meta": "7973b15100ade9c7d40fb424638fde48",
}


@dataclass(frozen=True)
class Archive:
    """One of the forms in which the images are published.

    Attributes:
        name: the name of the archive.
        files: split → the files in it that hold the split.
        class_names: the file in it that holds the names of the classes.
    """

    name: str
    files: Mapping[str, tuple[str, ...]]
    class_names: str

    def unpacked(self) -> dict[str, tuple[str, ...]]:
        """Split → the files that it takes once unpacked."""
        return {split: (*files, self.class_names) for split, files in self.files.items()}

    def packed(self) -> dict[str, tuple[str, ...]]:
        """Split → the archive."""
        return dict.fromkeys(self.files, (self.name,))

    def contents(self, folder: DataFolder, split: str) -> list[bytes]:
        """The files of the split and, last, that of the class names."""
        return folder.members(self.name, self.unpacked()[split])


@dataclass(frozen=True)
class Cifar:
    """One of the two data sets.

    Attributes:
        known: its shapes and counts.
        title: what it is.
        binary: the form made for other languages: label and pixels of image after image.
        python: the pickled form.
        label_bytes: bytes before every image of the binary form, the last of them the label.
        prefix: the prefix of the keys of the Python form.
    """

    known: ImageSet
    title: str
    binary: Archive
    python: Archive
    label_bytes: int
    prefix: str

    def data_set(self) -> DataSet:
        """The plain file, and both forms, unpacked and packed."""
        published = ((self.binary, self._read_binary), (self.python, self._read_python))
        forms = [
            Form(files, read)
            for archive, read in published
            for files in (archive.unpacked(), archive.packed())
        ]
        return DataSet(
            title=self.title,
            forms=(plain.form(self.known), *forms),
            origin=f"{self.binary.name} or {self.python.name} of www.cs.toronto.edu/~kriz/cifar.html",
            md5=MD5,
        )

    def _read_binary(self, folder: DataFolder, split: str) -> Images:
        *batches, names = self.binary.contents(folder, split)
        class_names = decoded(names, self.binary.class_names).split()
        return self._checked(folder, split, [self.binary_batch(batch) for batch in batches], class_names)

    def _read_python(self, folder: DataFolder, split: str) -> Images:
        *batches, meta = self.python.contents(folder, split)
        (class_names,) = unpickled(meta, f"{self.prefix}label_names")
        try:
            names = [name.decode() for name in class_names]
        except _NO_BATCH as error:
            raise ModelError(f"the class names of {self.known.name} cannot be read ({error})") from error
        return self._checked(folder, split, [self.python_batch(batch) for batch in batches], names)

    def _checked(
        self, folder: DataFolder, split: str, batches: Sequence[Batch], class_names: Sequence[str]
    ) -> Images:
        try:
            pixels, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
            images = np.ascontiguousarray(pixels.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
        except ValueError as error:
            raise ModelError(
                f"the batches of {self.known.name} are no images of their size ({error}); fetch them again"
            ) from error
        return plain.checked(folder, self.known, split, images, labels, tuple(class_names))

    def binary_batch(self, raw: bytes) -> Batch:
        """The images of a binary file.

        Raises:
            ModelError: the length is that of no whole number of images.
        """
        length = self.label_bytes + _PIXELS
        if len(raw) % length:
            raise ModelError(f"a binary file of {self.known.name} is cut off; fetch the archive again")
        records = np.frombuffer(raw, np.uint8).reshape(-1, length)
        return records[:, self.label_bytes :], records[:, self.label_bytes - 1]

    def python_batch(self, raw: bytes) -> Batch:
        """The images of a pickled batch.

        Raises:
            ModelError: it is none.
        """
        pixels, labels = unpickled(raw, "data", f"{self.prefix}labels")
        try:
            return np.asarray(pixels, np.uint8), np.asarray(labels, np.int64)
        except _NO_BATCH as error:
            raise ModelError(
                f"a Python batch of {self.known.name} holds no bytes and labels ({error}); fetch it again"
            ) from error


#: What values raise that are of another type or size than a batch has.
_NO_BATCH = (ValueError, TypeError, AttributeError, OverflowError)


class _ArraysOnly(pickle.Unpickler):
    """Makes what a batch is made of: besides lists, numbers and bytes, which need no class, numpy arrays.

    A pickle can call anything that it names, so that every other name is refused.
    """

    def find_class(self, module: str, name: str) -> Any:
        rebuild = np.empty(0).__reduce__()[0]
        known = {"_reconstruct": rebuild, "ndarray": np.ndarray, "dtype": np.dtype}
        if module.partition(".")[0] == "numpy" and name in known:
            return known[name]
        raise pickle.UnpicklingError(f"{module}.{name} is not part of a batch of images")


def unpickled(raw: bytes, *keys: str) -> list[Any]:
    """What a file of the Python form holds under these keys.

    Raises:
        ModelError: it is not a pickled dictionary with them, or it would make something else than numbers,
            bytes and arrays.
    """
    try:
        found = _ArraysOnly(io.BytesIO(raw), encoding="bytes").load()
        return [found[key.encode()] for key in keys]
    except (*_NO_BATCH, pickle.UnpicklingError, EOFError, LookupError, MemoryError, SystemError) as error:
        raise ModelError(
            f"a Python batch of CIFAR cannot be read ({error}); fetch the archive again"
        ) from error


CIFAR10 = Cifar(
    known=ImageSet("cifar10", _SHAPE, 10, COUNTS),
    title="photographs of 10 classes, 32×32 pixels, 50,000 and 10,000",
    binary=Archive(
        name="cifar-10-binary.tar.gz",
        files={
            "training": tuple(f"cifar-10-batches-bin/data_batch_{batch}.bin" for batch in range(1, 6)),
            "held_out": ("cifar-10-batches-bin/test_batch.bin",),
        },
        class_names="cifar-10-batches-bin/batches.meta.txt",
    ),
    python=Archive(
        name="cifar-10-python.tar.gz",
        files={
            "training": tuple(f"cifar-10-batches-py/data_batch_{batch}" for batch in range(1, 6)),
            "held_out": ("cifar-10-batches-py/test_batch",),
        },
        class_names="cifar-10-batches-py/batches.meta",
    ),
    label_bytes=1,
    prefix="",
).data_set()

CIFAR100 = Cifar(
    known=ImageSet("cifar100", _SHAPE, 100, COUNTS),
    title="photographs of 100 classes, 32×32 pixels, 50,000 and 10,000",
    binary=Archive(
        name="cifar-100-binary.tar.gz",
        files={"training": ("cifar-100-binary/train.bin",), "held_out": ("cifar-100-binary/test.bin",)},
        class_names="cifar-100-binary/fine_label_names.txt",
    ),
    python=Archive(
        name="cifar-100-python.tar.gz",
        files={"training": ("cifar-100-python/train",), "held_out": ("cifar-100-python/test",)},
        class_names="cifar-100-python/meta",
    ),
    label_bytes=2,
    prefix="fine_",
).data_set()
