"""Loading by name, and what the plain forms must hold."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.data import catalogue, digits
from models.data.sources import Images, Sentences, Text
from models.errors import ModelError
from tests.models.data import published

NAMES = [f"class{label}" for label in range(10)]


def cifar10(folder: Path, count: int = 40) -> Images:
    """Random images in the plain form, sorted by class."""
    images, labels = published.pictures(count, 32, 3), np.sort(np.arange(count) % 10)
    published.plain(folder / "cifar10.npz", images, labels, NAMES)
    found = catalogue.load("cifar10", "training", folder)
    assert isinstance(found, Images)
    return found


def test_what_is_reported_on_comes_interleaved_and_what_is_trained_on_as_it_is(tmp_path: Path) -> None:
    training = cifar10(tmp_path)
    held_out = catalogue.load("cifar10", "held_out", tmp_path)
    assert isinstance(held_out, Images)
    assert training.labels.tolist() == sorted(training.labels)
    assert held_out.labels.tolist() == list(range(10)) * 4
    assert held_out.ids[:3] == ("cifar10-held_out-00000", "cifar10-held_out-00004", "cifar10-held_out-00008")
    np.testing.assert_array_equal(held_out.images[11], training.images[5])
    assert training.class_names == tuple(NAMES)
    assert (training.provenance.files, training.provenance.official) == (("cifar10.npz",), False)


def test_the_folder_of_the_environment_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = cifar10(tmp_path)
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    assert catalogue.load("cifar10", "training").digest() == expected.digest()


GOOD: dict[str, Any] = {
    "test_images": published.pictures(20, 32, 3),
    "test_labels": np.arange(20) % 10,
    "class_names": np.array(NAMES),
}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"test_labels": None}, "lacks test_labels"),
        ({"class_names": np.array(NAMES, object)}, "not a file of numpy arrays"),
        ({"test_images": published.pictures(20, 28, 3)}, r"uint8 images \[20, 28, 28, 3\]"),
        ({"test_images": GOOD["test_images"] / 255}, "float64 images"),
        ({"test_images": GOOD["test_images"][:19]}, r"\[19, 32, 32, 3\] with labels \[20\]"),
        ({"test_images": GOOD["test_images"] // 200}, "no grey level above 1"),
        ({"test_labels": np.arange(20)}, "not integers from 0 to 9"),
        ({"test_labels": np.arange(20) % 10 - 1}, "not integers from 0 to 9"),
        ({"test_labels": (np.arange(20) % 10).astype(float)}, "not integers from 0 to 9"),
        ({"class_names": np.array(["a", "b"])}, "2 class names"),
        ({"test_images": GOOD["test_images"][:0], "test_labels": np.zeros(0, int)}, "images"),
        (
            {
                "test_images": np.full((10_001, 32, 32, 3), 9, np.uint8),
                "test_labels": np.zeros(10_001, np.int64),
            },
            "10001 images instead of 10000",
        ),
    ],
)
def test_images_of_another_kind_do_not_pass(tmp_path: Path, change: dict[str, Any], fault: str) -> None:
    arrays = {name: value for name, value in (GOOD | change).items() if value is not None}
    np.savez_compressed(tmp_path / "cifar10.npz", **arrays)
    with pytest.raises(ModelError, match=fault):
        catalogue.load("cifar10", "held_out", tmp_path)


def test_a_file_that_is_no_npz_is_named(tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(ModelError, match=r"mnist.npz is not a file of numpy arrays"):
        catalogue.load("mnist", "training", tmp_path)


def test_sentences_in_the_plain_form(tmp_path: Path) -> None:
    rows = "a film\t1\n bad ,\tvery\t0\nworse\t0\ngood\t1\n"
    published.compress(tmp_path / "sst2_test.tsv.gz", rows.encode())
    found = catalogue.load("sst2", "held_out", tmp_path)
    assert isinstance(found, Sentences)
    assert found.texts == ("bad ,\tvery", "a film", "worse", "good")
    assert found.labels.tolist() == [0, 1, 0, 1]
    assert found.class_names == ("negative", "positive")
    assert found.ids[0] == "sst2-held_out-00001"


@pytest.mark.parametrize("row", ["no label", "two\t2", "\t1", "", "negative\t-1"])
def test_a_row_without_sentence_and_label_is_named(tmp_path: Path, row: str) -> None:
    (tmp_path / "sst2_train.tsv").write_text(f"good\t1\n{row}\nbad\t0\n")
    with pytest.raises(ModelError, match=r"sst2_train\.tsv has no sentence, tab and label 0 or 1 in row 2"):
        catalogue.load("sst2", "training", tmp_path)


def test_more_sentences_than_the_data_set_has_are_refused(tmp_path: Path) -> None:
    (tmp_path / "sst2_dev.tsv").write_text("a\t0\n" * 873)
    with pytest.raises(ModelError, match="873 rows instead of 872"):
        catalogue.load("sst2", "validation", tmp_path)


def test_the_last_tenth_of_shakespeare_is_held_out(tmp_path: Path) -> None:
    whole = "".join(chr(97 + i % 26) for i in range(1005))
    (tmp_path / "tinyshakespeare.txt").write_text(whole)
    training, held_out = (
        catalogue.load("tiny_shakespeare", split, tmp_path) for split in ("training", "held_out")
    )
    assert isinstance(training, Text)
    assert isinstance(held_out, Text)
    assert training.text + held_out.text == whole
    assert (len(training), len(held_out)) == (904, 101)
    assert not held_out.provenance.official


def test_digits_need_no_files(tmp_path: Path) -> None:
    found = catalogue.load("digits", "held_out", tmp_path)
    assert found.digest() == digits.load("held_out").digest()
    assert len(catalogue.load("digits", "training", tmp_path)) == 1437
    assert isinstance(found, Images)
    assert set(Counter(found.labels[:100].tolist()).values()) == {10}


@pytest.mark.parametrize("name", [name for name in catalogue.DATA_SETS if name != "digits"])
def test_a_missing_set_says_where_to_get_it_and_where_to_put_it(tmp_path: Path, name: str) -> None:
    data_set = catalogue.DATA_SETS[name]
    for split in data_set.splits():
        with pytest.raises(ModelError) as raised:
            catalogue.load(name, split, tmp_path)
        (plain,) = data_set.forms[0].files[split]
        own = data_set.unpublished.get(split)
        wanted = f"make {plain} in {tmp_path} of {own}" if own else f"fetch {data_set.origin} into {tmp_path}"
        assert f"the {split} split of {name} is not there; {wanted}" in str(raised.value)
        assert plain in str(raised.value)


def test_an_unknown_name_or_split_is_refused_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no data set is called 'cifar-10'; did you mean cifar10\?"):
        catalogue.load("cifar-10", "training", tmp_path)
    with pytest.raises(ModelError, match="there are digits, mnist"):
        catalogue.load("weather", "training", tmp_path)
    with pytest.raises(ModelError, match="mnist has no split 'test'; it has training, held_out"):
        catalogue.load("mnist", "test", tmp_path)


def test_descriptions_tell_what_is_here_and_how_to_get_the_rest(tmp_path: Path) -> None:
    cifar10(tmp_path)
    (tmp_path / "sst2_dev.tsv").write_text("a\t0\n")
    described = {found.name: found for found in catalogue.describe(tmp_path)}
    assert list(described) == list(catalogue.DATA_SETS)
    assert described["cifar10"].found == described["digits"].found == ("training", "held_out")
    assert described["cifar10"].missing == ()
    assert described["cifar10"].advice == ""
    assert (described["sst2"].found, described["sst2"].missing) == (("validation",), ("training", "held_out"))
    assert "sst2_train.tsv; make sst2_test.tsv" in described["sst2"].advice
    assert described["mnist"].found == ()


def test_splits_that_the_plain_form_alone_has_are_no_publishers() -> None:
    for data_set in catalogue.DATA_SETS.values():
        plain, *published = data_set.forms
        held = {split for form in published for split in form.files}
        assert set(data_set.unpublished) == (set(plain.files) - held if published else set())
