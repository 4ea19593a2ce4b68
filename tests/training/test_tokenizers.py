"""The preparation by tokens beside the tokenizers of `transformers`, on the same folders."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer, GPT2Tokenizer, RobertaTokenizer

from models.data import preparation, subwords
from models.data.literals import Tokens
from models.data.sources import Text
from tests.models.data.tokenizer_folders import byte_pairs, whole, word_pieces

SENTENCES = ["A good film.", "", "unfilmed Films, ünfilmed", "to be to a [SEP] b" * 5]


def roberta(folder: Path) -> Path:
    return byte_pairs(folder, roberta=True)


@pytest.mark.parametrize(
    ("make", "theirs"),
    [(word_pieces, AutoTokenizer), (whole, AutoTokenizer), (roberta, RobertaTokenizer)],
)
def test_ids_and_padding_are_theirs(tmp_path: Path, make: Callable[[Path], Path], theirs: object) -> None:
    folder = make(tmp_path)
    literal = preparation.fitted(Tokens(context=9, folder=folder), Text(""))
    assert isinstance(literal, Tokens)
    wanted = theirs.from_pretrained(folder)(  # type: ignore[attr-defined]
        SENTENCES, padding="max_length", truncation=True, max_length=9, return_tensors="np"
    )
    padded = np.where(wanted["attention_mask"] == 1, wanted["input_ids"], -1)
    assert subwords.sentence_ids(SENTENCES, literal).tolist() == padded.tolist()


def test_a_long_text_is_theirs(tmp_path: Path) -> None:
    folder = byte_pairs(tmp_path, roberta=False)
    literal = preparation.fitted(Tokens(context=4, folder=folder), Text(""))
    text = "to be to a b\n" * 3
    assert (
        preparation.token_ids(Text(text), literal).tolist()
        == GPT2Tokenizer.from_pretrained(folder)(text)["input_ids"]
    )
