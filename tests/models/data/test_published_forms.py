"""Every published form of images gives what the plain form gives, and nothing else passes for it."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.data import catalogue, cifar, mnist, tiny_imagenet
from models.data.sources import Images
from models.errors import ModelError
from tests.models.data import published
from tests.models.data.reading import assert_read_alike, read

COUNT = 40

#: Data set, split, and the batch files that hold it.
CIFAR = [
    ("cifar10", "training", tuple(f"data_batch_{batch}" for batch in range(1, 6))),
    ("cifar10", "held_out", ("test_batch",)),
    ("cifar100", "training", ("train",)),
    ("cifar100", "held_out", ("test",)),
]


@pytest.fixture(autouse=True)
def _small_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Published forms hold as many images as these tests write."""
    for counts in (cifar.COUNTS, mnist.KNOWN.counts):
        for split in ("training", "held_out"):
            monkeypatch.setitem(counts, split, COUNT)


@pytest.mark.parametrize("split", ["training", "held_out"])
@pytest.mark.parametrize("compressed", [True, False])
def test_mnist(tmp_path: Path, split: str, compressed: bool) -> None:
    images, labels = published.pictures(COUNT, 28, 1), np.arange(COUNT) % 10
    published.plain(tmp_path / "mnist.npz", images, labels, list("0123456789"))
    expected = read(tmp_path, "mnist", split)
    (tmp_path / "mnist.npz").unlink()
    contents = [published.idx(images[..., 0]), published.idx(labels.astype(np.uint8))]
    for file, content in zip(mnist.FILES[split], contents, strict=True):
        if compressed:
            published.compress(tmp_path / f"{file}.gz", content)
        else:
            (tmp_path / file).write_bytes(content)
    assert read(tmp_path, "mnist", split).digest() == expected.digest()
    with pytest.raises(ModelError, match="is not the official file"):
        catalogue.load("mnist", split, tmp_path)


@pytest.mark.parametrize("raw", [b"", b"\0\0\x08\x01", b"\0\0\x08\x01\0\0\0\2a", b"\0\0\x0d\x01\0\0\0\1abcd"])
def test_what_is_no_idx_file_is_refused(raw: bytes) -> None:
    with pytest.raises(ModelError, match="not an IDX file"):
        mnist.idx(raw, "labels")


def cifar_batches(
    tmp_path: Path, name: str, files: tuple[str, ...]
) -> dict[str, tuple[NDArray[np.uint8], NDArray[np.int64]]]:
    """Images and labels of every batch file; all of them stand in the plain form too."""
    classes = published.CIFAR_CLASSES[name]
    images, labels = published.pictures(COUNT, 32, 3), np.arange(COUNT) * 7 % len(classes)
    (tmp_path / "plain").mkdir()
    published.plain(tmp_path / "plain" / f"{name}.npz", images, labels, classes)
    parts = zip(np.split(images, len(files)), np.split(labels, len(files)), strict=True)
    return dict(zip(files, parts, strict=True))


@pytest.mark.parametrize(("name", "split", "batches"), CIFAR)
def test_cifar_in_its_binary_form(tmp_path: Path, name: str, split: str, batches: tuple[str, ...]) -> None:
    fine = name == "cifar100"
    root = "cifar-100-binary" if fine else "cifar-10-batches-bin"
    files = {
        f"{root}/{batch}.bin": published.cifar_binary(images, labels, coarse=fine)
        for batch, (images, labels) in cifar_batches(tmp_path, name, batches).items()
    }
    names = "fine_label_names.txt" if fine else "batches.meta.txt"
    files[f"{root}/{names}"] = ("\n".join(published.CIFAR_CLASSES[name]) + "\n\n").encode()
    archive = "cifar-100-binary.tar.gz" if fine else "cifar-10-binary.tar.gz"
    assert_read_alike(tmp_path, name, split, files, archive)


@pytest.mark.parametrize(("name", "split", "batches"), CIFAR)
def test_cifar_in_its_python_form(tmp_path: Path, name: str, split: str, batches: tuple[str, ...]) -> None:
    fine = "fine_" if name == "cifar100" else ""
    root = "cifar-100-python" if fine else "cifar-10-batches-py"
    files = {
        f"{root}/{batch}": published.cifar_python(images, labels, f"{fine}labels")
        for batch, (images, labels) in cifar_batches(tmp_path, name, batches).items()
    }
    meta = "meta" if fine else "batches.meta"
    files[f"{root}/{meta}"] = published.pickled({f"{fine}label_names": published.CIFAR_CLASSES[name]})
    archive = "cifar-100-python.tar.gz" if fine else "cifar-10-python.tar.gz"
    assert_read_alike(tmp_path, name, split, files, archive)


class Harmful:
    """Pickles as a call that makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_that_calls_anything_is_refused(tmp_path: Path) -> None:
    made = tmp_path / "made"
    harmful = pickle.dumps({b"data": Harmful(made)})
    with pytest.raises(ModelError, match="mkdir is not part of a batch"):
        cifar.unpickled(harmful, "data")
    assert not made.exists()
    pickle.loads(harmful)
    assert made.exists()


@pytest.mark.parametrize("raw", [b"", b"garbage", pickle.dumps({b"labels": [1]}), pickle.dumps([1])])
def test_what_is_no_python_batch_is_refused(raw: bytes) -> None:
    with pytest.raises(ModelError, match="a Python batch of CIFAR cannot be read"):
        cifar.unpickled(raw, "data")


@pytest.mark.parametrize(("name", "split", "batches"), CIFAR)
def test_cifar_with_an_image_too_few_is_refused(
    tmp_path: Path, name: str, split: str, batches: tuple[str, ...]
) -> None:
    """Cut off between two images, a binary file looks whole; the plain form may hold fewer."""
    fine = name == "cifar100"
    root = "cifar-100-binary" if fine else "cifar-10-batches-bin"
    parts = cifar_batches(tmp_path, name, batches)
    files = {
        f"{root}/{batch}.bin": published.cifar_binary(images, labels, coarse=fine)
        for batch, (images, labels) in parts.items()
    }
    last = f"{root}/{batches[-1]}.bin"
    image = len(files[last]) // len(parts[batches[-1]][1])
    files[last] = files[last][:-image]
    names = "fine_label_names.txt" if fine else "batches.meta.txt"
    files[f"{root}/{names}"] = "\n".join(published.CIFAR_CLASSES[name]).encode()
    published.unpack(tmp_path, files)
    with pytest.raises(ModelError, match=f"does not hold {name} .{COUNT - 1} images instead of {COUNT}"):
        catalogue.load(name, split, tmp_path)


def test_a_binary_batch_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    images, labels = cifar_batches(tmp_path, "cifar100", ("test",))["test"]
    files = {
        "cifar-100-binary/test.bin": published.cifar_binary(images, labels, coarse=True)[:-1],
        "cifar-100-binary/fine_label_names.txt": b"a\n",
    }
    published.unpack(tmp_path, files)
    with pytest.raises(ModelError, match="cut off"):
        catalogue.load("cifar100", "held_out", tmp_path)


def test_tiny_imagenet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"thing {label}, other name" for label in range(200)]
    # even greys survive JPEG exactly; the last file has one channel, as some of the official ones have
    images = np.empty((3, 64, 64, 3), np.uint8)
    images[:] = np.array([40, 128, 200])[:, None, None, None]
    files = published.tiny_imagenet(names, images, [5, 199, 0])
    files["tiny-imagenet-200/val/images/val_2.JPEG"] = published.jpeg(images[2, ..., :1])
    (tmp_path / "plain").mkdir()
    published.plain(tmp_path / "plain" / "tiny_imagenet.npz", images, np.array([5, 199, 0]), names)
    monkeypatch.setitem(tiny_imagenet.KNOWN.counts, "held_out", 3)
    assert_read_alike(tmp_path, "tiny_imagenet", "held_out", files, "tiny-imagenet-200.zip")


def test_tiny_imagenet_to_train_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiny_imagenet, "PER_CLASS", 1)
    monkeypatch.setitem(tiny_imagenet.KNOWN.counts, "training", 200)
    files = published.tiny_imagenet(
        [f"thing {label}" for label in range(200)], published.pictures(0, 64, 3), []
    )
    for label in range(200):
        picture = published.jpeg(np.full((64, 64, 3), label, np.uint8))
        files[f"tiny-imagenet-200/train/n{label:08d}/images/n{label:08d}_0.JPEG"] = picture
    published.unpack(tmp_path, files)
    found = catalogue.load("tiny_imagenet", "training", tmp_path)
    assert isinstance(found, Images)
    assert found.labels.tolist() == list(range(200))
    np.testing.assert_array_equal(found.images[:, 10, 10, 0], np.arange(200))
