"""Texts from TSV, CSV and JSON Lines, by the names of columns."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import NamedTuple, NoReturn

import numpy as np

from models.data.files import DataFolder
from models.data.own import MOST_CLASSES, Table
from models.data.sources import Sentences, numbered
from models.errors import ModelError

#: Rows of a file and characters of a row: more than any labelled text has, and as much as memory holds.
MOST_ROWS, MOST_CHARACTERS = 10_000_000, 1 << 20
# The process has one limit for all its readers of CSV, 131,072 characters at first. It is only ever raised,
# once, so that no other reader finds less than it had.
csv.field_size_limit(max(csv.field_size_limit(), MOST_CHARACTERS))
#: How a number is spelled, in JSON or by a program that writes tables.
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
#: Half of a character in UTF-16, which JSON can spell and UTF-8 cannot hold.
_HALF = re.compile("[\ud800-\udfff]")


class Row(NamedTuple):
    """One text with its label, empty where the table has none, and the line on which it begins."""

    line: int
    text: str
    label: str


def read(folder: DataFolder, table: Table, split: str) -> Sentences:
    """A split of a table.

    Raises:
        ModelError: the file and the line of the first thing that is wrong.
    """
    name = table.place(split)
    rows = _rows(folder, table, name)
    texts = tuple(row.text for row in rows)
    ids = numbered(PurePath(name).name.partition(".")[0], split, len(rows))
    if table.label is None:
        return Sentences(texts, np.zeros(len(rows), np.int64), (), ids, folder.provenance)
    classes = table.classes or _classes(folder, table, split, rows)
    numbers = {label: number for number, label in enumerate(classes)}
    for row in rows:
        if row.label not in numbers:
            _fail(folder, name, row.line, f"the label {row.label!r} is none of {', '.join(classes[:20])}")
    labels = np.array([numbers[row.label] for row in rows], np.int64)
    return Sentences(texts, labels, classes, ids, folder.provenance)


def unquoted(field: str) -> str:
    """A field without its quotes, which double those within (RFC 4180); the text's own stay."""
    within = field[1:-1]
    quoted = len(field) > 1 and field[0] == field[-1] == '"' and '"' not in within.replace('""', "")
    return within.replace('""', '"') if quoted else field


def in_order(labels: set[str]) -> tuple[str, ...]:
    """Names of classes, numbers by value and words by letter."""
    numbers = all(_NUMBER.fullmatch(label) for label in labels)
    return tuple(sorted(labels, key=lambda label: (float(label) if numbers else 0.0, label)))


def _classes(folder: DataFolder, table: Table, split: str, rows: list[Row]) -> tuple[str, ...]:
    """Those of the training split, by which a model is trained; those of this one where there is none."""
    if split != "training" and table.training is not None:
        rows = _rows(folder, table, table.training)
    found = in_order({row.label for row in rows})
    if len(found) > MOST_CLASSES:
        raise ModelError(
            f"the column {table.label} of {table} has {len(found):,} labels, over {MOST_CLASSES:,}; "
            "name the column of a class"
        )
    return found


def _rows(folder: DataFolder, table: Table, name: str) -> list[Row]:
    """All rows of a file."""
    plain = name.removesuffix(".gz")
    reader = _READERS.get(PurePath(plain).suffix)
    if reader is None:
        raise ModelError(f"{name} ends on none of {', '.join(_READERS)}; name a file of one of these kinds")
    rows: list[Row] = []
    for line, fields in reader(folder, plain):
        columns = [table.text] if table.label is None else [table.text, table.label]
        for column in columns:
            if fault := _fault(fields, column):
                _fail(folder, plain, line, fault)
        text, label, *_ = *(str(fields[column]).strip() for column in columns), ""
        if len(text) > MOST_CHARACTERS:
            _fail(folder, plain, line, f"a text of {len(text):,} characters is over {MOST_CHARACTERS:,}")
        rows.append(Row(line, text, label))
        if len(rows) > MOST_ROWS:
            _fail(folder, plain, line, f"there are over {MOST_ROWS:,} rows")
    if not rows:
        raise ModelError(f"{folder.path / plain} has no row; fill it")
    return rows


def _fault(fields: Mapping[str, str | None], column: str) -> str | None:
    """What keeps a field of a row from being read; None where nothing does."""
    if column not in fields:
        return f"there is no {column!r} but {', '.join(map(repr, fields))}"
    value = fields[column]
    if value is None:
        return f"the {column} is no text, number, true or false"
    if half := _HALF.search(value):
        return f"the {column} has half of a character, {half[0]!r} without its other half"
    return None if value.strip() else f"the {column} is empty"


#: The fields of a row by their columns, None where JSON has no text for it, and the line on which it begins.
_Fields = Iterator[tuple[int, Mapping[str, str | None]]]
#: The same before the columns are known.
_Rows = Iterator[tuple[int, list[str]]]


def _tsv(folder: DataFolder, name: str) -> _Fields:
    """A line a row; quotes around a whole field are taken off."""
    lines = enumerate(folder.text(name).split("\n"), 1)
    rows = ((number, [unquoted(field) for field in line.split("\t")]) for number, line in lines)
    return _under_header(folder, name, rows)


def _csv(folder: DataFolder, name: str) -> _Fields:
    """As RFC 4180 has it: a quoted field may go over lines."""
    reader = csv.reader(io.StringIO(folder.text(name), newline=""), strict=True)

    def rows() -> _Rows:
        begins = 1
        try:
            for fields in reader:
                yield begins, fields
                begins = reader.line_num + 1
        except csv.Error as error:
            _fail(folder, name, begins, str(error))

    return _under_header(folder, name, rows())


def _json_lines(folder: DataFolder, name: str) -> _Fields:
    """An object a line, its numbers, true and false as they are spelled."""
    for number, line in enumerate(folder.text(name).split("\n"), 1):
        if line.strip():
            try:
                fields = json.loads(line, parse_float=str, parse_int=str)
            except (ValueError, RecursionError) as error:
                _fail(folder, name, number, f"this is not JSON ({error})")
            if not isinstance(fields, dict):
                _fail(folder, name, number, "this is no object with names")
            yield number, {key: _spelled(value) for key, value in fields.items()}


def _spelled(value: object) -> str | None:
    """A text, a number or a truth value; None for anything else that JSON has."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else None


#: The ending of a file's name → how it is read.
_READERS: Mapping[str, Callable[[DataFolder, str], _Fields]] = {
    ".tsv": _tsv,
    ".csv": _csv,
    ".jsonl": _json_lines,
}


def _under_header(folder: DataFolder, name: str, rows: _Rows) -> _Fields:
    """Rows by the names in the first of them; blank lines are none."""
    header: list[str] | None = None
    for line, fields in rows:
        if len(fields) < 2 and not "".join(fields).strip():
            continue
        if header is None:
            header = fields
            twice = next((column for column, count in Counter(header).items() if column and count > 1), None)
            if twice is not None:
                _fail(folder, name, line, f"the header has {twice!r} twice")
        elif len(fields) != len(header):
            _fail(folder, name, line, f"a row of {len(fields)} fields under a header of {len(header)}")
        else:
            yield line, dict(zip(header, fields, strict=True))


def _fail(folder: DataFolder, name: str, line: int, fault: str) -> NoReturn:
    raise ModelError(f"{folder.path / name}:{line}: {fault}; correct it")
