"""Polynomial vision transformers with random weights, to test the engine on shapes it was not made for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.graph import Array, Graph, Node
from models.reference import run

#: Polynomials' inputs fill at most this part of their interval on the calibration inputs.
FILL = 0.6
CALIBRATION_SAMPLES = 64


@dataclass(frozen=True)
class Shape:
    """The dimensions of a random ViT."""

    blocks: int = 3
    dim: int = 24
    heads: int = 3
    tokens: int = 12
    features_in: int = 5
    classes: int = 7
    attention_degree: int = 5
    mlp_degree: int = 13
    mlp_ratio: int = 2


def random_inputs(seed: int, samples: int, tokens: int, features_in: int) -> Array:
    """Inputs `[samples, tokens, features]`, uniform in [-1, 1]."""
    return np.random.default_rng(seed).uniform(-1, 1, (samples, tokens, features_in))


def random_vit(
    seed: int,
    blocks: int = 3,
    dim: int = 24,
    heads: int = 3,
    tokens: int = 12,
    features_in: int = 5,
    classes: int = 7,
    attention_degree: int = 5,
    mlp_degree: int = 13,
    *,
    mlp_ratio: int = 2,
    interval: tuple[float, float] = (-1.0, 1.0),
) -> Graph:
    """A random graph of the structure that the conversion makes, its values of size about 1.

    Weights are scaled layer by layer on calibration inputs, so that inputs from `random_inputs` stay inside
    `interval`, on which every polynomial is a Chebyshev series of values in [-1, 1].
    """
    shape = Shape(blocks, dim, heads, tokens, features_in, classes, attention_degree, mlp_degree, mlp_ratio)
    return _Builder(seed, shape, interval).build()


class _Builder:
    """Appends nodes while it evaluates them on the calibration inputs, to choose each weight's scale."""

    def __init__(self, seed: int, shape: Shape, interval: tuple[float, float]) -> None:
        self.random = np.random.default_rng(seed)
        self.seed, self.shape, self.interval = seed, shape, interval
        self.inputs = random_inputs(seed + 1, CALIBRATION_SAMPLES, shape.tokens, shape.features_in)
        attributes = {"tokens": shape.tokens, "features": shape.features_in}
        self.nodes = [Node("input", "input", attributes=attributes, layer="input")]
        self.features = {"input": shape.features_in}

    def build(self) -> Graph:
        """All blocks, the head and the sum over tokens."""
        dim = self.shape.dim
        stream = self._linear("embedding", "input", dim, size=0.5, layer="embedding", per_token=True)
        for block in range(self.shape.blocks):
            source = "input" if block == 0 else stream
            stream = self._attention(f"blocks.{block}.attention", source, stream)
            stream = self._mlp(f"blocks.{block}.mlp", stream)
        head = self._linear("head", stream, self.shape.classes, size=1 / self.shape.tokens, layer="head")
        output = self._append(Node("logits", "sum_tokens", (head,), layer="head"))
        return Graph(f"random_vit_{self.seed}", tuple(self.nodes), output, {"seed": self.seed})

    def _attention(self, layer: str, source: str, stream: str) -> str:
        dim, per_token = self.shape.dim, source == "input"
        first = len(self.nodes)
        q = self._heads(f"{layer}.q", source, 1.0, layer, per_token)
        k = self._heads(f"{layer}.k", source, 1.0, layer, per_token)
        scores = Node(f"{layer}.scores", "scores", (q, k), layer=layer)
        factor = np.sqrt(self._input_size() / np.abs(self._values(scores)[scores.name]).max())
        self.nodes[first:] = [_scaled(node, factor) for node in self.nodes[first:]]
        v = self._heads(f"{layer}.v", source, 1 / np.sqrt(self.shape.tokens), layer, per_token)
        self._append(scores)
        weights = self._polynomial(f"{layer}.activation", scores.name, self.shape.attention_degree, layer)
        mixed = self._append(Node(f"{layer}.mix", "mix", (weights, v), layer=layer))
        merged = self._append(Node(f"{layer}.merged", "merge_heads", (mixed,), layer=layer))
        self.features[merged] = dim
        return self._residual(layer, stream, merged)

    def _heads(self, name: str, source: str, size: float, layer: str, per_token: bool) -> str:
        linear = self._linear(name, source, self.shape.dim, size, layer, per_token)
        split = Node(f"{name}.heads", "split_heads", (linear,), {"heads": self.shape.heads}, layer=layer)
        return self._append(split)

    def _mlp(self, layer: str, stream: str) -> str:
        hidden = self.shape.dim * self.shape.mlp_ratio
        expanded = self._linear(f"{layer}.expand", stream, hidden, self._input_size(), layer)
        activated = self._polynomial(f"{layer}.activation", expanded, self.shape.mlp_degree, layer)
        return self._residual(layer, stream, activated)

    def _residual(self, layer: str, stream: str, branch: str) -> str:
        projected = self._linear(f"{layer}.projection", branch, self.shape.dim, 0.3, layer)
        added = self._append(Node(f"{layer}.residual", "add", (stream, projected), layer=layer))
        self.features[added] = self.shape.dim
        return added

    def _input_size(self) -> float:
        return FILL * min(abs(bound) for bound in self.interval)

    def _linear(
        self, name: str, source: str, width: int, size: float, layer: str, per_token: bool = False
    ) -> str:
        """A random linear map whose largest value on the calibration inputs is `size`."""
        weight = self.random.normal(size=(width, self.features[source]))
        bias = self.random.normal(size=(self.shape.tokens, width) if per_token else width) / 2
        node = Node(name, "linear", (source,), arrays={"weight": weight, "bias": bias}, layer=layer)
        largest = np.abs(self._values(node)[name]).max()
        arrays = {"weight": weight * (size / largest), "bias": bias * (size / largest)}
        self.features[name] = width
        return self._append(Node(name, "linear", (source,), arrays=arrays, layer=layer))

    def _polynomial(self, name: str, source: str, degree: int, layer: str) -> str:
        coefficients = self.random.normal(size=degree + 1) * 0.8 ** np.arange(degree + 1)
        coefficients /= np.abs(coefficients).sum()
        attributes = {"basis": "chebyshev", "interval": list(self.interval)}
        node = Node(name, "polynomial", (source,), attributes, {"coefficients": coefficients}, layer)
        if source in self.features:
            self.features[name] = self.features[source]
        return self._append(node)

    def _append(self, node: Node) -> str:
        self.nodes.append(node)
        return node.name

    def _values(self, node: Node) -> dict[str, Array]:
        return run(Graph("partial", (*self.nodes, node), node.name), self.inputs)


def _scaled(node: Node, factor: float) -> Node:
    """The node with its weights and bias, if any, times a factor."""
    return replace(node, arrays={name: array * factor for name, array in node.arrays.items()})
