"""Labelled samples with stable ids, and how a set of them is divided and ordered."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Positions: TypeAlias = Sequence[int] | NDArray[np.int64]


class Labelled(Protocol):
    """Anything with one label and one id per sample: prepared samples, images, sentences."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """`[samples]`, from 0."""

    @property
    def ids(self) -> tuple[str, ...]:
        """One stable name per sample."""

    def take(self: LabelledT, positions: Positions) -> LabelledT:
        """The samples at these positions, in this order."""


LabelledT = TypeVar("LabelledT", bound=Labelled)


@dataclass(frozen=True)
class Samples:
    """Samples in a fixed order, as a model takes them.

    Attributes:
        inputs: `[samples, tokens, features]`, float64, or token ids `[samples, tokens]`, int64.
        labels: `[samples]` or, where every position has its own, `[samples, positions]`; from 0.
        ids: one stable name per sample.
    """

    inputs: NDArray[Any]
    labels: NDArray[np.int64]
    ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, positions: Positions) -> Samples:
        """The samples at these positions, in this order."""
        chosen = np.asarray(positions, np.int64)
        return Samples(self.inputs[chosen], self.labels[chosen], tuple(self.ids[i] for i in chosen))

    def digest(self) -> str:
        """SHA-256 over ids, labels and inputs."""
        kind = "<i8" if np.issubdtype(self.inputs.dtype, np.integer) else "<f8"
        content = hashlib.sha256("\n".join(self.ids).encode())
        content.update(np.ascontiguousarray(self.labels, "<i8").tobytes())
        content.update(np.ascontiguousarray(self.inputs, kind).tobytes())
        return content.hexdigest()


def balanced_split(source: LabelledT, per_class: int, salt: str) -> tuple[LabelledT, LabelledT]:
    """Take `per_class` samples of every class out of a data set.

    Samples are ranked within their class by the SHA-256 of `salt` and their id, so that the choice depends on
    no library's random generator. The part taken out is interleaved by class: each prefix whose length is a
    multiple of the number of classes is balanced.

    Returns:
        The rest, in its order, and the part taken out.
    """
    ranks = [hashlib.sha256(f"{salt}/{name}".encode()).digest() for name in source.ids]
    ranked = sorted(range(len(ranks)), key=ranks.__getitem__)
    labels = source.labels.tolist()
    by_class = [[i for i in ranked if labels[i] == label][:per_class] for label in sorted(set(labels))]
    taken = [i for turn in zip(*by_class, strict=True) for i in turn]
    rest = sorted(set(range(len(ranks))) - set(taken))
    return source.take(rest), source.take(taken)


def interleaved(source: LabelledT) -> LabelledT:
    """The same samples in turns, each with the next of every class that has one left.

    Within a class the order stays. Every prefix of whole turns is balanced, and so is the whole where the
    classes are equally frequent.
    """
    labels = source.labels
    turns = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        turns[members] = np.arange(len(members))
    return source.take(np.lexsort((labels, turns)))
