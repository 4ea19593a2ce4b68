"""Files as programs leave them: marks, line ends and quotes are no data, and what is damaged is told."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from models.data import catalogue
from models.data.files import DataFolder
from models.data.sources import Images, Sentences
from models.errors import ModelError

SHAPE = (32, 32, 3)
PIXELS = np.full((2, *SHAPE), 200, np.uint8)
NAMES = np.array(list("abcdefghij"))
GOOD = {"test_images": PIXELS, "test_labels": np.array([0, 9]), "class_names": NAMES}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    return tmp_path


def sentences(folder: Path, content: bytes) -> Sentences:
    (folder / "sst2_test.tsv").write_bytes(content)
    found = catalogue.load("sst2", "held_out")
    assert isinstance(found, Sentences)
    return found


def npz(folder: Path, **arrays: object) -> Images:
    np.savez(folder / "cifar10.npz", **arrays)
    found = catalogue.load("cifar10", "held_out")
    assert isinstance(found, Images)
    return found


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_marks_and_line_ends_are_no_part_of_a_sentence(data: Path, mark: str, end: str) -> None:
    found = sentences(data, f"{mark}a fine film\t1{end}dull\t0{end}{end}".encode())
    assert dict(zip(found.texts, found.labels.tolist(), strict=True)) == {"a fine film": 1, "dull": 0}


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ('"a ""fine"" film"\t1', 'a "fine" film'),
        ('"a fine film"\t"1"', "a fine film"),
        ('"fine" it is , and "short"\t1', '"fine" it is , and "short"'),
        ('a fine "film"\t1', 'a fine "film"'),
        ('"\t1', '"'),
    ],
)
def test_quotes_of_a_table_go_and_those_of_the_text_stay(data: Path, line: str, text: str) -> None:
    assert sentences(data, line.encode()).texts == (text,)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"fine\t1\n\ndull\t0\n", "row 2"),
        (b"fine\t1\ndull\n", "row 2"),
        (b"fine\t2\n", "row 1"),
        (b"fine\t-1\n", "row 1"),
        (b"fine\t1.0\n", "row 1"),
        (b"fine,1\n", "row 1"),
        (b"\t1\n", "row 1"),
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n", "is empty"),
        (b"fine\t1\r\nd\xfcnn\t0\r\n", "sst2_test.tsv:2: the byte 0xfc is not UTF-8"),
        ("fine\t1\n".encode("utf-16"), "is UTF-16 text and not UTF-8"),
        ("fine\t1\n".encode("utf-16-le"), "sst2_test.tsv:1: a character 0 is no text"),
    ],
)
def test_what_is_no_table_of_sentences_is_told(data: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        sentences(data, content)


def test_old_line_ends_are_lines_of_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfone\rtwo\r\nthree")
    assert DataFolder(tmp_path, {}).text("a.txt") == "one\ntwo\nthree"


def test_a_file_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.data.files.LARGEST", 1000)
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(bytes(100_000)))
    with pytest.raises(ModelError, match="holds more than 1,000 bytes"):
        DataFolder(tmp_path, {}).content("a.txt")


def test_a_compressed_file_that_is_cut_off_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"text " * 1000)[:-20])
    with pytest.raises(ModelError, match=r"a\.txt\.gz cannot be read"):
        DataFolder(tmp_path, {}).content("a.txt")


@pytest.mark.parametrize("names", [NAMES, NAMES.astype("S"), np.arange(10)])
def test_names_may_be_texts_bytes_or_numbers(data: Path, names: np.ndarray) -> None:
    expected = tuple(map(str, range(10))) if names.dtype.kind == "i" else tuple("abcdefghij")
    assert npz(data, **(GOOD | {"class_names": names})).class_names == expected


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"test_labels": np.int64(3)}, r"uint8 images \[2, 32, 32, 3\] with labels \[\]"),
        ({"test_labels": np.array([[0], [9]])}, r"with labels \[2, 1\]"),
        ({"test_labels": np.array([0.0, 9.0])}, "labels are not integers from 0 to 9"),
        ({"test_labels": np.array([False, True])}, "labels are not integers from 0 to 9"),
        ({"test_labels": np.array([-1, 9])}, "labels are not integers from 0 to 9"),
        ({"test_labels": np.array([0, 10])}, "labels are not integers from 0 to 9"),
        ({"test_labels": np.array([0, 2**63], np.uint64)}, "labels are not integers from 0 to 9"),
        ({"test_labels": np.array(["a", "b"])}, "labels are not integers from 0 to 9"),
        ({"test_labels": np.array([0])}, "with labels"),
        ({"test_labels": np.array([0, None])}, "is not a file of numpy arrays .*allow_pickle"),
        ({"test_images": PIXELS[:0], "test_labels": np.zeros(0, int)}, r"uint8 images \[0, 32, 32, 3\]"),
        ({"test_images": np.uint8(3)}, r"uint8 images \[\] with labels"),
        ({"test_images": PIXELS.astype(float)}, "float64 images"),
        ({"test_images": PIXELS[..., 0]}, r"uint8 images \[2, 32, 32\]"),
        ({"class_names": np.array("abcdefghij")}, r"class_names is <U10 \[\]; write a list of texts"),
        ({"class_names": NAMES[None]}, r"class_names is <U1 \[1, 10\]"),
        ({"class_names": np.linspace(0, 1, 10)}, r"class_names is float64 \[10\]"),
        ({"class_names": np.array([b"\xff"] * 10)}, "a class name:1: the byte 0xff is not UTF-8"),
        ({"class_names": np.array([""] * 10)}, "a class without a name"),
        ({"class_names": NAMES[:9]}, "9 class names"),
    ],
)
def test_arrays_of_another_kind_are_told(data: Path, changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        npz(data, **(GOOD | changed))


def damaged() -> dict[str, bytes]:
    """Files under the name of an archive of arrays that are none, or no sound one."""
    one, sound, odd, huge = io.BytesIO(), io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(one, PIXELS)
    np.savez(sound, **GOOD)
    with zipfile.ZipFile(odd, "w") as archive:
        for name in GOOD:
            archive.writestr(name, b"no array")
    with zipfile.ZipFile(huge, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in GOOD:
            archive.writestr(f"{name}.npy", bytes(1))
        archive.getinfo("test_images.npy").file_size = 10**15
    torn = bytearray(sound.getvalue())
    torn[200:260] = bytes(60)
    return {
        "single": one.getvalue(),
        "cut off": sound.getvalue()[:-200],
        "torn": bytes(torn),
        "no arrays": odd.getvalue(),
        "huge": huge.getvalue(),
        "empty": b"",
        "text": b"text",
    }


@pytest.mark.parametrize("kind", damaged())
def test_a_file_that_is_no_archive_of_arrays_is_told(data: Path, kind: str) -> None:
    (data / "cifar10.npz").write_bytes(damaged()[kind])
    with pytest.raises(ModelError, match=r"cifar10\.npz is not a file of numpy arrays"):
        catalogue.load("cifar10", "held_out")
