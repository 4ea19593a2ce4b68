"""Runs a graph in numpy float64: the reference against which every evaluation is judged."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev, polynomial
from numpy.typing import NDArray

from models.errors import IntervalError, ModelError
from models.graph import Array, Graph, Node


def run(graph: Graph, inputs: Array, *, check_intervals: bool = False) -> dict[str, Array]:
    """Evaluate a graph on a batch.

    Args:
        graph: any rung's graph.
        inputs: `[samples, tokens, features]`.
        check_intervals: raise where a polynomial's input leaves its interval.

    Returns:
        Every node's value with a leading axis of samples, in the order of the graph.

    Raises:
        IntervalError: names every polynomial whose input left its interval, with its layer and range.
        ModelError: the inputs have another shape than the graph's input.
    """
    expected = (graph.input.attributes["tokens"], graph.input.attributes["features"])
    if inputs.ndim != 3 or inputs.shape[1:] != expected:
        raise ModelError(f"graph {graph.name} takes samples of shape {expected}, not {inputs.shape[1:]}")
    values: dict[str, Array] = {}
    outside: list[str] = []
    for node in graph:
        operands = [values[name] for name in node.inputs]
        if node.operation == "polynomial":
            outside += _outside_interval(node, operands[0])
        values[node.name] = (
            np.asarray(inputs, float)
            if node.operation == "input"
            else _EVALUATE[node.operation](node, *operands)
        )
    if check_intervals and outside:
        raise IntervalError("; ".join(outside) + ": widen the interval or calibrate it on such inputs")
    return values


def logits(graph: Graph, inputs: Array) -> Array:
    """The graph's output per sample, `[samples, classes]`."""
    output = run(graph, inputs)[graph.output]
    return output.reshape(len(output), -1)


def ranges(graph: Graph, inputs: Array) -> Mapping[str, tuple[float, float]]:
    """Smallest and largest input that each polynomial or activation met."""
    values = run(graph, inputs)
    watched = ("polynomial", "gelu", "relu")
    return {
        node.name: (float(values[node.inputs[0]].min()), float(values[node.inputs[0]].max()))
        for node in graph
        if node.operation in watched
    }


def evaluate_polynomial(node: Node, x: Array) -> Array:
    """A polynomial node's function, elementwise."""
    coefficients = node.arrays["coefficients"]
    if node.attributes["basis"] == "power":
        return np.asarray(polynomial.polyval(x, coefficients))
    low, high = node.attributes["interval"]
    return np.asarray(chebyshev.chebval((2 * x - low - high) / (high - low), coefficients))


def _outside_interval(node: Node, x: Array) -> list[str]:
    low, high = node.attributes["interval"]
    if low <= x.min() and x.max() <= high:
        return []
    return [
        f"layer {node.layer or node.name}: the input of {node.name} spans [{x.min():.3g}, {x.max():.3g}], "
        f"outside its interval [{low:.3g}, {high:.3g}]"
    ]


def _split_heads(node: Node, x: Array) -> Array:
    samples, tokens, features = x.shape
    heads = int(node.attributes["heads"])
    return np.asarray(x.reshape(samples, tokens, heads, features // heads).transpose(0, 2, 1, 3))


def _merge_heads(node: Node, x: Array) -> Array:
    samples, heads, tokens, features = x.shape
    return np.asarray(x.transpose(0, 2, 1, 3).reshape(samples, tokens, heads * features))


def _softmax(node: Node, x: Array) -> Array:
    exponentials = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def _layer_norm(node: Node, x: Array) -> Array:
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)
    normal = centred / np.sqrt(variance + node.attributes["epsilon"])
    return np.asarray(normal * node.arrays["scale"] + node.arrays["shift"])


@lru_cache(maxsize=1)
def _erf() -> Callable[[Array], Array]:
    return np.vectorize(math.erf, otypes=[float])


def gelu(x: Array) -> Array:
    """The exact GELU, x·Φ(x) (Hendrycks and Gimpel 2016)."""
    return np.asarray(0.5 * x * (1 + _erf()(x / math.sqrt(2))))


_EVALUATE: dict[str, Callable[..., NDArray[np.float64]]] = {
    "linear": lambda node, x: x @ node.arrays["weight"].T + node.arrays["bias"],
    "affine": lambda node, x: x * node.arrays["scale"] + node.arrays["shift"],
    "split_heads": _split_heads,
    "merge_heads": _merge_heads,
    "scores": lambda node, q, k: q @ k.swapaxes(-1, -2),
    "mix": lambda node, p, v: p @ v,
    "polynomial": evaluate_polynomial,
    "add": lambda node, a, b: a + b,
    "multiply": lambda node, a, b: a * b,
    "sum_tokens": lambda node, x: x.sum(axis=1, keepdims=True),
    "scale": lambda node, x: x * node.attributes["factor"],
    "softmax": _softmax,
    "layer_norm": _layer_norm,
    "gelu": lambda node, x: gelu(x),
    "relu": lambda node, x: np.maximum(x, 0),
}
