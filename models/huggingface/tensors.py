"""The weights of a checkpoint, each of which must be asked for once, by its name and shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.errors import ModelError
from models.graph import Array

#: Types that numpy knows, by their safetensors names; all are little-endian.
_TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}


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
        self._left = dict(stored)
        self._faults: list[str] = []

    def __contains__(self, name: str) -> bool:
        return name in self._left

    def take(self, name: str, *shape: int) -> Array:
        """One weight in float64."""
        stored = self._left.pop(name, None)
        if stored is None:
            self._faults.append(f"{name} is missing")
        elif stored.shape != shape:
            self._faults.append(f"{name} has the shape {list(stored.shape)}, not {list(shape)}")
        elif stored.dtype not in (*_TYPES, "BF16"):
            self._faults.append(f"{name} is stored as {stored.dtype}")
        else:
            return _numbers(stored).reshape(shape)
        return np.zeros(shape)

    def linear(self, name: str, outputs: int, inputs: int) -> dict[str, Array]:
        """The arrays of a linear map that is stored as torch.nn.Linear stores it."""
        return {
            "weight": self.take(f"{name}.weight", outputs, inputs),
            "bias": self.take(f"{name}.bias", outputs),
        }

    def norm(self, name: str, features: int) -> dict[str, Array]:
        """The arrays of a LayerNorm."""
        return {
            "scale": self.take(f"{name}.weight", features),
            "shift": self.take(f"{name}.bias", features),
        }

    def leave(self, pattern: str) -> None:
        """Leave out the tensors whose whole name matches: constants that old versions stored."""
        self._left = {name: stored for name, stored in self._left.items() if not re.fullmatch(pattern, name)}

    def check(self) -> None:
        """Say what was wrong.

        Raises:
            ModelError: a weight was missing, of another shape or type, or never asked for.
        """
        faults = self._faults + [f"{name} is left over" for name in sorted(self._left)]
        if faults:
            raise ModelError(
                f"the weights in {self._origin} are not those that its config.json describes "
                f"({'; '.join(faults)}); restore the folder, or import a model of a supported form"
            )


def _numbers(stored: Stored) -> Array:
    if stored.dtype == "BF16":  # the upper half of a float32
        halves = np.frombuffer(stored.data, "<u2").astype(np.uint32)
        return (halves << 16).view(np.float32).astype(np.float64)
    return np.frombuffer(stored.data, _TYPES[stored.dtype]).astype(np.float64)
