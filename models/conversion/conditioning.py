"""Chooses how large the values inside a folded graph are, without changing its function.

A refresh errs in proportion to the largest value it may meet, so what is refreshed should be of size 1 and
centred. Residual streams are centred per token and feature and scaled; queries and keys are made equally
large; the result of attention is scaled through its values; a polynomial that is never 0, as that of 1/x in
a softmax, is scaled by its coefficients. All of it disappears into weights and biases. What those cannot take
in, say a stream that the input itself is part of, stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from models.conversion.rescaling import rescaled
from models.conversion.statistics import Statistics, values_in_turn
from models.conversion.streams import centred, residual_streams, spread
from models.graph import Array, Graph, Node
from models.operations import declared
from models.operations.operation import Factor
from models.reference import Inputs

#: Part of the largest value, or of the size that is wanted, from which a mean is noted.
_WORTH_CENTRING = 0.1
#: The largest of a value that is never 0, in units of the size.
_NEVER_ZERO = 2.0


def condition(graph: Graph, inputs: Inputs, size: float) -> Graph:
    """The same function with inner values of at most about `size` on these inputs.

    Args:
        graph: a folded graph.
        inputs: training inputs.
        size: largest magnitude wanted in residual streams and in the result of attention.

    Raises:
        DivergenceError: a value is not finite.
    """
    met = Statistics.of(graph, inputs)
    streams = residual_streams(graph)
    wishes = []
    for stream in streams:
        largest = spread(graph, stream, met)
        if largest > 0:
            writers = (name for name in stream if graph[name].operation == "linear")
            wishes.append(dict.fromkeys(writers, size / largest))
    smaller = dict(_too_large(graph, met, size))
    wishes += [{name: factor} for name, factor in smaller.items()]
    wishes += _attention_wishes(graph, met, size)
    return _with_means(rescaled(centred(graph, streams, met.means), wishes), inputs, size)


def _too_large(graph: Graph, met: Statistics, size: float) -> Iterator[tuple[str, float]]:
    """Polynomials that are never 0 and far larger than the size, and what brings them near it.

    Such a value has a mean in every head and token, which a bootstrap's sine spoils where it is large; and
    what it multiplies is to have bits where it is least. Where the leading coefficient is 1 it stays, for any
    other takes a level.
    """
    for node in graph:
        if declared(node.operation).factor is Factor.GIVEN and node.arrays["coefficients"][-1] != 1:
            low, high = float(met.lows[node.name].min()), float(met.highs[node.name].max())
            factor = _NEVER_ZERO * size / met.largest(node.name) if low * high > 0 else 1.0
            if factor < 1:
                yield node.name, factor


def _with_means(graph: Graph, inputs: Inputs, size: float) -> Graph:
    """Every node whose value has a mean worth taking out before a bootstrap says so in `mean`."""
    turn = values_in_turn(graph, inputs)
    return replace(graph, nodes=tuple(_noted(node, value, size) for node, value in turn))


def _noted(node: Node, value: Array, size: float) -> Node:
    mean = float(value.mean())
    worth = abs(mean) > _WORTH_CENTRING * min(size, float(np.abs(value).max()))
    if node.is_input or not worth:
        return node
    return replace(node, attributes={**node.attributes, "mean": mean})


def _attention_wishes(graph: Graph, met: Statistics, size: float) -> Iterator[dict[str, float]]:
    """Queries and keys equally large, and the merged result of each attention of size `size`.

    Where the mix has a mask, that can take in a factor, so that the values are of the same size.
    """
    for node in graph:
        if node.operation == "scores":
            q, k = (_writer(graph, name) for name in node.inputs)
            if q is not None and k is not None and q != k and met.largest(q) * met.largest(k) > 0:
                factor = float(np.sqrt(met.largest(k) / met.largest(q)))
                yield {q: factor, k: 1 / factor}
        if node.operation == "mix" and met.largest(node.name) > 0:
            v = _writer(graph, node.inputs[1])
            factor = size / met.largest(_mixed(graph, node))
            if v is not None:
                yield {node.name: factor, v: size / met.largest(v)} if "mask" in node.arrays else {v: factor}


def _mixed(graph: Graph, mix: Node) -> str:
    """What an attention makes of its values: the mix, or that divided by the sums of its weights."""
    readers = graph.consumers(mix.name)
    divided = [reader.name for reader in readers if reader.operation == "multiply"]
    return divided[0] if divided else mix.name


def _writer(graph: Graph, name: str) -> str | None:
    """The linear map that makes queries, keys or values, before heads are split and padding is cleared."""
    node: Node = graph[name]
    while node.operation in ("split_heads", "multiply"):
        sources = [graph[source] for source in node.inputs]
        node = next((source for source in sources if source.operation == "linear"), sources[0])
    return node.name if node.operation == "linear" else None
