"""Single layers with fixed random weights, in polynomial form: to see what a layer costs, apart from a model.

Weights are scaled on inputs of the layer's own, so that every value is of the size that the conversion gives
it: the inputs of polynomials stay within half of their interval [-1, 1], results are at most about 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev

from models import reference
from models.graph import Array, Graph, Node

KINDS = ("linear", "activation", "attention", "softmax", "block")

#: Those with scores.
ATTENDING = ("attention", "softmax", "block")

#: Standard deviation of the inputs: eight of them fit the interval of a polynomial.
INPUT_SIZE = 0.125
#: Samples on which weights are scaled, and the largest input that a polynomial may then have on them.
CALIBRATION_SAMPLES, FILL = 64, 0.5
#: A large layer is scaled on fewer samples, so that no array has more numbers; two have enough values.
MOST_CALIBRATED, LEAST_SAMPLES = 1 << 25, 2
INTERVAL = (-1.0, 1.0)


@dataclass(frozen=True)
class LayerShape:
    """What a layer is.

    Attributes:
        kind: one of `KINDS`.
        tokens, features: those of its input, and of its output except that of `linear`, which is as wide.
        heads: the heads of its attention, dividing the features.
        degree: the degree of its polynomials; of `softmax`, of exp and of 1/x.
        blocks: of `block`, how many follow each other.
        mlp_ratio: hidden features of a block's MLP, as a multiple of its features.
    """

    kind: str
    tokens: int
    features: int
    heads: int
    degree: int
    blocks: int = 1
    mlp_ratio: int = 2


def largest_array(shape: LayerShape, samples: int) -> int:
    """Numbers of the largest array that drawing a layer, and evaluating it on samples, makes."""
    weights = shape.features * _hidden(shape) if shape.kind != "activation" else 0
    return max(max(samples, calibration_samples(shape)) * _of_a_sample(shape), weights)


def calibration_samples(shape: LayerShape) -> int:
    """On how many samples a layer's weights are scaled."""
    return max(LEAST_SAMPLES, min(CALIBRATION_SAMPLES, MOST_CALIBRATED // _of_a_sample(shape)))


def _of_a_sample(shape: LayerShape) -> int:
    """Numbers of the largest value of one sample."""
    scores = shape.heads * shape.tokens**2 if shape.kind in ATTENDING else 0
    return max(shape.tokens * _hidden(shape), scores)


def _hidden(shape: LayerShape) -> int:
    return shape.features * (shape.mlp_ratio if shape.kind == "block" else 1)


def layer(shape: LayerShape, seed: int) -> Graph:
    """The graph of a layer; its weights follow from the seed."""
    return _Draft(shape, seed).graph()


def layer_inputs(shape: LayerShape, samples: int, seed: int) -> Array:
    """Normal inputs `[samples, tokens, features]`; more samples begin with the same ones."""
    size = (samples, shape.tokens, shape.features)
    return np.random.default_rng([seed, 1]).normal(scale=INPUT_SIZE, size=size)


class _Draft:
    """Nodes in the making, evaluated on calibration inputs to choose each weight's size."""

    def __init__(self, shape: LayerShape, seed: int) -> None:
        self._shape, self._seed = shape, seed
        self._random = np.random.default_rng([seed, 0])
        self._nodes: list[Node] = []
        self._values: dict[str, Array] = {}
        self._add("input", "input", tokens=shape.tokens, features=shape.features)
        calibration = np.random.default_rng([seed, 2])
        size = (calibration_samples(shape), shape.tokens, shape.features)
        self._values["input"] = calibration.normal(scale=INPUT_SIZE, size=size)

    def graph(self) -> Graph:
        """The layer."""
        parts = {
            "linear": lambda: self._linear("linear", "input", self._shape.features, 1.0),
            "activation": lambda: self._activation("activation", "input"),
            "attention": lambda: self._attention("attention", "input"),
            "softmax": lambda: self._attention("attention", "input"),
            "block": self._blocks,
        }
        output = parts[self._shape.kind]()
        shape = self._shape
        name = f"{shape.kind}_{shape.tokens}x{shape.features}"
        return Graph(name, tuple(self._nodes), output, {"weights": "random", "seed": self._seed})

    def _blocks(self) -> str:
        """Blocks one after the other; behind each, no value is kept but the stream."""
        stream = "input"
        for index in range(self._shape.blocks):
            stream = self._block(f"blocks.{index}." if self._shape.blocks > 1 else "", stream)
            self._values = {stream: self._values[stream]}
        return stream

    def _block(self, before: str, stream: str) -> str:
        """Attention and an MLP, each with its residual; a BatchNorm would be part of the linear maps."""
        attended, mlp = f"{before}attention", f"{before}mlp"
        stream = self._add(f"{attended}.residual", "add", stream, self._attention(attended, stream))
        hidden = self._linear(f"{mlp}.expand", stream, _hidden(self._shape), FILL)
        activated = self._activation(f"{mlp}.activation", hidden)
        projected = self._linear(f"{mlp}.projection", activated, self._shape.features, self._added)
        return self._add(f"{mlp}.residual", "add", stream, projected)

    def _attention(self, name: str, source: str) -> str:
        width = self._shape.features
        q, k, v = (self._heads(f"{name}.{part}", source) for part in ("q", "k", "v"))
        scores = self._add(f"{name}.scores", "scores", q, k)
        # As conversion folds it: the weights of q hold the factor of the scores.
        self._scale(FILL / self._largest(scores), f"{name}.q", q, scores)
        divided = self._shape.kind == "softmax"
        weights = (self._exponential if divided else self._activation)(f"{name}.activation", scores)
        mixed = self._add(f"{name}.mix", "mix", weights, v)
        if divided:
            self._scale(FILL / self._largest(mixed), f"{name}.v", v, mixed)
            mixed = self._divided(name, mixed, weights)
        merged = self._add(f"{name}.merged", "merge_heads", mixed)
        return self._linear(f"{name}.projection", merged, width, self._added)

    @property
    def _added(self) -> float:
        """How much a part adds to the stream, which stays as small behind many blocks as behind one."""
        return FILL / self._shape.blocks

    def _heads(self, name: str, source: str) -> str:
        linear = self._linear(name, source, self._shape.features, FILL)
        return self._add(f"{name}.heads", "split_heads", linear, heads=self._shape.heads)

    def _linear(self, name: str, source: str, width: int, size: float) -> str:
        """A linear map whose largest value on the calibration inputs is `size`."""
        weight = self._random.normal(size=(width, self._values[source].shape[-1]))
        bias = self._random.normal(size=width) * np.sqrt(weight.shape[1]) * INPUT_SIZE / 2
        added = self._add(name, "linear", source, arrays={"weight": weight, "bias": bias})
        self._scale(size / self._largest(added), added)
        return added

    def _activation(self, name: str, source: str) -> str:
        """A Chebyshev series whose coefficients fall off and add up to 1 in magnitude."""
        powers = np.arange(self._shape.degree + 1)
        coefficients = self._random.normal(size=len(powers)) * 0.8**powers
        coefficients /= np.abs(coefficients).sum()
        return self._polynomial(name, source, coefficients, INTERVAL)

    def _exponential(self, name: str, source: str) -> str:
        return self._interpolated(name, source, np.exp, INTERVAL)

    def _divided(self, name: str, mixed: str, weights: str) -> str:
        """Mixed values divided by the mean weight of their query, in the range of exp on `INTERVAL`."""
        low, high = map(float, np.exp(INTERVAL))
        factor = 2 / (high - low)  # to an interval 2 long, which a polynomial takes at no level
        means = self._add(
            f"{name}.means",
            "sum_keys",
            weights,
            arrays={"mask": np.full((1, 1), factor / self._shape.tokens)},
            features=self._shape.features // self._shape.heads,
        )
        interval = (factor * low, factor * high)
        reciprocal = self._interpolated(f"{name}.reciprocal", means, lambda x: factor / x, interval)
        return self._add(f"{name}.divided", "multiply", mixed, reciprocal)

    def _interpolated(
        self, name: str, source: str, function: Callable[[Array], Array], interval: tuple[float, float]
    ) -> str:
        series = Chebyshev.interpolate(function, self._shape.degree, interval)
        return self._polynomial(name, source, series.coef, interval)

    def _polynomial(self, name: str, source: str, coefficients: Array, interval: tuple[float, float]) -> str:
        arrays, ends = {"coefficients": coefficients}, list(interval)
        return self._add(name, "polynomial", source, arrays=arrays, basis="chebyshev", interval=ends)

    def _add(self, name: str, operation: str, *inputs: str, arrays: Any = None, **attributes: Any) -> str:
        node = Node(name, operation, inputs, attributes, arrays or {}, layer=name.rpartition(".")[0] or name)
        self._nodes.append(node)
        if inputs:
            self._values[name] = reference.evaluate(node, [self._values[one] for one in inputs])
        return name

    def _scale(self, factor: float, name: str, *dependent: str) -> None:
        """A node with its weights times a factor, which goes through to the values that depend on it."""
        index = next(i for i, node in enumerate(self._nodes) if node.name == name)
        node = self._nodes[index]
        arrays = {key: array * factor for key, array in node.arrays.items()}
        self._nodes[index] = replace(node, arrays=arrays)
        for one in (name, *dependent):
            self._values[one] = self._values[one] * factor

    def _largest(self, name: str) -> float:
        return float(np.abs(self._values[name]).max())
