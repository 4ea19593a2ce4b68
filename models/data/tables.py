"""Labelled texts from TSV, CSV and JSON Lines, by the names of columns."""

from __future__ import annotations

import csv
import json
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


class Row(NamedTuple):
    """One labelled text, and the line on which it begins."""

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
    classes = table.classes or _classes(folder, table, split, rows)
    numbers = {label: number for number, label in enumerate(classes)}
    for row in rows:
        if row.label not in numbers:
            _fail(folder, name, row.line, f"the label {row.label!r} is none of {', '.join(classes[:20])}")
    labels = np.array([numbers[row.label] for row in rows], np.int64)
    texts = tuple(row.text for row in rows)
    ids = numbered(PurePath(name).name.partition(".")[0], split, len(rows))
    return Sentences(texts, labels, classes, ids, folder.provenance)


def unquoted(field: str) -> str:
    """A field without its quotes, which double those within (RFC 4180); the text's own stay."""
    within = field[1:-1]
    quoted = len(field) > 1 and field[0] == field[-1] == '"' and '"' not in within.replace('""', "")
    return within.replace('""', '"') if quoted else field


def in_order(labels: set[str]) -> tuple[str, ...]:
    """Names of classes, numbers by value and words by letter."""
    whole = all(label.removeprefix("-").isdecimal() for label in labels)
    return tuple(sorted(labels, key=int) if whole else sorted(labels))


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
        for column in (table.text, table.label):
            if column not in fields:
                _fail(folder, plain, line, f"there is no {column!r} but {', '.join(map(repr, fields))}")
        text, label = fields[table.text].strip(), fields[table.label].strip()
        if not text or not label:
            _fail(folder, plain, line, f"the {table.text if not text else table.label} is empty")
        if len(text) > MOST_CHARACTERS:
            _fail(folder, plain, line, f"a text of {len(text):,} characters is over {MOST_CHARACTERS:,}")
        rows.append(Row(line, text, label))
        if len(rows) > MOST_ROWS:
            _fail(folder, plain, line, f"there are over {MOST_ROWS:,} rows")
    if not rows:
        raise ModelError(f"{folder.path / plain} has no row; fill it")
    return rows


#: The fields of a row by their columns, and the line on which it begins.
_Fields = Iterator[tuple[int, Mapping[str, str]]]


def _tsv(folder: DataFolder, name: str) -> _Fields:
    """A line a row; quotes around a whole field are taken off."""
    lines = enumerate(folder.text(name).rstrip("\n").split("\n"), 1)
    header = [unquoted(field) for field in next(lines)[1].split("\t")]
    for number, line in lines:
        fields = [unquoted(field) for field in line.split("\t")]
        yield number, _named(folder, name, number, header, fields)


def _csv(folder: DataFolder, name: str) -> _Fields:
    """As RFC 4180 has it: a quoted field may go over lines."""
    reader = csv.reader(iter(folder.text(name).splitlines(keepends=True)), strict=True)
    begins = 1
    try:
        header = next(reader)
        begins = reader.line_num + 1
        for fields in reader:
            if fields:
                yield begins, _named(folder, name, begins, header, fields)
            begins = reader.line_num + 1
    except csv.Error as error:
        _fail(folder, name, begins, str(error))


def _json_lines(folder: DataFolder, name: str) -> _Fields:
    """An object a line, its numbers as they are spelled."""
    for number, line in enumerate(folder.text(name).split("\n"), 1):
        if line.strip():
            try:
                fields = json.loads(line, parse_float=str, parse_int=str)
            except (ValueError, RecursionError) as error:
                _fail(folder, name, number, f"this is not JSON ({error})")
            if not isinstance(fields, dict):
                _fail(folder, name, number, "this is no object with names")
            yield number, {key: value for key, value in fields.items() if isinstance(value, str)}


#: The ending of a file's name → how it is read.
_READERS: Mapping[str, Callable[[DataFolder, str], _Fields]] = {
    ".tsv": _tsv,
    ".csv": _csv,
    ".jsonl": _json_lines,
}


def _named(
    folder: DataFolder, name: str, line: int, header: list[str], fields: list[str]
) -> Mapping[str, str]:
    if len(fields) != len(header):
        _fail(folder, name, line, f"a row of {len(fields)} fields under a header of {len(header)}")
    return dict(zip(header, fields, strict=True))


def _fail(folder: DataFolder, name: str, line: int, fault: str) -> NoReturn:
    raise ModelError(f"{folder.path / name}:{line}: {fault}; correct it")
