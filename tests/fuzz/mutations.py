"""Damage to bytes, of text or not: what disks, editors and people do to them, drawn from a seed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

#: What breaks readers: extremes of numbers, signs of YAML and JSON, characters that are none, deep nesting.
TOKENS = (
    *(b"-1", b"0", b"1e999", b"-1e-999", b"nan", b".inf", b"1_0", b"0x10", b"9" * 400, b"9" * 5000),
    *(b"18446744073709551616", b"1000000000", b"null", b"~", b"true", b"2020-01-01"),
    *(
        b"'",
        b'"',
        b"{",
        b"}",
        b"[",
        b"]",
        b"[" * 3000,
        b"{a: " * 200,
        b": ",
        b",",
        b"#",
        b"|",
        b">",
        b"name: x",
    ),
    *(
        b"&a ",
        b"*a",
        b"<<: ",
        b"!!python/object:os.system ",
        b"!!binary ",
        b"!!int ''",
        b"!!bool x",
        b"---\n",
    ),
    *(b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\t", b"\r", b"\n", b"\xe2\x80\xa8"),
    *(b"../../etc/passwd", b"${HOME}", b"\x1b[31m", b"%YAML 9.9\n"),
)
#: What JSON can have in place of what is expected.
VALUES = (
    *(None, True, 0, -1, 1, 2**53 + 1, 2**70, 10**400, 1e308, float("nan"), 0.5, "", "x", "\ud800"),
    *("\0", "../x", [], [[]], {}, {"x": 1}, [None], [1, 2]),
)
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_LINE = re.compile(rb"[^\n]+")
_WORD = re.compile(rb"[A-Za-z_]{3,}")

Mutation = Callable[[random.Random, bytes], bytes]


def _place(chance: random.Random, data: bytes) -> int:
    return chance.randrange(len(data) + 1)


def _stretch(chance: random.Random, data: bytes) -> tuple[int, int]:
    first = _place(chance, data)
    return first, min(len(data), first + chance.choice((1, 2, 8, 64, 1024)))


def _flipped(chance: random.Random, data: bytes) -> bytes:
    if not data:
        return b"\x01"
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: _place(chance, data)]


def _left_out(chance: random.Random, data: bytes) -> bytes:
    first, last = _stretch(chance, data)
    return data[:first] + data[last:]


def _doubled(chance: random.Random, data: bytes) -> bytes:
    first, last = _stretch(chance, data)
    return data[:last] + data[first:last] * chance.choice((1, 2, 50)) + data[last:]


def _moved(chance: random.Random, data: bytes) -> bytes:
    first, last = _stretch(chance, data)
    rest = data[:first] + data[last:]
    place = _place(chance, rest)
    return rest[:place] + data[first:last] + rest[place:]


def _token(chance: random.Random, data: bytes) -> bytes:
    place = _place(chance, data)
    return data[:place] + chance.choice(TOKENS) + data[place:]


def _replaced(pattern: re.Pattern[bytes]) -> Mutation:
    def replace(chance: random.Random, data: bytes) -> bytes:
        found = list(pattern.finditer(data))
        if not found:
            return _token(chance, data)
        one = chance.choice(found)
        other = chance.choice((chance.choice(TOKENS), chance.choice(found).group()))
        return data[: one.start()] + other + data[one.end() :]

    return replace


def _line_doubled(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    place = chance.randrange(len(lines))
    return b"\n".join((*lines[:place], lines[place], *lines[place:]))


def _value(chance: random.Random, data: bytes) -> bytes:
    """A value of JSON, whole or that of a line, in place of which stands one of another kind, or none."""
    whole, lines = (0, len(data)), [one.span() for one in _LINE.finditer(data)]
    begin, end = chance.choice(lines) if lines and chance.random() < 0.5 else whole
    try:
        tree = [json.loads(data[begin:end])]
    except (ValueError, RecursionError):
        return _token(chance, data)
    within: list[tuple[Any, Any]] = [(tree, 0)]
    for holder, key in within:
        inner = holder[key]
        keys = inner if isinstance(inner, dict) else range(len(inner)) if isinstance(inner, list) else ()
        within += [(inner, one) for one in keys]
    holder, key = chance.choice(within)
    if chance.random() < 0.1 and holder is not tree:
        del holder[key]
    else:
        other, place = chance.choice(within)
        holder[key] = chance.choice((*VALUES, json.loads(json.dumps(other[place]))))
    return data[:begin] + json.dumps(tree[0]).encode() + data[end:]


MUTATIONS: Sequence[Mutation] = (
    _flipped, _cut, _left_out, _doubled, _moved, _token, _token, _replaced(_NUMBER), _replaced(_NUMBER),
    _replaced(_WORD), _line_doubled, _value, _value,
)  # fmt: skip


def mutated(chance: random.Random, data: bytes) -> bytes:
    """Bytes after one to four mutations."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        data = chance.choice(MUTATIONS)(chance, data)
    return data
