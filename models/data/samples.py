"""Labelled samples with stable ids."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Samples:
    """Samples in a fixed order.

    Attributes:
        inputs: `[samples, tokens, features]`, float64.
        labels: `[samples]`, from 0.
        ids: one stable name per sample.
    """

    inputs: NDArray[np.float64]
    labels: NDArray[np.int64]
    ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, positions: Sequence[int] | NDArray[np.int64]) -> Samples:
        """The samples at these positions, in this order."""
        chosen = np.asarray(positions, np.int64)
        return Samples(self.inputs[chosen], self.labels[chosen], tuple(self.ids[i] for i in chosen))

    def digest(self) -> str:
        """SHA-256 over ids, labels and inputs."""
        content = hashlib.sha256("\n".join(self.ids).encode())
        content.update(np.ascontiguousarray(self.labels, "<i8").tobytes())
        content.update(np.ascontiguousarray(self.inputs, "<f8").tobytes())
        return content.hexdigest()


def balanced_split(samples: Samples, per_class: int, salt: str) -> tuple[Samples, Samples]:
    """Take `per_class` samples of every class out of a data set.

    Samples are ranked within their class by the SHA-256 of `salt` and their id, so that the choice depends on
    no library's random generator. The part taken out is interleaved by class: each prefix whose length is a
    multiple of the number of classes is balanced.

    Returns:
        The rest, in its order, and the part taken out.
    """
    ranks = [hashlib.sha256(f"{salt}/{name}".encode()).digest() for name in samples.ids]
    ranked = sorted(range(len(samples)), key=ranks.__getitem__)
    classes = sorted(set(samples.labels.tolist()))
    by_class = [[i for i in ranked if samples.labels[i] == label][:per_class] for label in classes]
    taken = [i for turn in zip(*by_class, strict=True) for i in turn]
    rest = sorted(set(range(len(samples))) - set(taken))
    return samples.take(rest), samples.take(taken)
