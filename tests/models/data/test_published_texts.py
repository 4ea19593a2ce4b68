"""Every published form of texts gives what the plain form gives, and nothing else passes for it."""

from pathlib import Path

import pytest

from models.data import catalogue, texts
from models.errors import ModelError
from tests.models.data import published
from tests.models.data.reading import assert_read_alike, read


@pytest.mark.parametrize("size", [2, 103])
@pytest.mark.parametrize(
    ("split", "part"), [("training", "train"), ("validation", "valid"), ("held_out", "test")]
)
def test_wikitext(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, split: str, part: str) -> None:
    content = " \n = Title = \n \n a <unk> @-@ b é \n".encode()
    monkeypatch.setitem(texts.TOKENS[size], split, 12)
    published.unpack(tmp_path / "plain", {f"wikitext{size}_{part}.txt": content})
    files = {f"wikitext-{size}/wiki.{part}.tokens": content}
    assert_read_alike(tmp_path, f"wikitext{size}", split, files, f"wikitext-{size}-v1.zip")


@pytest.mark.parametrize("size", [2, 103])
def test_a_published_wikitext_that_is_cut_off_is_refused(tmp_path: Path, size: int) -> None:
    """In the plain form a text may be a part of it."""
    words = "a " * 999 + "\n"
    published.unpack(tmp_path, {f"wikitext-{size}/wiki.valid.tokens": words.encode()})
    with pytest.raises(ModelError, match=r"wiki\.valid\.tokens has 1000 words instead of 217646; replace"):
        catalogue.load(f"wikitext{size}", "validation", tmp_path)
    (tmp_path / f"wikitext{size}_valid.txt").write_text(words)
    assert len(catalogue.load(f"wikitext{size}", "validation", tmp_path)) == len(words)


def test_wikitext_with_more_words_than_published_is_refused(tmp_path: Path) -> None:
    (tmp_path / "wikitext2_valid.txt").write_text("a " * 217_646 + "\n")
    with pytest.raises(ModelError, match="217647 words instead of 217646"):
        catalogue.load("wikitext2", "validation", tmp_path)


@pytest.mark.parametrize(("split", "part"), [("training", "train"), ("validation", "dev")])
def test_sst2_as_glue_has_it(tmp_path: Path, split: str, part: str) -> None:
    """Recipes choose by `validation`, so GLUE's dev must never be reported on as held out."""
    rows = "a good film \t1\nbad\t0\n"
    published.unpack(tmp_path / "plain", {f"sst2_{part}.tsv": rows.encode()})
    files = {f"SST-2/{part}.tsv": f"sentence\tlabel\n{rows}".encode()}
    assert_read_alike(tmp_path, "sst2", split, files, "SST-2.zip")


def test_glue_holds_nothing_out_and_says_what_to_make(tmp_path: Path) -> None:
    rows = b"sentence\tlabel\na\t1\n"
    parts = ("train", "dev", "test")
    published.pack(tmp_path / "SST-2.zip", {f"SST-2/{part}.tsv": rows for part in parts})
    with pytest.raises(ModelError, match=r"the held_out split of sst2 is not there; make sst2_test\.tsv in "):
        catalogue.load("sst2", "held_out", tmp_path)
    (tmp_path / "sst2_test.tsv").write_text("held out\t1\n")
    assert len(catalogue.load("sst2", "held_out", tmp_path)) == 1
    assert read(tmp_path, "sst2", "validation").provenance.files == ("SST-2.zip",)


def test_glue_without_its_header_is_refused(tmp_path: Path) -> None:
    published.unpack(tmp_path, {"SST-2/dev.tsv": b"a\t1\n"})
    with pytest.raises(ModelError, match="header of GLUE"):
        read(tmp_path, "sst2", "validation")
