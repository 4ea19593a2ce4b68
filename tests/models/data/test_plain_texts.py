"""Long texts of a user's own: their files, how they are divided, and what is wrong with them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from pydantic import ValidationError

from models.data import catalogue, preparation
from models.data.literals import Characters
from models.data.sources import Text
from models.errors import ModelError
from tests.models.data.test_own import own

LINE = "to be or not to be\n"


def load(folder: Path, split: str, **told: object) -> Text:
    found = catalogue.load(own(kind="text", **told), split, folder)
    assert isinstance(found, Text)
    return found


def test_the_end_of_the_training_text_is_held_out(tmp_path: Path) -> None:
    """Every character is in one of the two, no word in both, and the cut is where it was asked for."""
    (tmp_path / "a.txt").write_text(LINE * 40)
    for fraction, told in ((0.1, {}), (0.25, {"held_out_fraction": 0.25})):
        parts = [load(tmp_path, split, training="a.txt", **told) for split in ("training", "held_out")]
        texts = [part.text for part in parts]
        assert "".join(texts) == LINE * 40
        assert texts[1][0].isspace()
        assert len(texts[1]) == pytest.approx(fraction * 40 * len(LINE), abs=4)
        assert parts[0].name == f"a[0:{len(texts[0])}]"
    assert load(tmp_path, "held_out", held_out="a.txt").text == LINE * 40


def test_files_follow_each_other_each_on_a_line_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"drei\n"))
    (tmp_path / "c.txt").write_text("four")
    found = load(tmp_path, "validation", training="c.txt", validation=["a.txt", "b.txt", "a.txt"])
    assert found.text == "one\ntwo\ndrei\none\ntwo"
    assert (found.name, found.provenance.files) == ("a-validation", ("a.txt", "b.txt"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, r"lacks a\.txt; put it there"),
        (b" \n", r"a\.txt is empty"),
        (b"one\ntw\xff", r"a\.txt:2: the byte 0xff is not UTF-8 text"),
        ("one".encode("utf-16"), r"a\.txt is UTF-16 text and not UTF-8"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    if content is not None:
        (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(ModelError, match=sentence):
        load(tmp_path, "training", training="a.txt")


def test_a_text_shorter_than_a_window_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LINE)
    text = load(tmp_path, "held_out", training="a.txt")
    literal = Characters(context=4, vocabulary=tuple(sorted(set(LINE))))
    sentence = (
        r"the text a\[18:19\] has 1 tokens, too few for a window of 4 and the token after it; give a long"
    )
    with pytest.raises(ModelError, match=sentence):
        preparation.count(text, literal)
    with pytest.raises(ModelError, match=sentence):
        preparation.samples(text, literal)


def test_what_is_learnt_is_not_held_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LINE)
    (tmp_path / "same.txt").symlink_to("a.txt")
    with pytest.raises(ModelError, match=r"a\.txt is both training and held_out, so that what is judged"):
        load(tmp_path, "training", training="a.txt", held_out=["same.txt"])
    with pytest.raises(ModelError, match=r"a\.txt have no split 'validation'; give one, beside training"):
        load(tmp_path, "validation", training="a.txt")
    with pytest.raises(ValidationError, match="held_out_fraction is of the training text where no file is"):
        own(kind="text", training="a.txt", held_out="b.txt", held_out_fraction=0.5)
    with pytest.raises(ValidationError, match="no split is anywhere"):
        own(kind="text")
