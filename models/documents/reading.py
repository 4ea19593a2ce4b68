"""Reads a YAML file within bounds that no file of a person's comes near: none takes long or much memory.

Plain words, numbers, lists and blocks of keys are read, and nothing else that YAML has: no tags, no dates, no
merged blocks, no numbers in base 8 or 60. Needs PyYAML and the standard library alone, because tox's plugin
reads declarations.
"""

from __future__ import annotations

import re
import unicodedata
from math import isfinite
from pathlib import Path
from typing import NoReturn

import yaml

from models import regular_files
from models.documents.document import Document, Location, Plain, shown
from models.encoding import decoded

#: Bytes, entries and levels of nesting of a file; aliases count as what they stand for.
LARGEST, MOST, DEEPEST = 1 << 18, 10_000, 20
#: The most characters of a number.
SHOWN_DIGITS = 40
#: Whole numbers are those of 64 bits, as the libraries have them.
LARGEST_NUMBER = 2**63 - 1

_TOO_MANY = f"the file has more than {MOST:,} entries; write fewer"
_TOO_DEEP = f"this is nested deeper than {DEEPEST}; write it flat"
_TAG = "tag:yaml.org,2002:"
_SCALARS = {
    "null": "nothing",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "text",
}
#: What YAML 1.1 reads in base 60 or 8, and nobody means.
_OTHER_BASE = re.compile(r"[-+]?(?:[0-9_]+:.*|0[0-7_]+)")


class _Refused(yaml.MarkedYAMLError):
    """Something that YAML allows and that has no place here."""


class _Composer(yaml.SafeLoader):
    """Composes nodes until there are too many."""

    entries = depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """A node; called by itself for the nodes within."""
        self.entries, self.depth = self.entries + 1, self.depth + 1
        if self.entries > MOST:
            raise _Refused(problem=_TOO_MANY, problem_mark=self.here())
        if self.depth > DEEPEST + 1:
            raise _Refused(problem=_TOO_DEEP, problem_mark=self.here())
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def here(self) -> yaml.Mark:
        """Where the next node begins."""
        mark: yaml.Mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        return mark


def read(path: Path, error: type[Exception]) -> Document:
    """Read a YAML file.

    Args:
        path: the file.
        error: what is raised.

    Raises:
        Exception: `error`: the file is missing, is no YAML, is no block of keys, is too large, holds a key
            twice, or holds a value that is neither a plain word nor a number.
    """
    root = _composed(path, error)
    lines: dict[Location, int] = {(): 1}
    if root is None:
        raise error(f"{path}:1: the file is empty; write keys into it, as the files under suites/ have them")
    content = _Plain(path, error, lines).of(root, ())
    if not isinstance(content, dict):
        kind = "a list" if isinstance(content, list) else f"{shown(content)} alone"
        raise error(f"{path}:1: the file must be a table of keys and values; it is {kind}")
    return Document(path, content, lines, error)


def _composed(path: Path, error: type[Exception]) -> yaml.Node | None:
    try:
        with regular_files.opened(path) as file:
            raw = file.read(LARGEST + 1)
    except OSError as cause:
        raise error(f"{path} cannot be read ({cause.strerror}); name a YAML file") from cause
    if len(raw) > LARGEST:
        raise error(f"{path} is larger than {LARGEST:,} bytes; name a YAML file that a person wrote")
    text = decoded(raw, path, error)
    composer = None
    try:
        composer = _Composer(text)
        root: yaml.Node | None = composer.get_single_node()
    except _Refused as refused:
        raise error(f"{path}:{_line(refused.problem_mark)}: {refused.problem}") from refused
    except yaml.MarkedYAMLError as cause:
        problem = cause.problem or cause.context
        raise error(
            f"{path}:{_line(cause.problem_mark)}: this is not YAML ({problem}); correct the line"
        ) from cause
    except yaml.reader.ReaderError as cause:
        line = len(re.findall(r"\r\n|\r|\n", text[: cause.position])) + 1
        raise error(
            f"{path}:{line}: this is not YAML (a character {_code(text[cause.position])}); take it out"
        ) from cause
    except (ValueError, OverflowError) as cause:  # an escape or a version of YAML that is past all numbers
        mark = None if composer is None else composer.get_mark()  # type: ignore[no-untyped-call]
        line = _line(mark)
        raise error(f"{path}:{line}: this is not YAML (a number is too large); correct the line") from cause
    return root


class _Plain:
    """Makes plain data of nodes; notes the line of every place."""

    def __init__(self, path: Path, error: type[Exception], lines: dict[Location, int]) -> None:
        self._path, self._error, self._lines = path, error, lines

    def of(self, node: yaml.Node, location: Location) -> Plain:
        """A node's data."""
        self._lines[location] = _line(node.start_mark)
        if len(self._lines) > MOST:  # anchors within anchors grow without end
            self._fail(node, _TOO_MANY)
        if len(location) > DEEPEST:  # an anchor that holds itself never ends
            self._fail(node, _TOO_DEEP)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.of(child, (*location, index)) for index, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node, location)
        self._fail(node, f"a tag such as {shown(node.tag)} has no place here; leave it out")

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Plain]:
        mapping: dict[str, Plain] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key in mapping:
                self._fail(key_node, f"the key {shown(key)} appears twice; keep one")
            place = (*location, key)
            mapping[key] = self.of(value_node, place)
            self._lines[place] = _line(key_node.start_mark)
        return mapping

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self._fail(node, "a key is a list or a block; write a plain word")
        if node.tag == f"{_TAG}merge":
            self._fail(node, "blocks are not merged here; write the entries out in place of <<")
        key = self._scalar(node)
        if not isinstance(key, str):
            self._fail(node, f"the key {node.value} is read as {_kind(node)}; quote it")
        return key

    def _scalar(self, node: yaml.ScalarNode) -> Plain:
        """A word or a number."""
        text, kind = node.value, node.tag.removeprefix(_TAG)
        if kind == "timestamp":
            self._fail(node, "this value cannot be read (a date has no place here); quote it")
        if kind not in _SCALARS:
            self._fail(node, f"a tag such as {shown(node.tag)} has no place here; leave it out")
        if kind == "str":
            return self._text(node)
        if kind in ("int", "float") and (len(text) > SHOWN_DIGITS or _OTHER_BASE.fullmatch(text)):
            self._fail(node, f"{shown(text)} is no number that people write; write it in full, in base 10")
        try:
            value: bool | int | float | None = yaml.SafeLoader("").construct_object(node)
        except (yaml.YAMLError, ValueError, LookupError, AttributeError, ArithmeticError):
            self._fail(node, f"this value cannot be read ({shown(text)} is not {_SCALARS[kind]}); correct it")
        if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
            self._fail(node, f"{shown(text)} is larger than any number of 64 bits; write a smaller one")
        if isinstance(value, float) and not isfinite(value):
            self._fail(node, f"{shown(text)} is not a finite number; write one")
        return value

    def _text(self, node: yaml.ScalarNode) -> str:
        """A word, without characters that no file and no terminal takes."""
        for character in node.value:
            if character not in "\t\n" and unicodedata.category(character) in ("Cc", "Cs"):
                self._fail(node, f"the text holds a character {_code(character)}; take it out")
        return str(node.value)

    def _fail(self, node: yaml.Node, sentence: str) -> NoReturn:
        raise self._error(f"{self._path}:{_line(node.start_mark)}: {sentence}")


def _line(mark: yaml.Mark | None) -> int:
    return 1 if mark is None else mark.line + 1


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def _kind(node: yaml.Node) -> str:
    return _SCALARS.get(node.tag.removeprefix(_TAG), "something else")
