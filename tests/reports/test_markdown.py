"""What comes from a file stays text in Markdown."""

import pytest

from reports.markdown import plain, table


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("n14_first48_scale40_depth8_digits9", "n14_first48_scale40_depth8_digits9"),
        ("ratio 1.100 [1.05, 1.15], p 0.001", "ratio 1.100 [1.05, 1.15], p 0.001"),
        ("-3.0%, and up to 1 % is not a difference", "-3.0%, and up to 1 % is not a difference"),
        ("vit_tiny/digits", "vit_tiny/digits"),
        ("_all_ of *it* is ~~bold~~", r"\_all\_ of \*it\* is \~\~bold\~\~"),
        ("__init__", r"\_\_init\_\_"),
        ("a|b", r"a\|b"),
        (r"a\|b", r"a\\\|b"),
        ("[text](http://elsewhere)", r"[text\](http://elsewhere)"),
        ("![image](http://elsewhere)", r"![image\](http://elsewhere)"),
        ("[text]: http://elsewhere", r"[text\]: http://elsewhere"),
        ("[text][name]", r"[text\][name]"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("`code`", "'code'"),
        ("&lt;", "&amp;lt;"),
        ("one\n# two\r\n\tthree", "one # two three"),
        ("# heading", r"\# heading"),
        ("## heading", r"\## heading"),
        ("- item", r"\- item"),
        ("    indented", "indented"),
        ("---", r"\---"),
        ("12. item", r"12\. item"),
        ("12.5 s", "12.5 s"),
        ("[ ] to do", r"\[ ] to do"),
        ("a \x1b[31mred\x07 name", r"a \\x1b[31mred\\x07 name"),
        ("\u202egnp.exe", r"\\u202egnp.exe"),
    ],
)
def test_text_stays_text(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_table_and_none() -> None:
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert table(("a", "b"), []) == ""
