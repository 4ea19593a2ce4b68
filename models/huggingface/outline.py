"""What a folder holds, without reading its weights: names and shapes stand in the heads of their files."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from models.architectures import registry
from models.architectures.shapes import DataShape
from models.errors import ModelError
from models.graph import Array
from models.huggingface import describing, folder
from models.huggingface.config import operation
from models.huggingface.images import Begun, begun
from models.huggingface.kinds.image import ImageConfig
from models.huggingface.request import Request
from models.huggingface.tensors import Stored, Tensors


@dataclass(frozen=True)
class Outline:
    """A checkpoint without its weights.

    Attributes:
        name: the folder's.
        family: Hugging Face's name of the kind of model.
        task: its names of what the model is for, as classes; where none is known, as what it is taken too.
        architecture: its kind and shape.
        data: the sizes of what it takes and gives, of a text all positions of the model,
            4,096 at most.
        activation: the operation between the maps of its MLPs.
        images: what a recipe has to say of its images; None of a text.
        parameters: numbers that its files hold; None where these are no safetensors.
    """

    name: str
    family: str
    task: str
    architecture: registry.Architecture
    data: DataShape
    activation: str
    images: Begun | None
    parameters: int | None


class _Heads(Tensors):
    """Weights of which only the shapes are known; all of them are zero, and take no memory."""

    def take(self, name: str, *shape: int) -> Array:
        """See `Tensors.take`."""
        found = self._stored.get(name)
        if found is None or found.shape != shape:
            return super().take(name, *shape)
        self._asked.add(name)
        return np.broadcast_to(np.zeros(()), shape)


@dataclass(frozen=True)
class _Source(folder.Source):
    """A folder whose weights are not read."""

    @cached_property
    def stored(self) -> dict[str, Stored]:
        """Names and shapes of the weights, without their bytes."""
        files = sorted(self.folder.glob("model*.safetensors"))
        return {name: one for path in files for name, one in _heads(path).items()}

    @cached_property
    def tensors(self) -> Tensors:
        """See `Source.tensors`; weights in another form are read."""
        return _Heads(str(self.folder), self.stored) if self.stored else folder.read(self.folder).tensors


def outline(path: Path) -> Outline:
    """What a folder holds.

    Raises:
        ModelError: the folder is incomplete or damaged, its weights are not those that its config describes,
            or the model is none that the graph can express.
    """
    read = folder.read(path)
    source = _Source(read.folder, read.config, read.preprocessor, read.modules, read.modules_path)
    described = describing.describe(source, Request(path.resolve().name))
    deque(described.arrays(described.drawn(), source.tensors), maxlen=0)
    source.tensors.check()
    taken = describing.taken(source, described.head)
    return Outline(
        name=path.resolve().name,
        family=str(source.config.get("model_type", described.architecture.kind)),
        task=", ".join(filter(None, [*describing.model_classes(source), taken])) or "not named",
        architecture=described.architecture,
        data=described.data,
        activation=operation(described.config.activation)[0],
        images=begun(described.config, source) if isinstance(described.config, ImageConfig) else None,
        parameters=sum(prod(stored.shape) for stored in source.stored.values()) or None,
    )


def _heads(path: Path) -> dict[str, Stored]:
    try:
        folder.refuse_pointer(path)  # and whatever is no regular file
        with safe_open(path, "np") as file:  # type: ignore[no-untyped-call]
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            return {
                name: Stored(one.get_dtype(), tuple(one.get_shape()), b"") for name, one in slices.items()
            }
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error}); restore the folder") from error
    except SafetensorError as error:
        raise ModelError(f"{path} is not a safetensors file ({error}); restore the folder") from error
