"""Tables and text in Markdown, of names and reasons that come from files and must stay text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reports.visible import visible

#: Signs that mean something to Markdown or to HTML wherever they are.
_ESCAPES = str.maketrans(
    {
        "\\": "\\\\",
        "|": "\\|",
        "*": "\\*",
        "~": "\\~",
        "`": "'",
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
    }
)
#: Signs that mean something by where they are: an underscore at a word's edge, which begins or ends emphasis;
#: what makes a link of the brackets before it; and what makes a heading, a list, a rule or a box to tick of a
#: line that begins with it.
_PLACED = re.compile(r"(?<![^\W_])_|_(?![^\W_])|\](?=[(\[:])|^[#+-](?=[\s#-]|$)|^\[(?=[ xX]\])")
_NUMBERED = re.compile(r"^(\d+)(?=[.)](?:\s|$))")


def plain(text: str) -> str:
    """Text of one line in which nothing is Markdown or HTML, and nothing is obeyed unseen (`visible`).

    An address on its own stays one, and says where it leads.
    """
    line = visible(" ".join(text.split())).translate(_ESCAPES)
    return _NUMBERED.sub(r"\1\\", _PLACED.sub(r"\\\g<0>", line))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; empty text where there is no row."""
    cells = list(rows)
    if not cells:
        return ""
    lines = [headings, ("---",) * len(headings), *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
