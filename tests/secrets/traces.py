"""What must be nowhere, in each form in which a file or a memory might hold it, and the search for it.

A form is dense where a few of its bytes could be nothing else: numbers with a fraction, residues, their
text. A piece of it is found by its words of eight bytes, wherever it begins. The coefficients of a ternary
secret are not dense, for all of them are 0, 1 and -1; `Coefficients` turns what is searched into such digits
first, for each type of number that could hold them.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.ma  # np.isin imports it late, where an onlooker without rights may read no file
from numpy.typing import NDArray

Words = NDArray[np.uint64]
#: Bytes that are searched at a time, and how far two such pieces overlap.
PIECE, OVERLAP = 1 << 23, 1 << 12
#: A table of so many bits says of most words that they are none of those that are looked for.
_TABLE_BITS, _SPREAD = 22, np.uint64(0x9E3779B97F4A7C15)
#: So many of the eight bytes of a dense word differ from each other.
_DISTINCT = 5
#: Coefficients in a row that are no accident, and the digits of -1 and of whatever is no coefficient.
_ROW, _MINUS_ONE, _OTHER = 64, 255, 2
#: A row of them without so many of -1 is no accident less likely than the whole search.
_FEW = 8
#: Digits of a number as text that are no accident.
_DIGITS = 12


@dataclass(frozen=True)
class Trace:
    """One form of something that must be nowhere.

    Attributes:
        name: what it is, in which form.
        data: all of it.
        step: bytes from where one piece may begin to where the next may.
        whole: so many bytes of it in a row are no accident.
    """

    name: str
    data: bytes
    step: int = 8
    whole: int = 16


def of_numbers(name: str, rows: NDArray[np.float64], texts: int | None = None) -> Iterator[Trace]:
    """Numbers as files, memories and logs hold them.

    Args:
        name: what they are.
        rows: `[rows, numbers]`, those of a row being next to each other in memory.
        texts: of so many of each row the decimal text too; of all without it.
    """
    for row in rows:
        data = row.astype("<f8").tobytes()
        yield Trace(f"{name} as float64", data, 8, 8)
        yield Trace(f"{name} as float64, the other way round", row.astype(">f8").tobytes(), 8, 8)
        yield Trace(f"{name} as float32", row.astype("<f4").tobytes(), 4, 8)
        yield Trace(f"{name} as hexadecimal text", data.hex().encode(), 1, 24)
        for shift in range(3):
            yield Trace(f"{name} as base64 text", base64.b64encode(data[shift:]), 1, 16)
        for value in row[:texts]:
            text = repr(float(value)).partition("e")[0]
            yield Trace(
                f"{name} as text", text[:_DIGITS].encode() if len(text) > _DIGITS else b"", 1, _DIGITS
            )


def of_bytes(name: str, data: bytes) -> Iterator[Trace]:
    """A library's own serialisation."""
    yield Trace(name, data)
    yield Trace(f"{name} as hexadecimal text", data.hex().encode(), 8, 32)
    for shift in range(3):
        yield Trace(f"{name} as base64 text", base64.b64encode(data[shift:]), 8, 32)


class Search:
    """Looks for dense traces.

    Attributes:
        traces: which.
    """

    def __init__(self, traces: Sequence[Trace], known: Sequence[bytes] = ()) -> None:
        """Make the index.

        Args:
            traces: what is looked for.
            known: what is no secret, though a trace has pieces of it too, as the head of a file.
        """
        self.traces = [trace for trace in traces if len(trace.data) >= trace.whole]
        words, owners, places = [], [], []
        for number, trace in enumerate(self.traces):
            found, where = _telling(trace)
            words.append(found)
            owners.append(np.full(len(found), number))
            places.append(where)
        every = np.concatenate([np.empty(0, np.uint64), *words])
        order = np.argsort(every, kind="stable")
        order = order[~_among(every[order], known)]
        self._words = every[order]
        self._owners = np.concatenate([np.empty(0, int), *owners])[order]
        self._places = np.concatenate([np.empty(0, int), *places])[order]
        self._table = np.zeros(1 << _TABLE_BITS, bool)
        self._table[_place(self._words)] = True

    def __len__(self) -> int:
        """How many words are looked for."""
        return len(self._words)

    def found(self, content: bytes, *, aligned: bool = False) -> set[str]:
        """The traces of which there is a piece in some bytes; see `Sought.found` for `aligned`."""
        names: set[str] = set()
        for start in range(0, max(1, len(content)), PIECE):
            names |= self._in_piece(content[start : start + PIECE + OVERLAP], 4 if aligned else 1)
        return names

    def _in_piece(self, content: bytes, step: int) -> set[str]:
        names: set[str] = set()
        for shift in range(0, min(8, max(0, len(content) - 7)), step):
            words = np.frombuffer(content, "<u8", (len(content) - shift) // 8, shift)
            likely = np.flatnonzero(self._table[_place(words)])
            first = np.searchsorted(self._words, words[likely])
            last = np.searchsorted(self._words, words[likely], side="right")
            for at, low, high in zip(
                likely[first < last], first[first < last], last[first < last], strict=True
            ):
                names.update(self._confirmed(content, int(at) * 8 + shift, int(low), int(high)))
        return names

    def _confirmed(self, content: bytes, at: int, low: int, high: int) -> Iterator[str]:
        """Those of which there is not a word alone."""
        for entry in range(low, high):
            trace, place = self.traces[self._owners[entry]], int(self._places[entry])
            if content[at : at + trace.whole] == trace.data[place : place + trace.whole]:
                yield trace.name


class Coefficients:
    """Looks for the coefficients of ternary secrets."""

    def __init__(self, secrets: Sequence[NDArray[np.int8]], moduli: Sequence[int] = ()) -> None:
        """Take secrets, each `[coefficients]`, and the moduli whose residues they may be kept as."""
        self._search = Search([Trace("ternary", one.tobytes(), 1, _ROW) for one in secrets])
        self._less_one = np.array([modulus - 1 for modulus in moduli], np.uint64)

    def found(self, content: bytes, *, aligned: bool = False) -> set[str]:
        """In which types of numbers there is a row of them; see `Sought.found` for `aligned`."""
        names = set()
        for start in range(0, max(1, len(content)), PIECE):
            for name, digits in self._as_digits(content[start : start + PIECE + OVERLAP], aligned):
                if self._search.found(digits):
                    names.add(f"the secret's coefficients as {name}")
        return names

    def _as_digits(self, content: bytes, aligned: bool) -> Iterator[tuple[str, bytes]]:
        if content.count(_MINUS_ONE) >= _FEW:
            yield "int8", content
        for name in ("<i2", "<i4", "<i8", ">i8", "<f4", "<f8"):
            kind = np.dtype(name)
            for shift in range(min(1 if aligned else kind.itemsize, len(content))):
                numbers = np.frombuffer(content, kind, (len(content) - shift) // kind.itemsize, shift)
                minus_one = numbers == -1
                if np.count_nonzero(minus_one) >= _FEW:
                    yield kind.name, _digits(numbers, minus_one)
        for shift in range(min(1 if aligned else 8, len(content)) if len(self._less_one) else 0):
            residues = np.frombuffer(content, "<u8", (len(content) - shift) // 8, shift)
            minus_one = np.isin(residues, self._less_one)
            if np.count_nonzero(minus_one) >= _FEW:
                yield "residues", _digits(residues, minus_one)
        if content.count(b"-1") >= _FEW:
            yield from (("text", one) for one in _of_text(content))


def _of_text(content: bytes) -> Iterator[bytes]:
    """Digits that are written with commas or spaces between them, as lists and tables are."""
    for between in (b", ", b",", b" ", b"\n", b"\t"):
        whole = content.replace(b".0", b"").replace(between, b"").replace(b"-1", bytes([_MINUS_ONE]))
        yield whole.replace(b"0", b"\0").replace(b"1", b"\1")


def _digits(numbers: NDArray[np.generic], minus_one: NDArray[np.bool_]) -> bytes:
    digits = np.full(len(numbers), _OTHER, np.uint8)
    digits[numbers == 0], digits[numbers == 1], digits[minus_one] = 0, 1, _MINUS_ONE
    return digits.tobytes()


def _telling(trace: Trace) -> tuple[Words, NDArray[np.int_]]:
    """The words of a trace that say something, and where they begin."""
    places = np.arange(0, len(trace.data) - max(trace.whole, 8) + 1, trace.step)
    every = np.lib.stride_tricks.sliding_window_view(np.frombuffer(trace.data, np.uint8), 8)[places]
    if trace.whole == _ROW:  # of digits: both signs, so that it is no row of zeros or of flags
        telling = (every == 1).any(1) & (every == _MINUS_ONE).any(1) & ((every != 0).sum(1) > 2)
    else:
        ordered = np.sort(every, axis=1)
        telling = (np.diff(ordered, axis=1) != 0).sum(1) + 1 >= _DISTINCT
    words = np.ascontiguousarray(every[telling]).view("<u8").reshape(-1)
    return words, places[telling]


def _among(words: Words, known: Sequence[bytes]) -> NDArray[np.bool_]:
    """Which of some words, in their order, are anywhere in some bytes."""
    found = np.zeros(len(words) + 1, bool)
    for one in known:
        for shift in range(min(8, max(0, len(one) - 7))):
            there = np.frombuffer(one, "<u8", (len(one) - shift) // 8, shift)
            first, last = (np.searchsorted(words, there, side=side) for side in ("left", "right"))
            steps = np.zeros(len(words) + 1, int)
            np.add.at(steps, first, 1)
            np.add.at(steps, last, -1)
            found |= np.cumsum(steps) > 0
    return found[:-1]


def _place(words: Words) -> NDArray[np.int64]:
    return ((words * _SPREAD) >> np.uint64(64 - _TABLE_BITS)).astype(np.int64)
