"""Vocabularies, and texts as the ids of their tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.data.literals import END_OF_LINE, PADDING, UNKNOWN, Characters, Words, WordText
from models.errors import ModelError


def characters(text: str) -> tuple[str, ...]:
    """The characters of a text, by code point."""
    return tuple(sorted(set(text)))


def words(
    lines: Iterable[Sequence[str]], reserved: Sequence[str], size: int | None = None
) -> tuple[str, ...]:
    """The reserved entries and then the words of lines, the most frequent first, equals by spelling.

    Args:
        lines: each a sequence of words.
        reserved: entries that stand first, whether met or not.
        size: the most entries, reserved ones included; all words where it is None.
    """
    counts: Counter[str] = Counter()
    for line in lines:
        counts.update(line)
    met = sorted((word for word in counts if word not in reserved), key=lambda word: (-counts[word], word))
    return tuple([*reserved, *met][:size])


def split_sentence(sentence: str) -> list[str]:
    """The lower-cased words between white space."""
    return sentence.lower().split()


def split_lines(text: str) -> Iterator[list[str]]:
    """The words of every line, `<eos>` after each."""
    # str.splitlines would also end lines at form feeds and Unicode separators, which are words here
    for line in text.removesuffix("\n").split("\n"):
        yield [*line.split(), END_OF_LINE]


def character_ids(text: str, literal: Characters) -> NDArray[np.int64]:
    """`[characters]`: the id of every character.

    Raises:
        ModelError: the text has a character that the vocabulary lacks.
    """
    points = np.frombuffer(text.encode("utf-32-le"), "<u4")
    known = np.array([ord(character) for character in literal.vocabulary], np.int64)
    table = np.full(max(known.max(initial=0), points.max(initial=0)) + 1, PADDING, np.int64)
    table[known] = np.arange(len(known))
    ids: NDArray[np.int64] = table[points]
    if np.any(ids == PADDING):
        stranger = text[int(np.argmax(ids == PADDING))]
        raise ModelError(
            f"the text has {stranger!r}, which the vocabulary lacks; fit it to a text that has it"
        )
    return ids


def word_text_ids(text: str, literal: WordText) -> NDArray[np.int64]:
    """`[words]`: the id of every word and line end, that of `<unk>` for words unknown."""
    index = {word: position for position, word in enumerate(literal.vocabulary)}
    unknown = index[UNKNOWN]
    ids = (index.get(word, unknown) for line in split_lines(text) for word in line)
    return np.fromiter(ids, np.int64)


def sentence_ids(sentences: Sequence[str], literal: Words) -> NDArray[np.int64]:
    """`[sentences, context]`: the ids of the words, cut or padded at the end."""
    index = {word: position for position, word in enumerate(literal.vocabulary)}
    unknown = index[UNKNOWN]
    lead = [] if literal.lead is None else [index[literal.lead]]
    ids = np.full((len(sentences), literal.context), PADDING, np.int64)
    for row, sentence in zip(ids, sentences, strict=True):
        found = lead + [index.get(word, unknown) for word in split_sentence(sentence)]
        row[: len(found)] = found[: literal.context]
    return ids
