"""From a source to the samples that a model takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.data import patches, subwords, vocabulary
from models.data.literals import Characters, Patches, Preparation, TokenIds, Tokens, Words, WordText
from models.data.samples import Positions, Samples
from models.data.sources import Images, Sentences, Source, Text
from models.errors import ModelError

TokenIdsT = TypeVar("TokenIdsT", bound=TokenIds)
#: What cuts one long text into windows.
LongText: TypeAlias = Characters | WordText | Tokens


def fitted(literal: Preparation, source: Source) -> Preparation:
    """The preparation with its vocabulary, which a training source fills where the literal leaves it empty.

    That of a tokenizer has the tokenizer, which it reads from its folder.

    Raises:
        ModelError: the source is of another kind than the literal prepares, or there is no such tokenizer.
    """
    if isinstance(literal, Tokens):
        return _with_tokenizer(literal)
    if isinstance(literal, Patches) or literal.vocabulary:
        return literal
    return literal.model_copy(update={"vocabulary": _vocabulary(literal, source)})


def tokens(literal: Preparation) -> tuple[int, int]:
    """Tokens and features of one sample; the features of token ids are the entries of the vocabulary.

    Raises:
        ModelError: the vocabulary is still empty, or mean and deviation of the channels are.
    """
    if isinstance(literal, Patches):
        if not literal.mean:
            raise ModelError("the preparation lacks mean and std; give one of each per channel")
        extent = literal.patch + 2 * literal.margin
        return literal.side**2 + literal.lead, extent**2 * len(literal.mean)
    if isinstance(literal, Tokens):
        return literal.context, _read(literal).symbols or subwords.size(literal.tokenizer)
    return literal.context, len(_filled(literal).vocabulary)


def count(source: Source, literal: Preparation) -> int:
    """How many samples a source has.

    Raises:
        ModelError: the source is of another kind than the literal prepares, or a text has no whole window.
    """
    if isinstance(source, Text) and isinstance(literal, LongText):
        return _windows(source, token_ids(source, literal), literal)
    if isinstance(source, Images) and isinstance(literal, Patches):
        return len(source)
    if isinstance(source, Sentences) and isinstance(literal, Words | Tokens):
        return len(source)
    raise mismatch(literal, source)


def samples(source: Source, literal: Preparation, positions: Positions | None = None) -> Samples:
    """The samples of a source at these positions, or all of them.

    A text's samples are its consecutive windows: inputs `[samples, context]`, labels the same shifted by one,
    so that every token but the first is predicted once.

    Raises:
        ModelError: the source is of another kind than the literal prepares, or does not fit it, as a text
            that has no whole window.
    """
    if isinstance(source, Images) and isinstance(literal, Patches):
        chosen = source if positions is None else source.take(positions)
        inputs = patches.tokens(patches.normalised(chosen.images, literal, np.float64), literal)
        return Samples(inputs, chosen.labels, chosen.ids)
    if isinstance(source, Sentences) and isinstance(literal, Words | Tokens):
        picked = source if positions is None else source.take(positions)
        return Samples(_sentence_ids(picked.texts, literal), picked.labels, picked.ids)
    if isinstance(source, Text) and isinstance(literal, LongText):
        ids = token_ids(source, literal)
        all_windows = np.arange(_windows(source, ids, literal))
        wanted = all_windows if positions is None else np.asarray(positions, np.int64)
        inputs, labels = cut(ids, wanted * literal.context, literal.context)
        return Samples(inputs, labels, tuple(f"{source.name}-{position:06d}" for position in wanted))
    raise mismatch(literal, source)


def token_ids(source: Source, literal: Preparation) -> NDArray[np.int64]:
    """`[tokens]`: a whole text as ids.

    Raises:
        ModelError: the source is not text, or the literal prepares none.
    """
    if isinstance(source, Text) and isinstance(literal, Characters):
        return vocabulary.character_ids(source.text, _filled(literal))
    if isinstance(source, Text) and isinstance(literal, WordText):
        return vocabulary.word_text_ids(source.text, _filled(literal))
    if isinstance(source, Text) and isinstance(literal, Tokens):
        return subwords.text_ids(source.text, _read(literal))
    raise mismatch(literal, source)


def windows(length: int, literal: LongText) -> int:
    """How many windows, each with a token after it, follow each other in so many tokens."""
    return max(0, (length - 1) // literal.context)


def _windows(source: Text, ids: NDArray[np.int64], literal: LongText) -> int:
    """How many windows a text has."""
    found = windows(len(ids), literal)
    if not found:
        raise ModelError(
            f"the text {source.name} has {len(ids)} tokens, too few for a window of {literal.context} and "
            "the token after it; give a longer text, or write a smaller context"
        )
    return found


def cut(
    ids: NDArray[np.int64], starts: NDArray[np.int64], context: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The windows that begin at these tokens, and the tokens after each of theirs; both `[n, context]`."""
    both = ids[starts[:, None] + np.arange(context + 1)]
    return both[:, :-1], both[:, 1:]


def _vocabulary(literal: Characters | WordText | Words, source: Source) -> tuple[str, ...]:
    if isinstance(source, Text) and isinstance(literal, Characters):
        return vocabulary.characters(source.text)
    if isinstance(source, Text) and isinstance(literal, WordText):
        lines = vocabulary.split_lines(source.text)
        return vocabulary.words(lines, literal.reserved, literal.vocabulary_size)
    if isinstance(source, Sentences) and isinstance(literal, Words):
        sentences = map(vocabulary.split_sentence, source.texts)
        return vocabulary.words(sentences, literal.reserved, literal.vocabulary_size)
    raise mismatch(literal, source)


def _sentence_ids(sentences: Sequence[str], literal: Words | Tokens) -> NDArray[np.int64]:
    if isinstance(literal, Tokens):
        return subwords.sentence_ids(sentences, _read(literal))
    return vocabulary.sentence_ids(sentences, _filled(literal))


def _with_tokenizer(literal: Tokens) -> Tokens:
    """The literal with its tokenizer, and as many symbols as that has where the literal does not say."""
    if literal.tokenizer:
        return literal.model_copy(update={"folder": None})
    if literal.folder is None:
        raise ModelError(
            "the preparation tokens names no folder; give the one that has the tokenizer's files"
        )
    tokenizer = subwords.read(literal.folder)
    found = subwords.size(tokenizer)
    symbols = found if literal.symbols is None else literal.symbols
    if symbols < found:
        raise ModelError(
            f"the tokenizer of {literal.folder} has {found} tokens and the model {symbols} symbols; "
            "give the tokenizer with which the model was trained"
        )
    return literal.model_copy(update={"tokenizer": tokenizer, "symbols": symbols, "folder": None})


def _read(literal: Tokens) -> Tokens:
    if not literal.tokenizer:
        raise ModelError("the preparation has no tokenizer yet; read it from its folder first")
    return literal


def _filled(literal: TokenIdsT) -> TokenIdsT:
    if not literal.vocabulary:
        raise ModelError("the preparation has no vocabulary yet; fit it to the training text first")
    return literal


def mismatch(literal: Preparation, source: Source) -> ModelError:
    """Says that a preparation does not read this kind of source."""
    found = type(source).__name__.lower()
    return ModelError(f"the preparation {literal.kind} does not read {found}; choose one that does")
