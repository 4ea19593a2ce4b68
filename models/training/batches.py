"""Batches for training, prepared and augmented where the model is.

The samples lie on the device as they were read, a byte a pixel, and a batch is made of them there: nothing
crosses from the host to a device, and no prepared copy of a data set is kept. What is drawn at random comes
from torch's own generator of that device.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.data import preparation
from models.data.augmentation import Augmentation
from models.data.literals import PADDING, UNKNOWN, Patches, Preparation, Tokens, Words
from models.data.patches import shrinking
from models.data.sources import Images, Sentences, Source, Text
from models.errors import ModelError
from models.training import images, mixing
from models.training.auto_augment import auto_augmented

Batch = tuple[Tensor, Tensor]

_IMAGES = {"crop", "flip", "auto_augment", "erase", "mixup", "cutmix"}
#: Preparation → the augmentations that have a meaning for it.
APPLICABLE = {
    "patches": _IMAGES,
    "words": {"word_dropout"},
    "word_text": {"random_windows"},
    "characters": {"random_windows"},
    "tokens": {"random_windows"},
}
HOST = torch.device("cpu")


class Feeder:
    """The samples of a source, by position, augmented anew at every call.

    Attributes:
        device: where the samples are, and the batches.
    """

    def __init__(
        self,
        source: Source,
        literal: Preparation,
        augmentation: Augmentation | None = None,
        device: torch.device = HOST,
    ) -> None:
        """Bring the samples to the device: images as they are, texts and sentences as token ids.

        Args:
            source: what to train on.
            literal: its preparation, with its vocabulary filled.
            augmentation: the random changes; none where it is absent.
            device: where the samples and the batches are to be.

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
        self.device = device
        self._count = preparation.count(source, literal)
        self._drawer = _drawer(source, literal, changes, device)

    def __len__(self) -> int:
        return self._count

    def order(self) -> Tensor:
        """All positions in a random order, on the device."""
        return torch.randperm(self._count, device=self.device)

    def batch(self, positions: Tensor) -> Batch:
        """The samples at these positions, changed at random.

        With `random_windows` the positions of a text say only how many windows are drawn.

        Args:
            positions: `[batch]`, int64, on the device.

        Returns:
            Inputs, `[batch, tokens, features]` float32 or `[batch, tokens]` int64, and labels, `[batch]` or
            `[batch, positions]` int64; with `mixup` or `cutmix` the share of each class, `[batch, classes]`.
        """
        return self._drawer.draw(positions)


class _Drawer(Protocol):
    def draw(self, positions: Tensor) -> Batch: ...


@dataclass(frozen=True)
class _Pictures:
    pixels: Tensor
    labels: Tensor
    mean: Tensor
    deviation: Tensor
    classes: int
    literal: Patches
    changes: Augmentation

    def draw(self, positions: Tensor) -> Batch:
        changes, labels = self.changes, self.labels[positions]
        pixels = images.shrunk(self.pixels[positions], self.literal)
        if changes.crop or changes.flip:
            pixels = images.shifted(pixels, changes.crop, changes.flip, fill=self.mean)
        if changes.auto_augment:
            pixels = auto_augmented(pixels)
        pixels = (pixels - self.mean) / self.deviation
        if changes.erase:
            pixels = images.erased(pixels, changes.erase)
        if changes.mixes:
            pixels, labels = mixing.mixed(pixels, labels, self.classes, changes)
        return images.tokens(pixels, self.literal), labels


@dataclass(frozen=True)
class _Phrases:
    ids: Tensor
    labels: Tensor
    literal: Words | Tokens
    changes: Augmentation

    def draw(self, positions: Tensor) -> Batch:
        ids, labels = self.ids[positions], self.labels[positions]
        if not self.changes.word_dropout or isinstance(self.literal, Tokens):
            return ids, labels
        dropped = (ids != PADDING) & (torch.rand(ids.shape, device=ids.device) < self.changes.word_dropout)
        if self.literal.lead is not None:
            dropped[:, 0] = False
        return ids.masked_fill(dropped, self.literal.vocabulary.index(UNKNOWN)), labels


@dataclass(frozen=True)
class _Windows:
    ids: Tensor
    context: int
    changes: Augmentation

    def draw(self, positions: Tensor) -> Batch:
        starts = positions * self.context
        if self.changes.random_windows:
            last = len(self.ids) - self.context
            starts = torch.randint(0, last, positions.shape, device=positions.device)
        window = self.ids[starts[:, None] + torch.arange(self.context + 1, device=starts.device)]
        return window[:, :-1], window[:, 1:]


def _drawer(source: Source, literal: Preparation, changes: Augmentation, device: torch.device) -> _Drawer:
    if isinstance(source, Images) and isinstance(literal, Patches):
        shrinking(source.images.shape, literal)  # refuses other shapes, before there is a batch
        return _Pictures(
            pixels=_there(source.images, device),
            labels=_there(source.labels, device),
            mean=_there(np.asarray(literal.mean, np.float32), device),
            deviation=_there(np.asarray(literal.std, np.float32), device),
            classes=len(source.class_names),
            literal=literal,
            changes=changes,
        )
    if isinstance(source, Sentences) and isinstance(literal, Words | Tokens):
        if changes.random_windows:
            raise ModelError("sentences have no windows to draw; leave random_windows out")
        found = preparation.samples(source, literal)
        return _Phrases(_there(found.inputs, device), _there(found.labels, device), literal, changes)
    if isinstance(source, Text) and isinstance(literal, preparation.LongText):
        ids = _there(preparation.token_ids(source, literal), device)
        return _Windows(ids, literal.context, changes)
    raise preparation.mismatch(literal, source)


def _there(array: NDArray[np.generic], device: torch.device) -> Tensor:
    return torch.from_numpy(np.require(array, requirements=["C", "W"])).to(device)
