"""A user's own data: rows of files by column, and folders of images, as recipes and suites name them."""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydantic import TypeAdapter, ValidationError

from models import recipe, splits
from models.architectures.options import ORIGINAL
from models.data import catalogue, image_folders, tables
from models.data.own import OwnData, Table
from models.data.sources import Images, Sentences, Source
from models.errors import ModelError
from tests.models.committed import RECIPES

TEXTS = ('a "good" film', "bad, bad film", "long\nfilm", "fine")
LABELS = ("10", "2", "2", "10")


def own(**told: object) -> OwnData:
    return TypeAdapter(OwnData).validate_python(told)


def table(split: str = "training", **told: object) -> OwnData:
    return own(**{"kind": "table", "text": "sentence", "label": "mood"} | told)


def write_csv(path: Path) -> None:
    rows = [
        f'1,"{text.replace(chr(34), chr(34) * 2)}",{label}\r\n'
        for text, label in zip(TEXTS, LABELS, strict=True)
    ]
    path.write_text("".join(["number,sentence,mood\r\n", *rows]), newline="")


def write_tsv(path: Path) -> None:
    rows = [f"{text}\t{label}" for text, label in zip(TEXTS, LABELS, strict=True) if "\n" not in text]
    path.write_text("\n".join(["sentence\tmood", *rows]) + "\n")


def write_json_lines(path: Path) -> None:
    rows = [
        json.dumps({"mood": int(label), "sentence": text, "more": [1]})
        for text, label in zip(TEXTS, LABELS, strict=True)
    ]
    path.write_text("\n\n".join(rows))


def load(data: OwnData, folder: Path, split: str = "training") -> Source:
    return catalogue.load(data, split, folder)


@pytest.mark.parametrize(
    ("name", "write", "kept"),
    [
        ("t.csv", write_csv, [0, 1, 2, 3]),
        ("t.tsv", write_tsv, [0, 1, 3]),
        ("t.jsonl", write_json_lines, [0, 1, 2, 3]),
    ],
)
def test_rows_by_column(tmp_path: Path, name: str, write: object, kept: list[int]) -> None:
    write(tmp_path / name)  # type: ignore[operator]
    found = load(table(training=name), tmp_path)
    assert isinstance(found, Sentences)
    assert found.texts == tuple(TEXTS[row] for row in kept)
    assert found.class_names == ("2", "10")  # by value
    assert [found.class_names[label] for label in found.labels] == [LABELS[row] for row in kept]
    assert found.ids[0] == "t-training-00000"
    packed = tmp_path / f"more-{name}.gz"
    packed.write_bytes(gzip.compress((tmp_path / name).read_bytes()))
    again = load(table(training=packed.name), tmp_path)
    assert again.digest() == found.digest()
    assert load(table(training=str(tmp_path / name)), Path("elsewhere")).digest() == found.digest()


def test_a_split_has_the_training_splits_classes(tmp_path: Path) -> None:
    write_csv(tmp_path / "train.csv")
    (tmp_path / "test.csv").write_text("sentence,mood\nx,10\ny,10\n")
    found = load(table(training="train.csv", held_out="test.csv"), tmp_path, "held_out")
    assert isinstance(found, Sentences)
    assert (found.class_names, found.labels.tolist()) == (("2", "10"), [1, 1])
    assert load(table(held_out="test.csv", classes=["10", "2"]), tmp_path, "held_out").class_names == (
        "10",
        "2",
    )
    with pytest.raises(ModelError, match=r"test\.csv have no split 'validation'; give one, beside held_out"):
        load(table(held_out="test.csv"), tmp_path, "validation")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.tsv", "sentence\tmood\nx\t1\ny", r"a\.tsv:3: a row of 1 fields under a header of 2"),
        ("a.tsv", "text\tmood\nx\t1\n", r"a\.tsv:2: there is no 'sentence' but 'text', 'mood'"),
        ("a.tsv", "sentence\tmood\nx\t1\n \t1\n", r"a\.tsv:3: the sentence is empty"),
        ("a.csv", 'sentence,mood\n"x\ny",1\nz\n', r"a\.csv:4: a row of 1 fields"),
        ("a.csv", 'sentence,mood\nx,1\n"y', r"a\.csv:3: unexpected end of data"),
        ("a.csv", "sentence,mood\n", r"a\.csv has no row"),
        ("a.jsonl", '{"sentence": "x", "mood": 1}\n[]\n', r"a\.jsonl:2: this is no object"),
        ("a.jsonl", '{"sentence": "x", "mood": 1}\n{', r"a\.jsonl:2: this is not JSON"),
        ("a.jsonl", '{"sentence": "x", "mood": null}', r"a\.jsonl:1: the mood is no text, number, true or f"),
        (
            "a.jsonl",
            '{"sentence": "x", "label": true}',
            r"a\.jsonl:1: there is no 'mood' but 'sentence', 'lab",
        ),
        (
            "a.jsonl",
            '{"sentence": "\\ud83d", "mood": 1}',
            r"a\.jsonl:1: the sentence has half of a character",
        ),
        ("a.jsonl", '{"sentence": "x", "mood": "\\ude00"}', r"a\.jsonl:1: the mood has half of a character"),
        ("a.csv", "sentence,mood,mood\nx,1,2\n", r"a\.csv:1: the header has 'mood' twice"),
        ("a.tsv", "\nsentence\tmood\tmood\nx\t1\t2\n", r"a\.tsv:2: the header has 'mood' twice"),
        ("a.tsv", "\t".join(map(str, range(200_000))), r"a\.tsv has no row"),
        ("a.csv", 'sentence,mood\n"x\u2028y\x0c",1\nz\n', r"a\.csv:3: a row of 1 fields"),
        ("a.parquet", "", r"ends on none of \.tsv, \.csv, \.jsonl"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    tmp_path: Path, name: str, content: str, sentence: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ModelError, match=sentence):
        load(table(training=name), tmp_path)


def test_a_strange_label_and_long_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_csv(tmp_path / "t.csv")
    with pytest.raises(ModelError, match=r"t\.csv:3: the label '2' is none of 10, 3"):
        load(table(training="t.csv", classes=["10", "3"]), tmp_path)
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    with pytest.raises(ModelError, match=r"t\.csv:6: there are over 3 rows"):
        load(table(training="t.csv"), tmp_path)
    monkeypatch.setattr(tables, "MOST_CHARACTERS", 4)
    with pytest.raises(ModelError, match=r"t\.csv:2: a text of 13 characters is over 4"):
        load(table(training="t.csv"), tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(tables, "MOST_CLASSES", 1)
    with pytest.raises(
        ModelError, match=r"column mood of t\.csv has 2 labels, over 1; name the column of a class"
    ):
        load(table(training="t.csv"), tmp_path)


def labelled(folder: Path, name: str, content: str) -> tuple[tuple[str, ...], list[str]]:
    """The texts of a file of rows, and the names of their classes."""
    (folder / name).write_bytes(content.encode())
    found = load(table(training=name), folder)
    assert isinstance(found, Sentences)
    return found.texts, [found.class_names[label] for label in found.labels]


@pytest.mark.parametrize("within", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_only_ends_of_lines_end_a_row(tmp_path: Path, within: str) -> None:
    found = labelled(tmp_path, "a.csv", f"sentence,mood\r\na{within}b,1\r\n")
    assert found == ((f"a{within}b",), ["1"])


@pytest.mark.parametrize(("name", "between"), [("a.csv", ","), ("a.tsv", "\t")])
def test_blank_lines_are_no_rows(tmp_path: Path, name: str, between: str) -> None:
    lines = ["", "sentence|mood", "", "a|1", "  ", "b|2", "", ""]
    assert labelled(tmp_path, name, "\n".join(lines).replace("|", between)) == (("a", "b"), ["1", "2"])


def test_a_field_of_a_table_is_as_long_as_a_text_may_be(tmp_path: Path) -> None:
    long = "a" * tables.MOST_CHARACTERS
    assert labelled(tmp_path, "a.csv", f"sentence,mood\n{long},1\n")[0] == (long,)
    with pytest.raises(ModelError, match=r"a\.csv:2: field larger than field limit \(1048576\)"):
        labelled(tmp_path, "a.csv", f"sentence,mood\n{long}a,1\n")


def test_texts_may_have_no_labels_where_nothing_learns_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    (tmp_path / "a.csv").write_text("sentence,other\nfine,\nbad,1\n")
    data = table(training="a.csv", validation="a.csv", held_out="a.csv", label=None)
    found = load(data, tmp_path)
    assert isinstance(found, Sentences)
    assert (found.texts, found.labels.tolist()) == (("fine", "bad"), [0, 0])
    assert not found.labelled
    known = recipe.load(RECIPES / "bert_sst2.yaml")
    with pytest.raises(ModelError, match="trained from nothing by labels alone; name their column as label"):
        splits.split(known.model_copy(update={"data": data}))
    chosen = known.model_copy(update={"data": data, "original": tmp_path, "he_friendly": ORIGINAL})
    assert not splits.split(chosen).labelled
    embedding = known.shape.model_copy(update={"head": False})
    assert len(splits.split(chosen.model_copy(update={"architecture": embedding})).validation) == 2


def test_truth_values_are_labels(tmp_path: Path) -> None:
    rows = '{"sentence": "a", "mood": true}\n{"sentence": "b", "mood": false}\n'
    assert labelled(tmp_path, "a.jsonl", rows) == (("a", "b"), ["true", "false"])


@pytest.mark.parametrize(
    ("labels", "ordered"),
    [
        ({"1", "01", "001", "2", "-3"}, ("-3", "001", "01", "1", "2")),
        ({"10.0", "2.0", "-1.5", "1e-2"}, ("-1.5", "1e-2", "2.0", "10.0")),
        ({"9" * 5000, "8"}, ("8", "9" * 5000)),
        ({"10", "2", "nan"}, ("10", "2", "nan")),
    ],
)
def test_numbers_are_ordered_by_value(labels: set[str], ordered: tuple[str, ...]) -> None:
    assert tables.in_order(labels) == ordered


def pictures(folder: Path, name: str, *colours: tuple[int, int, int]) -> None:
    (folder / name).mkdir(parents=True)
    for number, colour in enumerate(colours):
        Image.new("RGB", (6 + number, 4), colour).save(folder / name / f"{number}.png")
    (folder / name / "notes.txt").write_text("no image")


def test_folders_are_classes(tmp_path: Path) -> None:
    pictures(tmp_path / "flowers", "tulip", (9, 8, 7), (30, 20, 10))
    pictures(tmp_path / "flowers", "rose", (1, 2, 3))
    told = {"kind": "image_folders", "training": "flowers", "side": 4}
    found = load(own(**told), tmp_path)
    assert isinstance(found, Images)
    assert (found.class_names, found.labels.tolist()) == (("rose", "tulip"), [0, 1, 1])
    assert found.images.shape == (3, 4, 4, 3)
    np.testing.assert_array_equal(found.images[2], np.broadcast_to([30, 20, 10], (4, 4, 3)))
    grey = load(own(**told | {"channels": 1}), tmp_path)
    assert isinstance(grey, Images)
    assert grey.images.shape == (3, 4, 4, 1)


def test_an_image_is_stretched_or_cut_to_a_square(tmp_path: Path) -> None:
    (tmp_path / "f" / "a").mkdir(parents=True)
    bars = np.repeat(np.array([[0, 100, 100, 200]], np.uint8), 2, axis=0)
    Image.fromarray(bars).save(tmp_path / "f" / "a" / "bars.png")
    told = {"kind": "image_folders", "training": "f", "side": 2, "channels": 1}
    cut, stretched = (load(own(**told, fit=fit), tmp_path) for fit in ("cut", "stretch"))
    assert isinstance(cut, Images)
    assert isinstance(stretched, Images)
    assert cut.images[0, 0, :, 0].tolist() == [100, 100]
    assert stretched.images[0, 0, 0, 0] < 60 < 140 < stretched.images[0, 0, 1, 0]


def test_an_image_is_turned_as_its_camera_was(tmp_path: Path) -> None:
    (tmp_path / "f" / "a").mkdir(parents=True)
    turned = Image.Exif()
    turned[0x0112] = 6  # the first column of pixels is the top of the scene
    image = Image.fromarray(np.array([[10, 200], [10, 200]], np.uint8))
    image.resize((64, 64), Image.Resampling.NEAREST).save(tmp_path / "f" / "a" / "0.jpg", exif=turned)
    found = load(own(kind="image_folders", training="f", side=2, channels=1), tmp_path)
    assert isinstance(found, Images)
    top, bottom = found.images[0, :, :, 0].tolist()
    assert max(top) < 60 < 150 < min(bottom)


def test_images_of_one_folder_have_no_labels(tmp_path: Path) -> None:
    pictures(tmp_path, "photos", (1, 2, 3), (30, 20, 10))
    pictures(tmp_path / "sorted", "rose", (1, 2, 3))
    (tmp_path / "photos" / ".thumbnails").mkdir()
    told = {"kind": "image_folders", "training": "photos", "side": 4}
    found = load(own(**told), tmp_path)
    assert isinstance(found, Images)
    assert (found.labelled, found.class_names, found.labels.tolist()) == (False, (), [0, 0])
    assert found.ids == ("photos-training-00000", "photos-training-00001")
    np.testing.assert_array_equal(found.images[1], np.broadcast_to([30, 20, 10], (4, 4, 3)))
    for training, held_out in (("photos", "sorted"), ("sorted", "photos")):
        mixed = own(**told | {"training": training, "held_out": held_out})
        with pytest.raises(ModelError, match="photos has 0 folders; make one for each class"):
            load(mixed, tmp_path, "held_out")


def test_a_split_of_images_may_lack_a_class(tmp_path: Path) -> None:
    pictures(tmp_path / "train", "rose", (1, 2, 3))
    pictures(tmp_path / "train", "tulip", (1, 2, 3))
    pictures(tmp_path / "test", "tulip", (1, 2, 3))
    told = own(kind="image_folders", training="train", held_out="test", side=4)
    found = load(told, tmp_path, "held_out")
    assert isinstance(found, Images)
    assert (found.class_names, found.labels.tolist()) == (("rose", "tulip"), [1])


def test_sixteen_bits_are_scaled_and_hidden_files_left_alone(tmp_path: Path) -> None:
    (tmp_path / "f" / "a").mkdir(parents=True)
    levels = np.array([[0, 257], [128 * 257, 65535]], np.uint16)
    Image.fromarray(levels).save(tmp_path / "f" / "a" / "0.png")
    (tmp_path / "f" / "a" / "._0.png").write_bytes(b"\0\5\x16\7")
    told = {"kind": "image_folders", "training": "f", "side": 2, "channels": 1}
    found = load(own(**told), tmp_path)
    assert isinstance(found, Images)
    assert found.images[0, :, :, 0].tolist() == [[0, 1], [128, 255]]
    Image.fromarray(np.ones((2, 2), np.float32)).save(tmp_path / "f" / "a" / "1.tif")
    with pytest.raises(ModelError, match=r"1\.tif is no image that can be read \(nothing says what is white"):
        load(own(**told), tmp_path)


def test_the_middle_is_cut_out_of_a_larger_image_as_the_image_processor_of_deit_does(tmp_path: Path) -> None:
    (tmp_path / "f" / "a").mkdir(parents=True)
    pixels = np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "f" / "a" / "noise.png")
    told = {"kind": "image_folders", "training": "f", "side": 4, "resize": 7, "resample": "bicubic"}
    found = load(own(**told), tmp_path)
    assert isinstance(found, Images)
    whole = np.asarray(Image.fromarray(pixels).resize((7, 7), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(found.images[0], whole[1:5, 1:5])
    with pytest.raises(ValidationError, match="4 pixels cannot be cut out of 3"):
        own(**told | {"resize": 3})


def test_an_image_of_too_many_pixels_is_refused_before_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    path = tmp_path / "train" / "one.png"
    Image.new("L", (4, 4)).save(path)
    sizes = struct.pack(">II", 9000, 9000)
    content = bytearray(path.read_bytes())
    content[16:24] = sizes
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"9000×9000 pixels are over 67,108,864"):
        load(own(kind="image_folders", training="train", side=4), tmp_path)


def test_folders_that_are_none_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"kind": "image_folders", "training": "train", "held_out": "test", "side": 4}
    with pytest.raises(ModelError, match="train is not there"):
        load(own(**told), tmp_path)
    pictures(tmp_path / "train", "rose", (1, 2, 3))
    pictures(tmp_path / "test", "rose")
    with pytest.raises(ModelError, match=r"rose has no image .*put those of this class directly into it"):
        load(own(**told), tmp_path, "held_out")
    (tmp_path / "test" / "rose" / "notes.txt").unlink()
    (tmp_path / "test" / "rose").rmdir()
    pictures(tmp_path / "test", "weed", (1, 2, 3))
    with pytest.raises(ModelError, match="test has weed beside the classes rose"):
        load(own(**told), tmp_path, "held_out")
    (tmp_path / "train" / "rose" / "broken.png").write_bytes(b"\x89PNG")
    with pytest.raises(ModelError, match=r"broken\.png is no image that can be read"):
        load(own(**told), tmp_path)
    monkeypatch.setattr(image_folders, "MOST_BYTES", 95)
    with pytest.raises(ModelError, match="2 images of 4×4 pixels are over 95 bytes; write a smaller side"):
        load(own(**told), tmp_path)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("{kind: table, training: a.tsv, label: l}", "recipe.yaml:5: the key 'text' is missing"),
        ("{kind: table, training: a.tsv, text: t, classes: [a]}", "name their column as label, or leave"),
        ("{kind: tabel, training: a.tsv}", "recipe.yaml:5: data.kind is 'tabel'; did you mean table?"),
        ("{kind: table, text: t, label: l}", "recipe.yaml:5: data: no split is anywhere"),
        ("{kind: table, training: a.tsv, text: t, label: l, classes: [a, a]}", "classes names one twice"),
    ],
)
def test_a_recipe_tells_what_is_wrong_of_its_data(tmp_path: Path, data: str, sentence: str) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text((RECIPES / "bert_sst2.yaml").read_text().replace("data: sst2", f"data: {data}"))
    with pytest.raises(ModelError, match=sentence):
        recipe.load(path)


@pytest.mark.parametrize(
    ("per_class", "labels", "sentence"),
    [
        (3, "0011112", r"takes 3 samples of each class and a\.csv has 1 of '2'.*; add some of it, or set"),
        (3, "001111", r"takes 3 samples of each class and a\.csv has 2 of '0'.*; set per_class to 1 at most"),
        (2, "0011", "set per_class to 1 at most"),
        (1, "0011", None),
    ],
)
def test_validation_leaves_some_of_every_class_to_train_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, per_class: int, labels: str, sentence: str | None
) -> None:
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    (tmp_path / "a.csv").write_text("sentence,mood\n" + "".join(f"fine,{label}\n" for label in labels))
    known = recipe.load(RECIPES / "bert_sst2.yaml")
    wanted = known.validation.model_copy(update={"split": None, "per_class": per_class})
    data = table(training="a.csv", held_out="a.csv")
    chosen = known.model_copy(update={"data": data, "validation": wanted})
    if sentence is None:
        assert splits.split(chosen).validation.labels.tolist() == [0, 1]
    else:
        with pytest.raises(ModelError, match=sentence):
            splits.split(chosen)


def test_a_recipe_has_its_own_data(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    data = "{kind: table, training: a.tsv, held_out: b.tsv, text: sentence, label: mood}"
    path.write_text((RECIPES / "bert_sst2.yaml").read_text().replace("data: sst2", f"data: {data}"))
    found = recipe.load(path).data
    assert found == Table(kind="table", training="a.tsv", held_out="b.tsv", text="sentence", label="mood")
    assert str(found) == "a.tsv"
