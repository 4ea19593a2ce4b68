"""Text of which everything can be seen: what a terminal or a reader would obey is written as its code."""

from __future__ import annotations

from unicodedata import category

#: Controls (escapes begin with one), what turns the direction of text or is not to be seen, half of a pair,
#: and separators of lines.
OBEYED = ("Cc", "Cf", "Cs", "Zl", "Zp")
#: Letters of Persian, of Indic scripts and of composed signs are joined and kept apart by these two.
JOINERS = "\u200c\u200d"
#: What a text of several lines keeps.
LINES = f"{JOINERS}\n"


def visible(text: str, keep: str = JOINERS) -> str:
    r"""A text with the code of whatever is obeyed and not seen: the escape before a colour becomes `\x1b`.

    Args:
        text: whatever a user, a file or a library has called something, or said.
        keep: what stays although it is obeyed, such as the ends of lines of a text of several.
    """
    if text.isprintable():
        return text
    return "".join(_shown(sign) if category(sign) in OBEYED and sign not in keep else sign for sign in text)


def _shown(sign: str) -> str:
    return sign.encode("unicode_escape").decode()
