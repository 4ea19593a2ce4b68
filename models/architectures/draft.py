"""A graph in the making, with its initial weights.

Those of a linear map are uniform within ±1/√(its inputs), as in torch.nn.Linear (LeCun et al. 1998);
embeddings of positions and symbols are normal with standard deviation 0.02, as in ViT, GPT-2 and BERT; biases
are 0 and normalisations the identity.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from models.architectures.options import Options
from models.architectures.shapes import DataShape
from models.graph import Array, Graph, Node

#: Added to every normalisation's variance, as in torch.
EPSILON = 1e-5

_EMBEDDING_DEVIATION = 0.02


class Draft:
    """A graph in the making.

    Every method that adds a node takes the `layer` under which reports group it and the `part` that it
    plays there; the node is named `layer.part`, or just `layer` where `part` is empty, and its name returned.
    """

    def __init__(
        self, options: Options, rng: np.random.Generator, norm: Literal["layer", "rms"] = "layer"
    ) -> None:
        """Begin a graph; `norm` is the norm of its authors, which the options may replace."""
        self.options = options
        self._norm = norm
        self._rng = rng
        self._nodes: list[Node] = []

    def add(
        self,
        layer: str,
        part: str,
        operation: str,
        *inputs: str,
        arrays: Mapping[str, Array] | None = None,
        **attributes: Any,
    ) -> str:
        """A node of any operation."""
        name = f"{layer}.{part}" if part else layer
        self._nodes.append(Node(name, operation, inputs, attributes, arrays or {}, layer))
        return name

    def linear(
        self, layer: str, part: str, source: str, inputs: int, outputs: int, bias: Array | None = None
    ) -> str:
        """A linear map from `inputs` to `outputs` features."""
        bound = 1 / np.sqrt(inputs)
        weight = self._rng.uniform(-bound, bound, (outputs, inputs))
        arrays = {"weight": weight, "bias": np.zeros(outputs) if bias is None else bias}
        return self.add(layer, part, "linear", source, arrays=arrays)

    def norm(self, layer: str, part: str, source: str, features: int) -> str:
        """The normalisation over features that the options name."""
        if self.options.norm == "batch":
            return self.batch_norm(layer, part, source, features)
        if self._norm == "rms":
            return self.add(
                layer, part, "rms_norm", source, arrays={"scale": np.ones(features)}, epsilon=EPSILON
            )
        arrays = {"scale": np.ones(features), "shift": np.zeros(features)}
        return self.add(layer, part, "layer_norm", source, arrays=arrays, epsilon=EPSILON)

    def batch_norm(
        self, layer: str, part: str, source: str, size: int, over: Literal["features", "heads"] = "features"
    ) -> str:
        """BatchNorm per feature, or per head of scores."""
        ones, zeros = np.ones(size), np.zeros(size)
        arrays = {"scale": ones, "shift": zeros, "mean": zeros, "variance": ones}
        return self.add(layer, part, "batch_norm", source, arrays=arrays, epsilon=EPSILON, over=over)

    def patches(self, data: DataShape, dim: int, *, position: bool) -> str:
        """The embedding of the input's tokens; a learned `position` per token is its bias."""
        source = self.add("input", "", "input", tokens=data.tokens, features=data.features)
        bias = self._embedding(data.tokens, dim) if position else None
        return self.linear("embedding", "", source, data.features, dim, bias)

    def symbols(self, data: DataShape, dim: int, *, position: bool = True) -> tuple[str, str]:
        """The input of one-hot tokens, and its embedding; a learned `position` is its bias."""
        source = self.add("input", "", "input", tokens=data.tokens, features=data.features, one_hot=True)
        arrays = {
            "weight": self._embedding(dim, data.features),
            "bias": self._embedding(data.tokens, dim) if position else np.zeros(dim),
        }
        return source, self.add("embedding", "", "linear", source, arrays=arrays)

    def graph(self, name: str) -> Graph:
        """The finished graph, whose output is the last node."""
        return Graph(name, tuple(self._nodes), self._nodes[-1].name)

    def _embedding(self, *shape: int) -> Array:
        return self._rng.normal(0, _EMBEDDING_DEVIATION, shape)
