"""Runs a graph in numpy float64: the reference against which every evaluation is judged."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from models.errors import IntervalError, ModelError
from models.graph import Array, Graph, Node
from models.operations import declared
from models.operations.operation import Calibrated

#: What a graph takes: `[samples, tokens, features]`, or one-hot tokens by their numbers, `[samples, tokens]`.
Inputs = NDArray[np.float64] | NDArray[np.int64]
#: An array of numpy's or of torch's.
Value = TypeVar("Value")

#: Samples evaluated at a time where only the result is wanted: their values stay near the processor.
_BATCH = 8
#: How large a polynomial's values may be outside its interval, as a multiple of those on it, and the points
#: at which those are looked for.
_BOUNDED, _POINTS = 3.0, 257


@dataclass(frozen=True)
class Departure:
    """A sample whose values leave the interval of a polynomial so far that its own values leave theirs.

    Attributes:
        sample: its number in the batch.
        layer: the first layer where that happens.
        low, high: the ends of what the polynomial meets there; not finite where an earlier one exploded.
        interval: where the polynomial stands for its function.
    """

    sample: int
    layer: str
    low: float
    high: float
    interval: tuple[float, float]

    @property
    def reach(self) -> float:
        """The farthest input as a multiple of the interval's half length, from its middle."""
        low, high = self.interval
        middle, half = (low + high) / 2, (high - low) / 2
        return max(self.high - middle, middle - self.low) / half


def departures(graph: Graph, inputs: Inputs) -> list[Departure]:
    """The samples that leave the interval of a polynomial, each with the first layer where it does.

    Outside its interval a polynomial stands for its function no more; yet where its values are no larger than
    `_BOUNDED` times those on the interval, as 1/x's below it, nothing outgrows anything on its account.
    """
    found: dict[int, Departure] = {}
    with np.errstate(over="ignore", invalid="ignore"):
        for number, values in enumerate(_batches(graph, inputs)):
            for node in graph:
                for one in _leaving(node, values, number * _BATCH):
                    found.setdefault(one.sample, one)
    return [found[number] for number in sorted(found)]


def _leaving(node: Node, values: Mapping[str, Array], first: int) -> Iterator[Departure]:
    """The samples that leave a node's interval, if it has one; the first sample's number is `first`."""
    if "interval" not in node.attributes:
        return
    low, high = node.attributes["interval"]
    for number, (x, y) in enumerate(zip(values[node.inputs[0]], values[node.name], strict=True), first):
        least, most = float(x.min()), float(x.max())
        if low <= least and most <= high:
            continue
        if not np.abs(y).max() <= _BOUNDED * _largest(node):  # neither where it is no number
            yield Departure(number, node.layer or node.name, least, most, (low, high))


def _largest(node: Node) -> float:
    """The largest value of a polynomial on its interval, in size."""
    low, high = node.attributes["interval"]
    return float(np.abs(evaluate(node, [np.linspace(low, high, _POINTS)])).max())


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
    outside = [fault for node in graph if check_intervals for fault in _outside_interval(node, values)]
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
    """Smallest and largest input of each polynomial or activation, variance or mean square at each norm."""
    watched = [(node, kind) for node in graph if (kind := declared(node.operation).calibrated)]
    met = {node.name: (np.inf, -np.inf) for node, _ in watched}
    for values in _batches(graph, inputs):
        for node, kind in watched:
            value = values[node.inputs[0]]
            value = _calibrating(kind, value)
            low, high = met[node.name]
            met[node.name] = min(low, float(value.min())), max(high, float(value.max()))
    return met


def _calibrating(kind: Calibrated, value: Array) -> Array:
    """What of an operation's input calibration looks at."""
    if kind == "variance":
        return np.asarray(value.var(axis=-1))
    return np.asarray((value**2).mean(axis=-1)) if kind == "mean_square" else value


class Course:
    """The values of a graph that is evaluated node by node, each until its last reader has read it."""

    def __init__(self, graph: Graph, inputs: Inputs) -> None:
        self._inputs = inputs
        self._last_reader = {name: node.name for node in graph for name in node.inputs}
        self._values: dict[str, Array] = {}

    def operands(self, node: Node) -> list[Any]:
        """What a node reads: arrays of values, or of the input its samples."""
        return [self._inputs] if node.is_input else [self._values[name] for name in node.inputs]

    def keep(self, node: Node, value: Array) -> None:
        """A node's value, which may be another than its own."""
        self._values[node.name] = value
        for name in set(node.inputs):
            if self._last_reader[name] == node.name:
                del self._values[name]


def kept_values(graph: Graph, inputs: Inputs, names: Container[str]) -> dict[str, Array]:
    """The values of some nodes on a batch, `[samples, ...]`; no others are held for longer than needed."""
    course, kept = Course(graph, inputs), {}
    for node in graph:
        value = evaluate(node, course.operands(node))
        course.keep(node, value)
        if node.name in names:
            kept[node.name] = value
    return kept


def evaluate(node: Node, operands: Sequence[Inputs]) -> Array:
    """One node's result `[samples, ...]` from its operands' values; the input's operand are the samples.

    Raises:
        ModelError: the operation is not declared.
    """
    # The products of matrices of a small model are up to 40 times slower on two threads than on one.
    with _threads().limit(limits=1, user_api="blas"):
        return np.asarray(declared(node.operation).evaluate(node, *operands))


def operands_of(node: Node, values: Mapping[str, Value], inputs: Value) -> list[Value]:
    """What a node reads: values of other nodes, or of the input the samples."""
    return [inputs] if node.is_input else [values[name] for name in node.inputs]


def _values(graph: Graph, inputs: Inputs) -> dict[str, Array]:
    values: dict[str, Array] = {}
    for node in graph:
        operands = operands_of(node, values, inputs)
        values[node.name] = evaluate(node, operands)
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
        yield _values(graph, inputs[start : start + _BATCH])


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


def _outside_interval(node: Node, values: Mapping[str, Array]) -> list[str]:
    if "interval" not in node.attributes:
        return []
    x, (low, high) = values[node.inputs[0]], node.attributes["interval"]
    if low <= x.min() and x.max() <= high:
        return []
    return [
        f"layer {node.layer or node.name}: the input of {node.name} spans [{x.min():.3g}, {x.max():.3g}], "
        f"outside its interval [{low:.3g}, {high:.3g}]"
    ]
