"""Bytes of a file as text, the same for everything that is read as text: UTF-8, with or without its mark."""

from __future__ import annotations

import codecs
import re

from models.errors import ModelError

#: What other encodings begin with; the longer marks first, because one begins with another.
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_LINE_END = re.compile(rb"\r\n|\r|\n")


def decoded(raw: bytes, origin: object, error: type[Exception] = ModelError) -> str:
    """The text of a file, its line ends as they are; a byte order mark is no part of it.

    Args:
        raw: the file's bytes.
        origin: the file, for sentences.
        error: what is raised.

    Raises:
        ModelError: or `error`: the bytes are not UTF-8, or hold a character 0, which UTF-16 is full of.
    """
    for mark, name in _MARKS:
        if raw.startswith(mark):
            raise error(f"{origin} is {name} text and not UTF-8; save it as UTF-8")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        where, byte = f"{origin}:{_line(raw, cause.start)}", f"0x{raw[cause.start]:02x}"
        raise error(f"{where}: the byte {byte} is not UTF-8 text; save the file as UTF-8") from cause
    if "\0" in text:
        raise error(f"{origin}:{_line(raw, raw.index(0))}: a character 0 is no text; save the file as UTF-8")
    return text


def _line(raw: bytes, position: int) -> int:
    return len(_LINE_END.findall(raw, 0, position)) + 1
