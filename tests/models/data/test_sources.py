"""What sources say of themselves."""

import numpy as np

from models.data.sources import Images, Provenance, Sentences, Text
from tests.models.data.published import pictures

IMAGES = Images(pictures(4, 2, 1), np.array([0, 1, 0, 1]), ("no", "yes"), ("a", "b", "c", "d"))
SENTENCES = Sentences(("a b", "c", "d"), np.array([0, 1, 1]), ("no", "yes"), ("x", "y", "z"))


def test_taking_keeps_what_belongs_together() -> None:
    images, sentences = IMAGES.take([3, 0]), SENTENCES.take([1])
    np.testing.assert_array_equal(images.images, IMAGES.images[[3, 0]])
    assert (images.labels.tolist(), images.ids) == ([1, 0], ("d", "a"))
    assert (sentences.texts, sentences.labels.tolist(), sentences.ids) == (("c",), [1], ("y",))


def test_the_digest_is_of_the_content_and_not_of_where_it_was_read() -> None:
    elsewhere = Images(IMAGES.images, IMAGES.labels, ("no", "yes"), ("1", "2", "3", "4"), Provenance(("f",)))
    assert elsewhere.digest() == IMAGES.digest()
    brighter = Images(IMAGES.images ^ 1, IMAGES.labels, ("no", "yes"), IMAGES.ids)
    relabelled = Images(IMAGES.images, 1 - IMAGES.labels, ("no", "yes"), IMAGES.ids)
    assert len({IMAGES.digest(), brighter.digest(), relabelled.digest()}) == 3
    assert SENTENCES.take([0, 1]).digest() != SENTENCES.take([0, 2]).digest()
    assert Text("ab").digest() == Text("ab", "other").digest() != Text("ac").digest()


def test_facts_are_what_a_record_needs() -> None:
    read = Text("to be", "play", Provenance(("play.txt",), official=True))
    assert read.part(3, 5).facts() == {
        "kind": "text",
        "count": 2,
        "digest": Text("be").digest(),
        "files": ["play.txt"],
        "official": True,
    }
    assert (IMAGES.facts()["kind"], IMAGES.facts()["count"]) == ("images", 4)
    assert (SENTENCES.facts()["kind"], SENTENCES.facts()["count"]) == ("sentences", 3)
