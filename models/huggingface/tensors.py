"""The weights of a checkpoint, each of which is asked for by its name and shape."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from models.errors import ModelError
from models.graph import Array

#: Types that numpy knows, by their safetensors names; all are little-endian.
_TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
#: Numbers of the zeros that stand for weights which are not there, after which what is wrong is said at once:
#: a config may describe any number of them.
_MOST_MADE_UP = 1 << 22
#: How TensorFlow's checkpoints name the arrays of a LayerNorm, as those converted from them still do.
_NORMS = ((r"\.gamma$", ".weight"), (r"\.beta$", ".bias"))

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stored:
    """One tensor as its file holds it: type, shape and bytes."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


class Tensors:
    """The weights of one checkpoint.

    A weight that is missing or of another shape is noted and read as zeros, so that `check` can name all that
    is wrong at once.
    """

    def __init__(self, origin: str, stored: Mapping[str, Stored]) -> None:
        """Take what was read from `origin`, which errors name."""
        self._origin = origin
        self._stored = dict(stored)
        self._asked: set[str] = set()
        self._faults: dict[str, None] = {}
        self._made_up = 0

    def __contains__(self, name: str) -> bool:
        return name in self._stored

    def rename(self, *renamings: tuple[str, str]) -> None:
        """Give the weights the names by which they are asked for, whichever version or class stored them.

        A weight that has such a name already keeps it.

        Args:
            renamings: patterns and what replaces them, one after the other in every name.
        """
        for stored in list(self._stored):
            name = stored
            for pattern, replacement in (*_NORMS, *renamings):
                name = re.sub(pattern, replacement, name)
            if name not in self._stored:
                self._stored[name] = self._stored.pop(stored)

    def take(self, name: str, *shape: int) -> Array:
        """One weight in float64; more than one node may have a part of it.

        Raises:
            ModelError: a large one is wrong, in whose place no zeros are made.
        """
        stored = self._stored.get(name)
        self._asked.add(name)
        if stored is None:
            self._faults[f"{name} is missing"] = None
        elif stored.shape != shape:
            self._faults[f"{name} has the shape {list(stored.shape)}, not {list(shape)}"] = None
        elif stored.dtype not in (*_TYPES, "BF16"):
            self._faults[f"{name} is stored as {stored.dtype}"] = None
        else:
            return _numbers(stored).reshape(shape)
        self._made_up += prod(shape)
        if self._made_up > _MOST_MADE_UP:
            self.check()
        return np.zeros(shape)

    def leave(self, pattern: str) -> None:
        """Leave out the tensors whose whole name matches: constants that old versions stored."""
        self._asked |= {name for name in self._stored if re.fullmatch(pattern, name)}

    def check(self) -> None:
        """Say what was wrong.

        Raises:
            ModelError: a weight was missing, or of another shape or type. Weights that were never asked for
                alone change no answer, such as those of another head; they are logged.
        """
        left = sorted(self._stored.keys() - self._asked)
        if self._faults:
            raise self._refused([*self._faults, *(f"{name} is left over" for name in left)])
        if left:
            logger.warning("%s: the model has no place for %s", self._origin, ", ".join(left))

    def _refused(self, faults: Sequence[str]) -> ModelError:
        return ModelError(
            f"the weights in {self._origin} are not those that its config.json describes "
            f"({'; '.join(faults)}); restore the folder, or import a model of a supported form"
        )


def _numbers(stored: Stored) -> Array:
    if stored.dtype == "BF16":  # the upper half of a float32
        halves = np.frombuffer(stored.data, "<u2").astype(np.uint32)
        return (halves << 16).view(np.float32).astype(np.float64)
    return np.frombuffer(stored.data, _TYPES[stored.dtype]).astype(np.float64)
