"""What a data set holds before any preparation for a model: images, sentences or one long text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.data.samples import Positions


@dataclass(frozen=True)
class Provenance:
    """Where a source was read from.

    Attributes:
        files: their names in the data folder; empty for what a package brings along.
        official: whether every one of them has the digest that its publisher's file has.
    """

    files: tuple[str, ...] = ()
    official: bool = False


@dataclass(frozen=True)
class Images:
    """Images, with labels or without.

    Attributes:
        images: `[samples, height, width, channels]`, uint8, in the grey levels of the file.
        labels: `[samples]`, positions in `class_names`; all 0 where there are no labels.
        class_names: one per class; empty where there are no labels.
        ids: one stable name per image.
        provenance: the files behind them.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    ids: tuple[str, ...]
    provenance: Provenance = field(default=Provenance(), compare=False)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def labelled(self) -> bool:
        """Whether each has a label."""
        return bool(self.class_names)

    def take(self, positions: Positions) -> Images:
        """The images at these positions, in this order."""
        chosen = np.asarray(positions, np.int64)
        ids = tuple(self.ids[i] for i in chosen)
        return Images(self.images[chosen], self.labels[chosen], self.class_names, ids, self.provenance)

    def digest(self) -> str:
        """SHA-256 over labels, shape and pixels."""
        content = hashlib.sha256(np.ascontiguousarray(self.labels, "<i8").tobytes())
        content.update(repr(self.images.shape).encode())
        content.update(np.ascontiguousarray(self.images).data)
        return content.hexdigest()

    def facts(self) -> dict[str, Any]:
        """What a record says of these images."""
        return _facts("images", len(self), self.digest(), self.provenance)


@dataclass(frozen=True)
class Sentences:
    """Sentences, with labels or without.

    Attributes:
        texts: as the file spells them.
        labels: `[samples]`, positions in `class_names`; all 0 where there are no labels.
        class_names: one per class; empty where there are no labels.
        ids: one stable name per sentence.
        provenance: the files behind them.
    """

    texts: tuple[str, ...]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    ids: tuple[str, ...]
    provenance: Provenance = field(default=Provenance(), compare=False)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def labelled(self) -> bool:
        """Whether each has a label."""
        return bool(self.class_names)

    def take(self, positions: Positions) -> Sentences:
        """The sentences at these positions, in this order."""
        chosen = np.asarray(positions, np.int64)
        texts, ids = tuple(self.texts[i] for i in chosen), tuple(self.ids[i] for i in chosen)
        return Sentences(texts, self.labels[chosen], self.class_names, ids, self.provenance)

    def digest(self) -> str:
        """SHA-256 over labels and texts."""
        content = hashlib.sha256(np.ascontiguousarray(self.labels, "<i8").tobytes())
        content.update("\n".join(self.texts).encode())
        return content.hexdigest()

    def facts(self) -> dict[str, Any]:
        """What a record says of these sentences."""
        return _facts("sentences", len(self), self.digest(), self.provenance)


@dataclass(frozen=True)
class Text:
    """One long text, for language models.

    Attributes:
        text: as the file spells it.
        name: what the ids of its windows begin with.
        provenance: the file behind it.
    """

    text: str
    name: str = "text"
    provenance: Provenance = field(default=Provenance(), compare=False)

    def __len__(self) -> int:
        return len(self.text)

    @property
    def labelled(self) -> bool:
        """It is: the label of every token is the one after it."""
        return True

    def part(self, start: int, stop: int) -> Text:
        """The characters from `start` to before `stop`."""
        return Text(self.text[start:stop], f"{self.name}[{start}:{stop}]", self.provenance)

    def digest(self) -> str:
        """SHA-256 over the characters."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def facts(self) -> dict[str, Any]:
        """What a record says of this text; `count` is of characters."""
        return _facts("text", len(self), self.digest(), self.provenance)


Source: TypeAlias = Images | Sentences | Text


def numbered(name: str, split: str, count: int) -> tuple[str, ...]:
    """Ids by the order in the file, such as `cifar10-held_out-00042`."""
    return tuple(f"{name}-{split}-{index:05d}" for index in range(count))


def _facts(kind: str, count: int, digest: str, provenance: Provenance) -> dict[str, Any]:
    return {
        "kind": kind,
        "count": count,
        "digest": digest,
        "files": list(provenance.files),
        "official": provenance.official,
    }
