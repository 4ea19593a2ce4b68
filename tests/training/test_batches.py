"""Batches for training."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from models.data import preparation
from models.data.augmentation import ERASED_SHARE, Augmentation
from models.data.literals import Characters, Patches, Preparation, Words
from models.data.sources import Images, Sentences, Source, Text
from models.errors import ModelError
from models.training.batches import Feeder
from tests.models.data.published import pictures

COUNT = 400
PIXELS = Patches(size=8, patch=1, mean=(0,), std=(1,))
IMAGES = Images(
    pictures(COUNT, 8, 1) | 1, np.arange(COUNT) % 3, ("a", "b", "c"), tuple(map(str, range(COUNT)))
)
WORDS = Words(context=6, vocabulary=("<unk>", "<cls>", "good", "film"), lead="<cls>")
SENTENCES = Sentences(
    ("good film",) * COUNT, np.arange(COUNT) % 2, ("no", "yes"), tuple(map(str, range(COUNT)))
)
CHARACTERS = Characters(context=5, vocabulary=tuple("abcdefghij"))
TEXT = Text("abcdefghij" * 21)
KINDS: list[tuple[Source, Preparation]] = [(IMAGES, PIXELS), (SENTENCES, WORDS), (TEXT, CHARACTERS)]


def drawn(feeder: Feeder, positions: Sequence[int], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A batch, the generator seeded before it."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        inputs, labels = feeder.batch(torch.tensor(positions))
    return inputs.numpy(), labels.numpy()


def images(augmentation: Augmentation) -> tuple[np.ndarray, np.ndarray]:
    """All images before and after, `[images, 8, 8]`."""
    inputs, labels = drawn(Feeder(IMAGES, PIXELS, augmentation), range(COUNT), seed=5)
    np.testing.assert_array_equal(labels, IMAGES.labels)
    return IMAGES.images[..., 0].astype(np.float32), inputs.reshape(COUNT, 8, 8)


@pytest.mark.parametrize(("source", "literal"), KINDS)
def test_without_changes_a_batch_is_what_the_preparation_gives(source: Source, literal: Preparation) -> None:
    feeder = Feeder(source, literal)
    chosen = [3, 3, 0, 17]
    inputs, labels = drawn(feeder, chosen)
    expected = preparation.samples(source, literal, chosen)
    assert len(feeder) == preparation.count(source, literal)
    assert inputs.dtype == (np.float32 if isinstance(source, Images) else np.int64)
    np.testing.assert_allclose(inputs, expected.inputs, rtol=1e-6)
    np.testing.assert_array_equal(labels, expected.labels)


@pytest.mark.parametrize(
    ("source", "literal", "augmentation"),
    [
        (IMAGES, PIXELS, Augmentation(crop=2, flip=True, erase=0.5)),
        (SENTENCES, WORDS, Augmentation(word_dropout=0.5)),
        (TEXT, CHARACTERS, Augmentation(random_windows=True)),
    ],
)
def test_the_generator_alone_decides(
    source: Source, literal: Preparation, augmentation: Augmentation
) -> None:
    feeder = Feeder(source, literal, augmentation)
    draws = [drawn(feeder, range(20), seed)[0] for seed in (1, 1, 2)]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert (draws[0] != draws[2]).any()


def test_a_crop_shifts_the_image_and_fills_with_zeros() -> None:
    before, after = images(Augmentation(crop=2))
    padded = np.pad(before, [(0, 0), (2, 2), (2, 2)])
    shifts = {}
    for image, wide in zip(after, padded, strict=True):
        found = [(r, c) for r in range(5) for c in range(5) if (wide[r : r + 8, c : c + 8] == image).all()]
        assert len(found) == 1
        shifts[found[0]] = shifts.get(found[0], 0) + 1
    assert len(shifts) == 25
    assert max(shifts.values()) < 3 * COUNT / 25


def test_a_flip_mirrors_about_half_of_the_images() -> None:
    before, after = images(Augmentation(flip=True))
    mirrored = (after == before[:, :, ::-1]).all(axis=(1, 2))
    kept = (after == before).all(axis=(1, 2))
    assert (mirrored ^ kept).all()
    assert 0.4 < mirrored.mean() < 0.6


def test_erasing_clears_one_rectangle_in_its_share_of_the_images() -> None:
    before, after = images(Augmentation(erase=0.25))
    erased = after == 0
    np.testing.assert_array_equal(after[~erased], before[~erased])
    touched = erased.any(axis=(1, 2))
    assert 0.18 < touched.mean() < 0.32
    for cleared in erased[touched]:
        rows, columns = np.flatnonzero(cleared.any(axis=1)), np.flatnonzero(cleared.any(axis=0))
        assert cleared[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
    # rounding to whole pixels widens the range of areas a little
    assert 1 / 64 <= erased[touched].mean(axis=(1, 2)).min() < 0.06
    assert 0.25 < erased[touched].mean(axis=(1, 2)).max() < ERASED_SHARE[1] + 0.1


def test_dropped_words_become_unknown_and_lead_and_padding_stay() -> None:
    feeder = Feeder(SENTENCES, WORDS, Augmentation(word_dropout=0.25))
    inputs, labels = drawn(feeder, range(COUNT))
    np.testing.assert_array_equal(labels, SENTENCES.labels)
    assert (inputs[:, 0] == 1).all()
    assert (inputs[:, 3:] == -1).all()
    dropped = inputs[:, 1:3] == 0
    assert 0.2 < dropped.mean() < 0.3
    np.testing.assert_array_equal(inputs[:, 1:3][~dropped], np.tile([2, 3], (COUNT, 1))[~dropped])


def test_random_windows_begin_anywhere() -> None:
    feeder = Feeder(TEXT, CHARACTERS, Augmentation(random_windows=True))
    assert len(feeder) == 41
    inputs, labels = drawn(feeder, range(500))
    assert inputs.shape == labels.shape == (500, 5)
    assert set(inputs[:, 0]) == set(range(10))
    np.testing.assert_array_equal(inputs[:, 1:], labels[:, :-1])
    np.testing.assert_array_equal((inputs + 1) % 10, labels)


@pytest.mark.parametrize(
    ("source", "literal", "augmentation", "name"),
    [
        (IMAGES, PIXELS, Augmentation(word_dropout=0.1), "word_dropout"),
        (SENTENCES, WORDS, Augmentation(crop=1, flip=True), "crop, flip"),
        (TEXT, CHARACTERS, Augmentation(erase=0.1), "erase"),
    ],
)
def test_changes_without_meaning_are_refused(
    source: Source, literal: Preparation, augmentation: Augmentation, name: str
) -> None:
    with pytest.raises(ModelError, match=f"augmentation {name} has no meaning"):
        Feeder(source, literal, augmentation)


def test_a_preparation_of_another_kind_is_refused() -> None:
    with pytest.raises(ModelError, match="does not read sentences"):
        Feeder(SENTENCES, PIXELS)
