"""Batches for training, prepared and augmented on the way, so that no prepared copy of a data set is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.data import patches, preparation
from models.data.augmentation import Augmentation, of_images, of_sentences
from models.data.literals import Characters, Patches, Preparation, Words, WordText
from models.data.samples import Positions, Samples
from models.data.sources import Images, Sentences, Source, Text
from models.errors import ModelError

Batch = tuple[NDArray[Any], NDArray[np.int64]]

#: Preparation → the augmentations that have a meaning for it.
APPLICABLE = {
    "patches": {"crop", "flip", "erase"},
    "words": {"word_dropout"},
    "word_text": {"random_windows"},
    "characters": {"random_windows"},
}


class Feeder:
    """The samples of a source, by position, augmented anew at every call."""

    def __init__(
        self, source: Source, literal: Preparation, augmentation: Augmentation | None = None
    ) -> None:
        """Prepare what is small enough to keep: the token ids of texts and sentences.

        Args:
            source: what to train on.
            literal: its preparation, with its vocabulary filled.
            augmentation: the random changes; none where it is absent.

        Raises:
            ModelError: the preparation does not read this source, or has no meaning for the augmentation.
        """
        changes = augmentation or Augmentation()
        foreign = changes.asked() - APPLICABLE[literal.kind]
        if foreign:
            raise ModelError(
                f"the augmentation {', '.join(sorted(foreign))} has no meaning for the preparation "
                f"{literal.kind}; leave it out"
            )
        self._count = preparation.count(source, literal)
        self._drawer = _drawer(source, literal, changes)

    def __len__(self) -> int:
        return self._count

    def batch(self, positions: Positions, rng: np.random.Generator) -> Batch:
        """The samples at these positions, changed at random.

        With `random_windows` the positions of a text say only how many windows are drawn.

        Returns:
            Inputs, `[batch, tokens, features]` float32 or `[batch, tokens]` int64, and labels, `[batch]` or
            `[batch, positions]` int64.
        """
        return self._drawer.draw(np.asarray(positions, np.int64), rng)


class _Drawer(Protocol):
    def draw(self, positions: NDArray[np.int64], rng: np.random.Generator) -> Batch: ...


@dataclass(frozen=True)
class _Pictures:
    source: Images
    literal: Patches
    changes: Augmentation

    def draw(self, positions: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        pixels = patches.normalised(self.source.images[positions], self.literal, np.float32)
        changed = of_images(pixels, self.changes, rng)
        return patches.tokens(changed, self.literal), self.source.labels[positions]


@dataclass(frozen=True)
class _Phrases:
    samples: Samples
    literal: Words
    changes: Augmentation

    def draw(self, positions: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        ids = of_sentences(self.samples.inputs[positions], self.literal, self.changes, rng)
        return ids, self.samples.labels[positions]


@dataclass(frozen=True)
class _Windows:
    ids: NDArray[np.int64]
    context: int
    changes: Augmentation

    def draw(self, positions: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        starts = positions * self.context
        if self.changes.random_windows:
            starts = rng.integers(0, len(self.ids) - self.context, len(positions))
        return preparation.cut(self.ids, starts, self.context)


def _drawer(source: Source, literal: Preparation, changes: Augmentation) -> _Drawer:
    if isinstance(source, Images) and isinstance(literal, Patches):
        return _Pictures(source, literal, changes)
    if isinstance(source, Sentences) and isinstance(literal, Words):
        return _Phrases(preparation.samples(source, literal), literal, changes)
    if isinstance(source, Text) and isinstance(literal, Characters | WordText):
        return _Windows(preparation.token_ids(source, literal), literal.context, changes)
    raise preparation.mismatch(literal, source)
