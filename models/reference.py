"""Runs a graph in numpy float64: the reference against which every evaluation is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev, polynomial
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from models.errors import IntervalError, ModelError
from models.graph import Array, Graph, Node

#: What a graph takes: `[samples, tokens, features]`, or one-hot tokens by their numbers, `[samples, tokens]`.
Inputs = NDArray[np.float64] | NDArray[np.int64]

#: Operations whose input must lie in the interval on which a polynomial follows them.
ACTIVATIONS = ("polynomial", "gelu", "relu", "tanh")

#: Samples evaluated at a time where only the result is wanted: their values stay near the processor.
_BATCH = 8


def run(graph: Graph, inputs: Inputs, *, check_intervals: bool = False) -> dict[str, Array]:
    """Evaluate a graph on a batch.

    Args:
        graph: any rung's graph.
        inputs: `[samples, tokens, features]`, or `[samples, tokens]` numbers of one-hot tokens.
        check_intervals: raise where a polynomial's input leaves its interval.

    Returns:
        Every node's value with a leading axis of samples, in the order of the graph.

    Raises:
        IntervalError: names every polynomial whose input left its interval, with its layer and range.
        ModelError: the inputs have another shape than the graph's input.
    """
    _check_inputs(graph, inputs)
    values = _values(graph, inputs)
    outside = [
        fault
        for node in graph
        if check_intervals and node.operation == "polynomial"
        for fault in _outside_interval(node, values[node.inputs[0]])
    ]
    if outside:
        raise IntervalError("; ".join(outside) + ": widen the interval or calibrate it on such inputs")
    return {name: dense(graph, value) for name, value in values.items()}


def outputs(graph: Graph, inputs: Inputs) -> Array:
    """The graph's output per sample and position, `[samples, positions, classes]`."""
    return np.concatenate([batch[graph.output] for batch in _batches(graph, inputs)])


def logits(graph: Graph, inputs: Inputs) -> Array:
    """The graph's output per sample, `[samples, positions·classes]`."""
    output = outputs(graph, inputs)
    return output.reshape(len(output), -1)


def ranges(graph: Graph, inputs: Inputs) -> Mapping[str, tuple[float, float]]:
    """Smallest and largest input of each polynomial or activation, and variance at each LayerNorm."""
    watched = [node for node in graph if node.operation in (*ACTIVATIONS, "layer_norm")]
    met = {node.name: (np.inf, -np.inf) for node in watched}
    for values in _batches(graph, inputs):
        for node in watched:
            value = values[node.inputs[0]]
            value = value.var(axis=-1) if node.operation == "layer_norm" else value
            low, high = met[node.name]
            met[node.name] = min(low, float(value.min())), max(high, float(value.max()))
    return met


def evaluate(node: Node, operands: list[Array]) -> Array:
    """One node's result from its operands' values with a leading axis of samples."""
    return np.asarray(_EVALUATE[node.operation](node, *operands))


def _values(graph: Graph, inputs: Inputs) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for node in graph:
        operands = [values[name] for name in node.inputs]
        values[node.name] = inputs if node.operation == "input" else evaluate(node, operands)
    return values


def dense(graph: Graph, inputs: Inputs) -> Array:
    """`[samples, tokens, features]`: one-hot tokens that are given by their numbers are spelled out."""
    if not np.issubdtype(inputs.dtype, np.integer):
        return np.asarray(inputs, np.float64)
    symbols = np.arange(graph.input.attributes["features"])
    return np.asarray(inputs[..., None] == symbols, np.float64)


def _batches(graph: Graph, inputs: Inputs) -> Iterator[dict[str, Array]]:
    """Every node's value, few samples at a time."""
    _check_inputs(graph, inputs)
    for start in range(0, len(inputs), _BATCH):
        # Products of matrices as small as these are slower on several threads than on one.
        with _threads().limit(limits=1, user_api="blas"):
            values = _values(graph, inputs[start : start + _BATCH])
        yield values


@lru_cache(maxsize=1)
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


def _check_inputs(graph: Graph, inputs: Inputs) -> None:
    attributes = graph.input.attributes
    tokens, features = attributes["tokens"], attributes["features"]
    if inputs.ndim == 2 and np.issubdtype(inputs.dtype, np.integer):
        if not attributes.get("one_hot"):
            raise ModelError(
                f"graph {graph.name} takes values, not numbers of tokens; give it [tokens, features]"
            )
        if inputs.shape[1] != tokens or inputs.min(initial=0) < -1 or inputs.max(initial=0) >= features:
            raise ModelError(
                f"graph {graph.name} takes {tokens} tokens numbered under {features}, not {inputs.shape[1]} "
                f"numbered up to {inputs.max(initial=0)}"
            )
    elif inputs.ndim != 3 or inputs.shape[1:] != (tokens, features):
        raise ModelError(
            f"graph {graph.name} takes samples of shape {(tokens, features)}, not {inputs.shape[1:]}"
        )


def _outside_interval(node: Node, x: Array) -> list[str]:
    low, high = node.attributes["interval"]
    if low <= x.min() and x.max() <= high:
        return []
    return [
        f"layer {node.layer or node.name}: the input of {node.name} spans [{x.min():.3g}, {x.max():.3g}], "
        f"outside its interval [{low:.3g}, {high:.3g}]"
    ]


def _linear(node: Node, x: Array) -> Array:
    weight, bias = node.arrays["weight"], node.arrays["bias"]
    if np.issubdtype(x.dtype, np.integer):
        rows = np.vstack([weight.T, np.zeros(len(weight))])  # the last row answers for -1
        return np.asarray(rows[x] + bias)
    return np.asarray(x @ weight.T + bias)


def _polynomial(node: Node, x: Array) -> Array:
    coefficients = node.arrays["coefficients"]
    if node.attributes["basis"] == "power":
        return np.asarray(polynomial.polyval(x, coefficients))
    low, high = node.attributes["interval"]
    return np.asarray(chebyshev.chebval((2 * x - low - high) / (high - low), coefficients))


def _affine(node: Node, x: Array) -> Array:
    return np.asarray(x * _along(node, node.arrays["scale"]) + _along(node, node.arrays["shift"]))


def _batch_norm(node: Node, x: Array) -> Array:
    """At inference: the statistics of training, never those of this batch."""
    arrays = node.arrays
    scale = arrays["scale"] / np.sqrt(arrays["variance"] + node.attributes["epsilon"])
    return x * _along(node, scale) + _along(node, arrays["shift"] - arrays["mean"] * scale)


def _along(node: Node, vector: Array) -> Array:
    """A vector over features as it is; one over heads so that it meets scores."""
    return vector[:, None, None] if node.attributes.get("over") == "heads" else vector


def _bias(node: Node, x: Array) -> Array:
    bias = node.arrays["bias"]
    repeat = node.attributes.get("repeat", 1)
    return x + (np.tile(bias, (repeat, 1)) if repeat > 1 else bias)


def _split_heads(node: Node, x: Array) -> Array:
    samples, tokens, features = x.shape
    heads = int(node.attributes["heads"])
    return np.asarray(x.reshape(samples, tokens, heads, features // heads).transpose(0, 2, 1, 3))


def _merge_heads(node: Node, x: Array) -> Array:
    samples, heads, tokens, features = x.shape
    return np.asarray(x.transpose(0, 2, 1, 3).reshape(samples, tokens, heads * features))


def _scores(node: Node, q: Array, k: Array) -> Array:
    block = int(node.attributes.get("block", q.shape[2]))
    scores = in_blocks(q, block) @ in_blocks(k, block).swapaxes(-1, -2)
    return np.asarray(scores.reshape(*q.shape[:3], block))


def _mix(node: Node, p: Array, v: Array) -> Array:
    if "mask" in node.arrays:
        p = p * node.arrays["mask"]
    block = p.shape[-1]
    return np.asarray(in_blocks(p, block) @ in_blocks(v, block)).reshape(v.shape)


def in_blocks(x: Array, block: int) -> Array:
    """`[samples, heads, tokens, features]` → `[samples, heads, blocks, tokens of a block, features]`."""
    samples, heads, tokens, features = x.shape
    return x.reshape(samples, heads, tokens // block, block, features)


def _sum_features(node: Node, x: Array) -> Array:
    one_hot = np.issubdtype(x.dtype, np.integer)
    total = (x >= 0)[..., None].astype(float) if one_hot else x.sum(axis=-1, keepdims=True)
    return np.repeat(total, int(node.attributes["features"]), axis=-1)


def _merge_tokens(node: Node, x: Array) -> Array:
    groups = np.asarray(node.attributes["groups"])
    return x[:, groups].reshape(len(x), len(groups), -1)


def _softmax(node: Node, x: Array, keep: Array | None = None) -> Array:
    left_out: NDArray[Any] = np.asarray(node.arrays.get("mask", np.ones(x.shape[2:])) == 0)
    if keep is not None:
        tokens, block = x.shape[2:]
        absent = (keep[..., 0] == 0).reshape(len(x), 1, tokens // block, 1, block)
        per_query = np.broadcast_to(absent, (len(x), 1, tokens // block, block, block))
        left_out = left_out | per_query.reshape(len(x), 1, tokens, block)
    scores = np.where(left_out, -np.inf, x)
    largest = scores.max(axis=-1, keepdims=True)
    exponentials = np.exp(scores - np.where(np.isfinite(largest), largest, 0))
    # A query that may read no token reads nothing: its weights are 0, not undefined.
    total = exponentials.sum(axis=-1, keepdims=True)
    return np.asarray(exponentials / np.maximum(total, np.finfo(float).tiny))


def _layer_norm(node: Node, x: Array) -> Array:
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)
    normal = centred / np.sqrt(variance + node.attributes["epsilon"])
    return np.asarray(normal * node.arrays["scale"] + node.arrays["shift"])


def gelu(x: Array) -> Array:
    """The exact GELU, x·Φ(x) (Hendrycks and Gimpel 2016)."""
    from scipy.special import ndtr  # here, because parties evaluate polynomial graphs and have no scipy

    return np.asarray(x * ndtr(x))


def gelu_by_tanh(x: Array) -> Array:
    """The GELU that GPT-2 is trained with, x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))."""
    return np.asarray(x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))))


def _gelu(node: Node, x: Array) -> Array:
    return gelu_by_tanh(x) if node.attributes.get("form") == "tanh" else gelu(x)


_EVALUATE: dict[str, Callable[..., Array]] = {
    "linear": _linear,
    "affine": _affine,
    "bias": _bias,
    "mask": lambda node, x: x * node.arrays["mask"],
    "split_heads": _split_heads,
    "merge_heads": _merge_heads,
    "scores": _scores,
    "mix": _mix,
    "polynomial": _polynomial,
    "add": lambda node, a, b: a + b,
    "multiply": lambda node, a, b: a * b,
    "sum_tokens": lambda node, x: x.sum(axis=1, keepdims=True),
    "sum_features": _sum_features,
    "gather_tokens": lambda node, x: x[:, np.asarray(node.attributes["order"])],
    "merge_tokens": _merge_tokens,
    "scale": lambda node, x: x * node.attributes["factor"],
    "softmax": _softmax,
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "gelu": _gelu,
    "relu": lambda node, x: np.maximum(x, 0),
    "tanh": lambda node, x: np.tanh(x),
}
