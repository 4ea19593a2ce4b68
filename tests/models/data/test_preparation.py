"""Sources as samples, and vocabularies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data import digits, preparation
from models.data.literals import Characters, Patches, Preparation, Words, WordText
from models.data.sources import Images, Sentences, Source, Text
from models.errors import ModelError
from tests.models.data.published import pictures

SENTENCES = Sentences(
    ("A good film", "bad bad film", "a film"), np.array([1, 0, 1]), ("no", "yes"), ("x", "y", "z")
)
IMAGES = Images(pictures(5, 4, 1), np.array([0, 1, 0, 1, 0]), ("a", "b"), tuple("vwxyz"))
TEXT = Text("to be or\nnot to be\n", "play")


@given(st.text(min_size=10, max_size=80), st.integers(1, 9))
def test_characters_predict_each_character_once(content: str, context: int) -> None:
    text = Text(content, "t")
    literal = preparation.fitted(Characters(context=context), text)
    samples = preparation.samples(text, literal)
    assert isinstance(literal, Characters)
    assert len(samples) == preparation.count(text, literal) == (len(content) - 1) // context
    assert preparation.tokens(literal) == (context, len(set(content)))
    spelled = "".join(literal.vocabulary[i] for i in samples.inputs.ravel())
    assert spelled == content[: len(spelled)]
    assert "".join(literal.vocabulary[i] for i in samples.labels.ravel()) == content[1 : 1 + len(spelled)]


def test_words_of_a_text_end_their_lines() -> None:
    literal = preparation.fitted(WordText(context=2), TEXT)
    assert isinstance(literal, WordText)
    assert literal.vocabulary == ("<unk>", "<eos>", "be", "to", "not", "or")
    samples = preparation.samples(TEXT, literal)
    assert samples.inputs.tolist() == [[3, 2], [5, 1], [4, 3]]
    assert samples.labels.tolist() == [[2, 5], [1, 4], [3, 2]]
    assert samples.ids == ("play-000000", "play-000001", "play-000002")


def test_only_line_feeds_end_lines() -> None:
    # a form feed or a Unicode separator between words is white space and no end of a line
    literal = WordText(context=1, vocabulary=("<unk>", "<eos>", "a", "b"))
    assert preparation.token_ids(Text("a\x0cb a\u2028b\n\nb"), literal).tolist() == [2, 3, 2, 3, 1, 1, 3, 1]


def test_sentences_are_lowered_cut_and_padded() -> None:
    literal = preparation.fitted(Words(context=3, vocabulary_size=4, lead="<cls>"), SENTENCES)
    assert isinstance(literal, Words)
    assert literal.vocabulary == ("<unk>", "<cls>", "film", "a")
    samples = preparation.samples(SENTENCES, literal)
    assert samples.inputs.tolist() == [[1, 3, 0], [1, 0, 0], [1, 3, 2]]
    assert preparation.samples(SENTENCES, Words(context=4, vocabulary=("<unk>", "film"))).inputs.tolist() == [
        [0, 0, 1, -1],
        [0, 0, 1, -1],
        [0, 1, -1, -1],
    ]
    assert (samples.labels.tolist(), samples.ids) == ([1, 0, 1], ("x", "y", "z"))


@pytest.mark.parametrize(
    ("source", "literal"),
    [
        (IMAGES, Patches(size=4, patch=2, mean=(9,), std=(3,))),
        (SENTENCES, Words(context=3, vocabulary=("<unk>", "film"))),
        (Text("abcabcabcabc"), Characters(context=2, vocabulary=("a", "b", "c"))),
    ],
)
def test_asking_for_positions_is_taking_them_from_all(source: Source, literal: Preparation) -> None:
    chosen = [2, 0, 1]
    some, everything = preparation.samples(source, literal, chosen), preparation.samples(source, literal)
    assert some.digest() == everything.take(chosen).digest()
    assert len(everything) == preparation.count(source, literal)


def test_a_vocabulary_that_is_there_is_kept() -> None:
    literal = Characters(context=2, vocabulary=("z", "y"))
    assert preparation.fitted(literal, Text("abc")) == literal
    assert preparation.fitted(digits.PREPARATION, IMAGES) == digits.PREPARATION


def test_an_empty_vocabulary_and_a_strange_character_are_refused() -> None:
    with pytest.raises(ModelError, match="no vocabulary yet"):
        preparation.tokens(Words(context=2))
    with pytest.raises(ModelError, match="'é', which the vocabulary lacks"):
        preparation.samples(Text("abéa"), Characters(context=1, vocabulary=("a", "b")))
    with pytest.raises(ModelError, match="'é', which the vocabulary lacks"):
        preparation.samples(Text("abéa"), Characters(context=1, vocabulary=("a", "b", "\u4000")))


@pytest.mark.parametrize(
    ("source", "literal"),
    [
        (TEXT, Words(context=2, vocabulary=("<unk>",))),
        (SENTENCES, WordText(context=2, vocabulary=("<unk>", "<eos>"))),
        (IMAGES, Characters(context=2, vocabulary=("a",))),
        (SENTENCES, digits.PREPARATION),
    ],
)
def test_a_preparation_of_another_kind_is_refused(source: Source, literal: Preparation) -> None:
    for use in (preparation.samples, preparation.count):
        with pytest.raises(ModelError, match="does not read"):
            use(source, literal)


def test_a_vocabulary_is_not_fitted_to_another_kind() -> None:
    with pytest.raises(ModelError, match="does not read images"):
        preparation.fitted(Characters(context=2), IMAGES)
