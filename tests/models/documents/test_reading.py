"""YAML within bounds: what is refused, where, and that nothing takes long."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.documents.document import SHOWN, shown
from models.documents.reading import DEEPEST, LARGEST, MOST, read
from models.errors import ModelError


def refusal(folder: Path, content: str | bytes) -> str:
    """The sentence with which a file is refused, without the folder."""
    path = folder / "file.yaml"
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    with pytest.raises(ModelError) as caught:
        read(path, ModelError)
    text = str(caught.value)
    assert text.startswith(str(path))
    assert "\n" not in text
    assert len(text) < len(str(path)) + 300
    return text.removeprefix(str(folder) + "/")


def test_plain_words_numbers_lists_and_blocks_are_read_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text('a: 1\nb: [2.5, "3", ~, true]\nc: {d: &x [e], f: *x}\ng: |\n  two\n  lines\n')
    document = read(path, ModelError)
    assert document.content == {
        **{"a": 1, "b": [2.5, "3", None, True]},
        **{"c": {"d": ["e"], "f": ["e"]}, "g": "two\nlines\n"},
    }
    assert [document.line(place) for place in (("a",), ("b", 1), ("c", "f"), ("g",), ("none",))] == [
        *(1, 2, 3, 4, 1)
    ]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path, mark: bytes) -> None:
    (tmp_path / "file.yaml").write_bytes(mark + b"suite: x\r\ntitle: y\r")
    assert read(tmp_path / "file.yaml", ModelError).content == {"suite": "x", "title": "y"}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("!!bool x", "'x' is not true or false"),
        ("!!int ''", "'' is not a whole number"),
        ("!!int x", "'x' is not a whole number"),
        ("!!float ''", "'' is not a number"),
        ("!!float x", "'x' is not a number"),
        ("!!timestamp x", "a date has no place here"),
        ("!!timestamp 2024-01-01", "a date has no place here"),
        ("2024-01-01", "a date has no place here"),
        ("!!binary x", "a tag such as 'tag:yaml.org,2002:binary' has no place here; leave it out"),
        ("!!python/object/apply:os.system [x]", "a tag such as"),
        ("!own x", "a tag such as '!own' has no place here; leave it out"),
        ("!!set {x}", "a tag such as"),
        ("!!omap [x: y]", "a tag such as"),
        ("!!str [x]", "a tag such as"),
        ("!!map x", "a tag such as 'tag:yaml.org,2002:map' has no place here; leave it out"),
        (".inf", "'.inf' is not a finite number"),
        ("-.Inf", "'-.Inf' is not a finite number"),
        (".nan", "'.nan' is not a finite number"),
        ("1.0e+400", "'1.0e+400' is not a finite number"),
        ("9" * 400, "is no number that people write"),
        ("0x" + "f" * 400, "is no number that people write"),
        ("9223372036854775808", "is larger than any number of 64 bits"),
        ("1:30", "'1:30' is no number that people write"),
        ("1:30.5", "'1:30.5' is no number that people write"),
        ("010", "'010' is no number that people write"),
        ('"a\\0b"', "the text holds a character U+0000"),
        ('"\\e[31m"', "the text holds a character U+001B"),
        ('"\\ud800"', "the text holds a character U+D800"),
        ("*none", "this is not YAML (found undefined alias"),
        ('"\\U00110000"', "this is not YAML (a number is too large); correct the line"),
        ('"\\UFFFFFFFF"', "this is not YAML (a number is too large); correct the line"),
        ("%x", "this is not YAML"),
        ("{<<: {b: 1}}", "blocks are not merged here"),
        ("{b: 1, c: {d: 1, d: 2}}", "the key 'd' appears twice; keep one"),
        ("{yes: 1}", "the key yes is read as true or false; quote it"),
        ("{1: 1}", "the key 1 is read as a whole number; quote it"),
        ("{[b]: 1}", "a key is a list or a block"),
        ("&x [*x]", f"nested deeper than {DEEPEST}"),
        ("[" * 30_000, f"nested deeper than {DEEPEST}"),
        ("{b: " * 30_000, f"nested deeper than {DEEPEST}"),
    ],
)
def test_what_has_no_place_is_refused_at_its_line(tmp_path: Path, value: str, sentence: str) -> None:
    told = refusal(tmp_path, f"first: 1\na: {value}\n")
    assert told.startswith("file.yaml:2: ") or value == "%x"
    assert sentence in told


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "file.yaml:1: the file is empty"),
        (b"# nothing\n", "file.yaml:1: the file is empty"),
        (b"- a\n- list\n", "file.yaml:1: the file must be a table of keys and values; it is a list"),
        (b"a word\n", "file.yaml:1: the file must be a table of keys and values; it is 'a word' alone"),
        (b"word " * 9_000, f"it is {shown('word ' * 20)} alone"),
        (b"12\n", "it is 12 alone"),
        (b"a: 1\n---\nb: 2\n", "file.yaml:2: this is not YAML"),
        (b"a: 1\nb: \x07\n", "file.yaml:2: this is not YAML (a character U+0007)"),
        (b"a: 1\r\nb: \xe9\r\n", "file.yaml:2: the byte 0xe9 is not UTF-8 text"),
        ("a: 1\n".encode("utf-16"), "file.yaml is UTF-16 text and not UTF-8; save it as UTF-8"),
        ("a: 1\n".encode("utf-32"), "file.yaml is UTF-32 text and not UTF-8; save it as UTF-8"),
        ("a: 1\n".encode("utf-16-le"), "file.yaml:1: a character 0 is no text"),
        (b"#" * (LARGEST + 1), f"file.yaml is larger than {LARGEST:,} bytes"),
        (b"a: [" + b"1," * (MOST + 1) + b"]", f"file.yaml:1: the file has more than {MOST:,} entries"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_block_of_keys(tmp_path: Path, content: bytes, sentence: str) -> None:
    assert sentence in refusal(tmp_path, content)


def test_anchors_within_anchors_count_as_what_they_stand_for(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    assert f"more than {MOST:,} entries" in refusal(tmp_path, "\n".join(lines))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no\.yaml cannot be read \(No such file or directory\)"):
        read(tmp_path / "no.yaml", ModelError)
    with pytest.raises(ModelError, match="cannot be read"):
        read(tmp_path, ModelError)


def test_a_long_value_is_cut_off() -> None:
    assert shown("short") == "'short'"
    assert len(shown("x" * 1000)) == SHOWN
    assert shown(["x"] * 1000).endswith("…")
