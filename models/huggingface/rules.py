"""Where the arrays of a node are stored, as entries of a family's table.

A stored name has an asterisk for each number in the name of the node, as `layer.*.query` of block 3 is
`layer.3.query`. It may be stored with the prefix that the body of its family has in a model with a head.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.graph import Array, Node
from models.huggingface.config import Config
from models.huggingface.tensors import Tensors

Arrays = dict[str, Array]


@dataclass(frozen=True)
class Place:
    """A node whose arrays are looked for, of which the shapes alone are right.

    Attributes:
        node: the node as the architecture draws it.
        numbers: those in its name.
        prefix: what may stand before the names of its tensors.
        tensors: what the folder holds.
        config: what it says.
    """

    node: Node
    numbers: tuple[str, ...]
    prefix: str
    tensors: Tensors
    config: Config

    def shape(self, array: str) -> tuple[int, ...]:
        """That of one of its arrays."""
        return self.node.arrays[array].shape

    def take(self, name: str, *shape: int, tied: str = "") -> Array:
        """A stored tensor, or another that stands for it where the config says that they are tied."""
        names = [name, tied] if tied and self.says("tied") else [name]
        found = [before + self._numbered(one) for one in names for before in dict.fromkeys((self.prefix, ""))]
        stored = [one for one in found if one in self.tensors]
        return self.tensors.take((stored or found)[0], *shape)

    def says(self, entry: bool | str) -> bool:
        """Whether something is stored: a field of the config may say it."""
        return bool(getattr(self.config, entry)) if isinstance(entry, str) else entry

    def count(self, field: str) -> int:
        """A whole number that the config says."""
        return int(getattr(self.config, field))

    def _numbered(self, name: str) -> str:
        for number in self.numbers:
            name = name.replace("*", number, 1)
        return name


class Rule(Protocol):
    """Where the arrays of a node come from."""

    def arrays(self, place: Place) -> Arrays:
        """All of them but constants; what is missing is noted by the tensors."""


#: Name of a node, an asterisk for each number in it → where its arrays come from.
Table = Mapping[str, Rule]


@dataclass(frozen=True)
class Linear:
    """A linear map as torch.nn.Linear stores it.

    Attributes:
        name: of the module.
        bias: whether it has one, or the field of the config that says so; else it is zero.
        transposed: whether the weight is stored `[in, out]`, as GPT-2 does.
        tied: the table of words, where that can stand for the weight.
    """

    name: str
    bias: bool | str = True
    transposed: bool = False
    tied: str = ""

    def arrays(self, place: Place) -> Arrays:
        """Weight and bias."""
        outputs, inputs = place.shape("weight")
        shape = (inputs, outputs) if self.transposed else (outputs, inputs)
        weight = place.take(f"{self.name}.weight", *shape, tied=self.tied and f"{self.tied}.weight")
        bias = place.take(f"{self.name}.bias", outputs) if place.says(self.bias) else np.zeros(outputs)
        return {"weight": weight.T if self.transposed else weight, "bias": bias}


@dataclass(frozen=True)
class Part:
    """One of several linear maps that are stored as one: queries, keys and values.

    Attributes:
        name: of the module.
        number: which of them, counted from 0.
        transposed: as in `Linear`.
        by_head: whether each head has its queries, keys and values side by side, as GPT-NeoX does; else all
            queries come first.
        bias: as in `Linear`.
        parts: how many there are.
    """

    name: str
    number: int
    transposed: bool = False
    by_head: bool = False
    bias: bool | str = True
    parts: int = 3

    def arrays(self, place: Place) -> Arrays:
        """Weight and bias."""
        outputs, inputs = place.shape("weight")
        total = self.parts * outputs
        shape = (inputs, total) if self.transposed else (total, inputs)
        weight = place.take(f"{self.name}.weight", *shape)
        bias = place.take(f"{self.name}.bias", total) if place.says(self.bias) else np.zeros(total)
        heads = place.count("heads") if self.by_head else 1
        return {
            "weight": self._rows(weight.T if self.transposed else weight, heads),
            "bias": self._rows(bias, heads),
        }

    def _rows(self, joint: Array, heads: int) -> Array:
        apart = joint.reshape(heads, self.parts, -1, *joint.shape[1:])[:, self.number]
        return apart.reshape(-1, *joint.shape[1:])


@dataclass(frozen=True)
class Norm:
    """A normalisation, with a shift where the node has one."""

    name: str

    def arrays(self, place: Place) -> Arrays:
        """Scale and shift."""
        stored = {"scale": ".weight", "shift": ".bias"}
        return {
            array: place.take(f"{self.name}{suffix}", *place.shape(array))
            for array, suffix in stored.items()
            if array in place.node.arrays
        }


@dataclass(frozen=True)
class Symbols:
    """The words as a linear map of one-hot tokens; position and type of token are its bias.

    Attributes:
        words: the table of words.
        positions: that of positions, if there is one, the first token's at `first` of the config.
        types: that of types, of which a single sentence has the first, if there is one.
        tied: the head, where that can stand for the table of words.
    """

    words: str
    positions: str = ""
    types: str = ""
    tied: str = ""

    def arrays(self, place: Place) -> Arrays:
        """Weight and bias."""
        width, symbols = place.shape("weight")
        bias = np.zeros(place.shape("bias"))
        if self.positions:
            rows, first = place.count("positions"), place.count("first")
            bias = bias + place.take(f"{self.positions}.weight", rows, width)[first : first + len(bias)]
        if self.types:
            bias = bias + place.take(f"{self.types}.weight", place.count("types"), width)[0]
        words = place.take(f"{self.words}.weight", symbols, width, tied=self.tied and f"{self.tied}.weight")
        return {"weight": words.T, "bias": bias}


@dataclass(frozen=True)
class Patches:
    """The convolution that cuts patches as a linear map of a token, and per token all that is added to it.

    A token's features run over rows, columns and channels, a convolution's over channels first. Leading
    tokens are zero, so that their rows of the bias are their whole embeddings.

    Attributes:
        convolution: the module.
        positions: the embedding of positions, if there is one.
        leading: the embeddings of the leading tokens.
    """

    convolution: str
    positions: str = ""
    leading: tuple[str, ...] = ()

    def arrays(self, place: Place) -> Arrays:
        """Weight and bias."""
        dim, features = place.shape("weight")
        side, channels = place.count("patch"), place.count("channels")
        weight = place.take(f"{self.convolution}.weight", dim, channels, side, side)
        bias = place.take(f"{self.convolution}.bias", dim)
        arrays = {"weight": weight.transpose(0, 2, 3, 1).reshape(dim, features), "bias": bias}
        if self.positions:
            tokens = place.shape("bias")[0]
            leading = [place.take(name, 1, 1, dim)[0] for name in self.leading]
            contents = np.concatenate([*leading, np.broadcast_to(bias, (tokens - len(leading), dim))])
            arrays["bias"] = place.take(self.positions, 1, tokens, dim)[0] + contents
        return arrays


@dataclass(frozen=True)
class Averaged:
    """The mean of several linear maps, each of tokens of its own that lie side by side.

    Attributes:
        names: of the modules, in the order of the tokens.
    """

    names: tuple[str, ...]

    def arrays(self, place: Place) -> Arrays:
        """Weight and bias."""
        (outputs, inputs), count = place.shape("weight"), len(self.names)
        weights = [place.take(f"{name}.weight", outputs, inputs // count) for name in self.names]
        biases = [place.take(f"{name}.bias", outputs) for name in self.names]
        return {"weight": np.concatenate(weights, axis=1) / count, "bias": np.mean(biases, axis=0)}


@dataclass(frozen=True)
class Offsets:
    """A bias per head and pair of a window's points, stored once for each offset from one to the other.

    Attributes:
        name: of the table, `[(2·window - 1)², heads]`.
    """

    name: str

    def arrays(self, place: Place) -> Arrays:
        """The bias, `[heads, window², window²]`."""
        heads, points, _ = place.shape("bias")
        window = math.isqrt(points)
        across = 2 * window - 1
        table = place.take(self.name, across**2, heads).reshape(across, across, heads)
        row, column = np.divmod(np.arange(points), window)
        rows, columns = (axis[:, None] - axis + window - 1 for axis in (row, column))
        return {"bias": table[rows, columns].transpose(2, 0, 1)}


@dataclass(frozen=True)
class Grouped:
    """Keys or values of which several heads share one: each head gets its own copy.

    Attributes:
        name: of the module.
        bias: as in `Linear`.
    """

    name: str
    bias: bool | str

    def arrays(self, place: Place) -> Arrays:
        """Weight and bias."""
        outputs, inputs = place.shape("weight")
        heads, stored = place.count("heads"), place.count("key_heads")
        width = outputs // heads
        weight = place.take(f"{self.name}.weight", stored * width, inputs)
        bias = np.zeros(stored * width)
        if place.says(self.bias):
            bias = place.take(f"{self.name}.bias", stored * width)
        return {
            "weight": _copied(weight.reshape(stored, width, inputs), heads // stored).reshape(
                outputs, inputs
            ),
            "bias": _copied(bias.reshape(stored, width), heads // stored).reshape(outputs),
        }


def _copied(by_head: Array, copies: int) -> Array:
    return np.repeat(by_head, copies, axis=0)
