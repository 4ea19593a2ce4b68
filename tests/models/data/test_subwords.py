"""Tokenizers of folders, and texts as their ids."""

import json
from pathlib import Path

import numpy as np
import pytest

from models import recipe
from models.data import literals, preparation, subwords
from models.data.literals import Tokens
from models.data.sources import Sentences, Text
from models.errors import ModelError
from tests.models.data import tokenizer_folders

TEXTS = ("A good FILMS.", "unfilmed", "a a a a a a", "queer")
SENTENCES = Sentences(TEXTS, np.array([1, 0, 1, 0]), ("no", "yes"), tuple("wxyz"))


def fitted(folder: Path, **told: object) -> Tokens:
    found = preparation.fitted(Tokens(folder=folder, **{"context": 6, **told}), SENTENCES)
    assert isinstance(found, Tokens)
    return found


@pytest.mark.parametrize("make", [tokenizer_folders.word_pieces, tokenizer_folders.whole])
def test_sentences_are_enclosed_cut_and_padded(tmp_path: Path, make: object) -> None:
    literal = fitted(make(tmp_path))  # type: ignore[operator]
    assert preparation.tokens(literal) == (6, len(tokenizer_folders.PIECES))
    samples = preparation.samples(SENTENCES, literal)
    assert samples.inputs.tolist() == [
        [2, 5, 6, 7, 8, 3],  # [CLS] a good film ##s [SEP]: the full stop is cut
        [2, 9, 10, 11, 3, -1],
        [2, 5, 5, 5, 5, 3],
        [2, 1, 3, -1, -1, -1],
    ]
    assert (samples.labels.tolist(), samples.ids) == ([1, 0, 1, 0], ("w", "x", "y", "z"))
    plain = preparation.samples(SENTENCES, fitted(tmp_path, special=False), [1, 3])
    assert plain.inputs.tolist() == [[9, 10, 11, -1, -1, -1], [1, -1, -1, -1, -1, -1]]


def test_byte_pairs_of_roberta_are_enclosed_and_those_of_gpt2_are_not(tmp_path: Path) -> None:
    roberta = fitted(tokenizer_folders.byte_pairs(tmp_path / "roberta", roberta=True))
    gpt2 = fitted(tokenizer_folders.byte_pairs(tmp_path / "gpt2", roberta=False))
    assert subwords.sentence_ids(["to a be"], roberta).tolist() == [[0, 11, 9, 8, 10, 2]]
    assert subwords.sentence_ids(["to a be"], gpt2).tolist() == [[7, 5, 4, 6, -1, -1]]


def test_a_long_text_becomes_windows_without_special_tokens(tmp_path: Path) -> None:
    literal = fitted(tokenizer_folders.word_pieces(tmp_path), context=2)
    text = Text("a good film. unfilmed", "t")
    assert preparation.count(text, literal) == 3
    samples = preparation.samples(text, literal, [0, 1])
    assert (samples.inputs.tolist(), samples.labels.tolist()) == ([[5, 6], [7, 12]], [[6, 7], [12, 9]])


def test_the_literal_holds_its_tokenizer_and_no_folder(tmp_path: Path) -> None:
    literal = fitted(tokenizer_folders.whole(tmp_path), symbols=40)
    noted = json.loads(json.dumps(literal.model_dump(mode="json")))
    assert str(tmp_path) not in json.dumps(noted)
    again = literals.parse(noted)
    assert preparation.tokens(again) == (6, 40)
    assert preparation.samples(SENTENCES, again).digest() == preparation.samples(SENTENCES, literal).digest()


def test_what_is_too_long_is_refused_where_nothing_is_cut(tmp_path: Path) -> None:
    literal = fitted(tokenizer_folders.word_pieces(tmp_path), truncation=False)
    with pytest.raises(ModelError, match=r"'A good FILMS\.' has 7 tokens, over the context of 6"):
        preparation.samples(SENTENCES, literal)
    with pytest.raises(ModelError, match="2 special tokens leave no room in a context of 2"):
        preparation.samples(SENTENCES, fitted(tmp_path, context=2))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("tokenizer.json", "{", "is not JSON"),
        ("tokenizer.json", "[]", "holds no names with values"),
        ("tokenizer.json", '{"model": {"type": "Unheard"}}', "describes no tokenizer"),
        ("vocab.txt", "a\nb\n", r"vocab.txt lacks \[CLS\], \[SEP\], \[UNK\]"),
        ("README.md", "nothing", "has no tokenizer"),
    ],
)
def test_a_damaged_tokenizer_is_refused(tmp_path: Path, name: str, content: str, sentence: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ModelError, match=sentence):
        fitted(tmp_path)


def test_byte_pairs_that_disagree_are_refused(tmp_path: Path) -> None:
    folder = tokenizer_folders.byte_pairs(tmp_path, roberta=False)
    (folder / "merges.txt").write_text("z z\n")
    with pytest.raises(ModelError, match=r"vocab.json and merges.txt disagree"):
        fitted(folder)
    (folder / "vocab.json").write_text('{"a": "b"}')
    with pytest.raises(ModelError, match="gives tokens no numbers"):
        fitted(folder)


def test_a_token_of_a_huge_number_is_refused(tmp_path: Path) -> None:
    """The library would end the process for want of memory."""
    folder = tokenizer_folders.byte_pairs(tmp_path, roberta=True)
    vocabulary = json.loads((folder / "vocab.json").read_text())
    (folder / "vocab.json").write_text(json.dumps(vocabulary | {"<unk>": 4_000_000_000}))
    with pytest.raises(ModelError, match="gives a token a number that none has"):
        fitted(folder)


def test_two_tokens_of_one_number_are_refused(tmp_path: Path) -> None:
    folder = tokenizer_folders.byte_pairs(tmp_path, roberta=True)
    vocabulary = json.loads((folder / "vocab.json").read_text())
    (folder / "vocab.json").write_text(json.dumps(vocabulary | {"<unk>": vocabulary["a"]}))
    with pytest.raises(ModelError, match="gives two tokens one number"):
        fitted(folder)


def test_what_the_library_panics_at_is_refused(tmp_path: Path) -> None:
    """Rust's panics are no `Exception` in Python."""
    folder = tokenizer_folders.whole(tmp_path)
    told = json.loads((folder / "tokenizer.json").read_text())
    del told["post_processor"]["special_tokens"]["[CLS]"]
    (folder / "tokenizer.json").write_text(json.dumps(told))
    with pytest.raises(ModelError, match=r"cannot read|describes no tokenizer"):
        preparation.samples(SENTENCES, fitted(folder))


def test_fewer_symbols_than_tokens_and_no_tokenizer_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has 13 tokens and the model 12 symbols"):
        fitted(tokenizer_folders.word_pieces(tmp_path), symbols=12)
    with pytest.raises(ModelError, match="has no tokenizer yet"):
        preparation.tokens(Tokens(context=4))
    with pytest.raises(ModelError, match="names no folder"):
        preparation.fitted(Tokens(context=4), SENTENCES)


def test_a_recipes_tokenizer_is_its_own_or_the_originals(tmp_path: Path) -> None:
    text = (Path(recipe.__file__).parent / "recipes" / "bert_sst2.yaml").read_text()
    words = "{kind: words, context: 32, vocabulary_size: 4096}"
    assert words in text
    path = tmp_path / "recipe.yaml"
    path.write_text(text.replace(words, "{kind: tokens, context: 32, folder: own}"))
    assert recipe.load(path).preparation == Tokens(context=32, folder=tmp_path / "own")
    path.write_text(text.replace(words, "{kind: tokens, context: 32}") + "original: bert\n")
    assert recipe.load(path).preparation == Tokens(context=32, folder=tmp_path / "bert")


def test_without_the_library_the_remedy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subwords, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="install this project with its extra `text`"):
        fitted(tokenizer_folders.word_pieces(tmp_path))
