"""Tokenizers as Hugging Face folders hold them, by the library `tokenizers`, and texts as their ids.

A folder has `tokenizer.json`, or the older files of a WordPiece (`vocab.txt`, Devlin et al. 2019) or of a
byte-level BPE (`vocab.json` and `merges.txt`, Radford et al. 2019), of which the same is made here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models import encoding, regular_files
from models.data.literals import PADDING, Tokens
from models.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from tokenizers.processors import PostProcessor

#: Bytes of a tokenizer's file; the largest that is published, of a quarter of a million tokens, has a third.
LARGEST = 1 << 26
#: More than the number of any token. The library counts every number up to the largest as it writes.
MOST_NUMBERS = 1 << 22
TOKENIZER, WORD_PIECES, VOCABULARY, MERGES = "tokenizer.json", "vocab.txt", "vocab.json", "merges.txt"
#: Where older folders say how their words are cut, the first before the second.
_SETTINGS = ("tokenizer_config.json", "special_tokens_map.json")
#: The module of what a panic of Rust is raised as.
_PANICS = "pyo3_runtime"
#: Special tokens of a WordPiece, under the names that settings give them.
_BERT_TOKENS = {
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "mask_token": "[MASK]",
}


def read(folder: Path) -> str:
    """What a folder's `tokenizer.json` holds, on one line, or the same made of its older files.

    Raises:
        ModelError: the folder has no tokenizer, or a damaged one, or the library is absent.
    """
    if find_spec("tokenizers") is None:
        raise ModelError(
            "the preparation tokens needs the library tokenizers, absent here; "
            "install this project with its extra `text`"
        )
    if (folder / TOKENIZER).is_file():
        told = json.dumps(_json(folder / TOKENIZER), ensure_ascii=False, separators=(",", ":"))
        _parsed(told, folder / TOKENIZER)
        return told
    if (folder / WORD_PIECES).is_file():
        with _library(f"{folder}: {WORD_PIECES} describes no tokenizer"):
            return str(_word_pieces(folder).to_str())
    if (folder / VOCABULARY).is_file() and (folder / MERGES).is_file():
        with _library(f"{folder}: {VOCABULARY} and {MERGES} disagree"):
            return str(_byte_pairs(folder).to_str())
    raise ModelError(
        f"{folder} has no tokenizer: neither {TOKENIZER} nor {WORD_PIECES}, nor {VOCABULARY} with {MERGES}; "
        "name the folder that `save_pretrained` wrote"
    )


def size(tokenizer: str) -> int:
    """One more than the largest id of a tokenizer, given as `read` returns it."""
    return 1 + max(_parsed(tokenizer, TOKENIZER).get_vocab().values(), default=-1)


def sentence_ids(sentences: Sequence[str], literal: Tokens) -> NDArray[np.int64]:
    """`[sentences, context]`: the ids of the tokens, padded with -1 at the end.

    Raises:
        ModelError: a sentence is longer than the context, and the literal does not cut.
    """
    cutting = _cutting(literal)
    ids = np.full((len(sentences), literal.context), PADDING, np.int64)
    for row, sentence in zip(ids, sentences, strict=True):
        with _library(f"the tokenizer cannot read {_shown(sentence)}"):
            found = cutting.encode(sentence, add_special_tokens=literal.special).ids
        if len(found) > literal.context:
            raise ModelError(
                f"the sentence {_shown(sentence)} has {len(found)} tokens, over the context of "
                f"{literal.context}; raise context, or set truncation: true"
            )
        row[: len(found)] = found
    return ids


def text_ids(text: str, literal: Tokens) -> NDArray[np.int64]:
    """`[tokens]`: a whole text, without special tokens, not to be written to."""
    return _text_ids(text, literal.tokenizer)


@lru_cache(maxsize=3)
def _text_ids(text: str, tokenizer: str) -> NDArray[np.int64]:
    """Those of a recipe's three splits: every piece of windows that is prepared asks for the whole text's."""
    with _library(f"the tokenizer cannot read {_shown(text)}"):
        encoded = _parsed(tokenizer, TOKENIZER).encode(text, add_special_tokens=False)
    found = np.asarray(encoded.ids, np.int64)
    found.flags.writeable = False
    return found


def _cutting(literal: Tokens) -> Tokenizer:
    """The tokenizer that cuts where the literal says so."""
    added = _parsed(literal.tokenizer, TOKENIZER).num_special_tokens_to_add(False) if literal.special else 0
    if added >= literal.context:
        raise ModelError(
            f"{added} special tokens leave no room in a context of {literal.context}; raise context"
        )
    return _parsed(literal.tokenizer, TOKENIZER, literal.context if literal.truncation else None)


@lru_cache(maxsize=8)
def _parsed(told: str, origin: object, most: int | None = None) -> Tokenizer:
    """A tokenizer that pads nothing, and cuts at the end at `most` tokens, special ones among them."""
    from tokenizers import Tokenizer

    with _library(f"{origin} describes no tokenizer"):
        found = Tokenizer.from_str(told)
        found.no_padding()
        if most is None:
            found.no_truncation()
        else:
            found.enable_truncation(most)
    return found


@contextmanager
def _library(wrong: str) -> Iterator[None]:
    """Say what is wrong where the library cannot go on.

    It raises nothing more special than `Exception`, and where its Rust panics what is not even one.

    Raises:
        ModelError: it cannot.
    """
    try:
        yield
    except ModelError:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__module__ == _PANICS:
            raise ModelError(f"{wrong} ({error}); fetch its folder again") from error
        raise


def _word_pieces(folder: Path) -> Tokenizer:
    """BERT's: words without accents and in lower case, as settings say, cut into pieces."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

    settings = _settings(folder)
    special = {name: _token(settings, name, usual) for name, usual in _BERT_TOKENS.items()}
    lines = _text(folder / WORD_PIECES).replace("\r\n", "\n").removesuffix("\n").split("\n")
    vocabulary = {piece: number for number, piece in enumerate(lines)}
    _require(vocabulary, [special[name] for name in ("cls_token", "sep_token", "unk_token")], folder)
    found = Tokenizer(models.WordPiece(vocabulary, unk_token=special["unk_token"]))
    found.normalizer = normalizers.BertNormalizer(
        lowercase=bool(settings.get("do_lower_case", True)),
        handle_chinese_chars=bool(settings.get("tokenize_chinese_chars", True)),
        strip_accents=settings.get("strip_accents"),
    )
    found.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    found.decoder = decoders.WordPiece()
    found.post_processor = _enclosed(special["cls_token"], special["sep_token"], vocabulary)
    found.add_special_tokens([token for token in special.values() if token in vocabulary])
    return found


def _byte_pairs(folder: Path) -> Tokenizer:
    """GPT-2's; where the vocabulary has <s> and </s> it is RoBERTa's, which they enclose a sentence in."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    settings, vocabulary = _settings(folder), _json(folder / VOCABULARY)
    if not all(type(number) is int for number in vocabulary.values()):
        raise ModelError(f"{folder / VOCABULARY} gives tokens no numbers; fetch it again")
    if len(set(vocabulary.values())) < len(vocabulary):  # which the library takes or not, as its hashes fall
        raise ModelError(f"{folder / VOCABULARY} gives two tokens one number; fetch it again")
    if not all(0 <= number < MOST_NUMBERS for number in vocabulary.values()):
        raise ModelError(
            f"{folder / VOCABULARY} gives a token a number that none has, beyond {MOST_NUMBERS:,}; restore it"
        )
    pairs = [line.split(" ") for line in _text(folder / MERGES).split("\n")]
    merges = [(pair[0], pair[1]) for pair in pairs if len(pair) == 2 and pair[0] != "#version:"]
    prefixed = bool(settings.get("add_prefix_space", False))
    found = Tokenizer(models.BPE(vocabulary, merges))
    found.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefixed)
    found.decoder = decoders.ByteLevel()
    if {"<s>", "</s>"} <= vocabulary.keys():
        found.post_processor = _enclosed("<s>", "</s>", vocabulary)
    else:
        found.post_processor = processors.ByteLevel(trim_offsets=False)
    enclosed = ("<s>", "</s>", "<pad>", "<unk>", "<mask>", "<|endoftext|>")
    found.add_special_tokens([token for token in enclosed if token in vocabulary])
    return found


def _enclosed(first: str, last: str, vocabulary: dict[str, int]) -> PostProcessor:
    """What puts a sentence between two special tokens."""
    from tokenizers.processors import TemplateProcessing

    tokens = [(token, vocabulary[token]) for token in (first, last)]
    return TemplateProcessing(single=f"{first} $A {last}", special_tokens=tokens)


def _settings(folder: Path) -> dict[str, Any]:
    """What older folders say beside the vocabulary; a folder may say nothing."""
    there = [folder / name for name in reversed(_SETTINGS) if (folder / name).is_file()]
    return {name: entry for path in there for name, entry in _json(path).items()}


def _token(settings: dict[str, Any], name: str, usual: str) -> str:
    """A special token, which settings spell as text or with what surrounds it."""
    told = settings.get(name, usual)
    content = told.get("content") if isinstance(told, dict) else told
    return content if isinstance(content, str) else usual


def _require(vocabulary: dict[str, int], wanted: Sequence[str], folder: Path) -> None:
    absent = [token for token in wanted if token not in vocabulary]
    if absent:
        raise ModelError(f"{folder / WORD_PIECES} lacks {', '.join(absent)}; fetch it again")


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not JSON ({error}); fetch it again") from error
    if not isinstance(found, dict):
        raise ModelError(f"{path} holds no names with values; fetch it again")
    return found


def _text(path: Path) -> str:
    try:
        with regular_files.opened(path) as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); fetch it again") from error
    if len(raw) > LARGEST:
        raise ModelError(f"{path} has over {LARGEST:,} bytes, as no tokenizer has; fetch it again")
    return encoding.decoded(raw, path)


def _shown(sentence: str) -> str:
    return repr(sentence if len(sentence) <= 60 else f"{sentence[:59]}…")
