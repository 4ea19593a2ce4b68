"""Samples that are prepared as they are taken: a whole held-out set of prepared images fits no memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.data import preparation
from models.data.literals import Preparation
from models.data.samples import Positions, Samples
from models.data.sources import Source
from models.ladder import PIECE


@dataclass(frozen=True)
class Unprepared:
    """All samples of a source.

    Attributes:
        source: where they come from.
        preparation: how they become a model's inputs, with its vocabulary.
    """

    source: Source
    preparation: Preparation

    def __len__(self) -> int:
        return preparation.count(self.source, self.preparation)

    def take(self, positions: Positions) -> Samples:
        """The samples at these positions, in this order, prepared."""
        return preparation.samples(self.source, self.preparation, positions)

    def digest(self) -> str:
        """The digest that they have as prepared `Samples`."""
        ids: list[str] = []
        labels = []
        for piece in self._pieces():
            ids += piece.ids
            labels.append(piece.labels)
        kind = "<i8" if np.issubdtype(piece.inputs.dtype, np.integer) else "<f8"
        content = hashlib.sha256("\n".join(ids).encode())
        content.update(np.ascontiguousarray(np.concatenate(labels), "<i8").tobytes())
        for piece in self._pieces():
            content.update(np.ascontiguousarray(piece.inputs, kind).tobytes())
        return content.hexdigest()

    def _pieces(self) -> Iterator[Samples]:
        count = len(self)
        return (self.take(range(start, min(start + PIECE, count))) for start in range(0, count, PIECE))
