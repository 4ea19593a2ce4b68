"""What is obeyed and not seen is written as its code; everything else stays."""

from __future__ import annotations

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.visible import LINES, visible

#: Any sign, halves of pairs included: so undecodable names of files come in.
ANYTHING = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("vit_tiny/digits :x: [bold] 12 %", "vit_tiny/digits :x: [bold] 12 %"),
        ("größer ✓ 中文 עברית", "größer ✓ 中文 עברית"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b31m", r"\x9b31m"),
        ("back\b\b\rover", r"back\x08\x08\rover"),
        ("one\ntwo\tthree", r"one\ntwo\tthree"),
        ("\u202egnp.exe\u2066", r"\u202egnp.exe\u2066"),
        ("\ufeffmark and soft\u00adhyphen", r"\ufeffmark and soft\xadhyphen"),
        ("two\u2028lines", r"two\u2028lines"),
        ("undecodable \udcff", r"undecodable \udcff"),
        ("tag \U000e0041", r"tag \U000e0041"),
    ],
)
def test_each_kind(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANYTHING)
def test_nothing_is_left_that_is_obeyed(text: str) -> None:
    shown = visible(text)
    assert {category(sign) for sign in shown} & {"Cc", "Cs", "Zl", "Zp"} == set()
    assert not any(sign in shown for sign in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u061c")
    assert visible(shown) == shown


@given(ANYTHING)
def test_lines_stay_lines(text: str) -> None:
    assert visible(text, LINES).split("\n") == [visible(line) for line in text.split("\n")]


@given(st.text(st.characters(exclude_categories=("C", "Zl", "Zp"))))
def test_what_can_be_seen_stays(text: str) -> None:
    assert visible(text) == text
