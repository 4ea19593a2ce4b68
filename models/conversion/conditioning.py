"""Chooses how large the values inside a folded graph are, without changing its function.

A refresh adds about the same error to every value, and its sine bends large ones, so what is refreshed should
be of size 1 and centred. Residual streams are centred per token and feature and scaled; the result of
attention is scaled through its values; a polynomial that is never 0, as that of 1/√x in LayerNorm, is scaled
by its coefficients. All of it disappears into weights and biases. What those cannot take in, say a stream
that the input itself is part of, stays as it is.

Where the size of a product is settled and those of its factors are not, they are made equally large: queries
and keys, and what attention mixes and the 1/x that divides it. Of sizes a and b, an error e before the
product is a part e/a or e/b of it, and a sine bends by parts that grow as a² and b²; while a·b stays, each
sum is least at a = b. So 1/x, hundreds of times its least where rows of scores differ, keeps the root of
that, and the values of attention take the other.
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
    wishes += _attention_wishes(graph, met, size)
    wishes += _too_large(graph, met, size)
    return _with_means(rescaled(centred(graph, streams, met.means), wishes), inputs, size)


def _too_large(graph: Graph, met: Statistics, size: float) -> Iterator[dict[str, float]]:
    """Polynomials that are never 0 and far larger than the size, and what brings them near it.

    Such a value has a mean in every head and token, which a bootstrap's sine spoils where it is large; and
    what it multiplies is to have bits where it is least. One that an attention was divided by is settled.
    """
    for node in graph:
        if _takes_factor(node):
            low, high = float(met.lows[node.name].min()), float(met.highs[node.name].max())
            factor = _NEVER_ZERO * size / met.largest(node.name) if low * high > 0 else 1.0
            if factor < 1:
                yield {node.name: factor}


def _takes_factor(node: Node) -> bool:
    """Whether a polynomial has its result multiplied at no level: a leading coefficient of 1 has to stay."""
    return declared(node.operation).factor is Factor.GIVEN and node.arrays["coefficients"][-1] != 1


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
    """Queries and keys equally large, and the result of each attention of size `size`."""
    for node in graph:
        if node.operation == "scores":
            q, k = (_writer(graph, name) for name in node.inputs)
            if q is not None and k is not None and q != k and met.largest(q) * met.largest(k) > 0:
                factor = float(np.sqrt(met.largest(k) / met.largest(q)))
                yield {q: factor, k: 1 / factor}
        if node.operation == "mix" and met.largest(node.name) > 0:
            v = _writer(graph, node.inputs[1])
            if v is not None:
                yield _mixed(graph, met, node, v, size)


def _mixed(graph: Graph, met: Statistics, mix: Node, v: str, size: float) -> dict[str, float]:
    """Factors by which the result of an attention is of the size wanted.

    Where sums of the weights divide it, the mix and their 1/x are equally large. The mix has its factor from
    the values, so that the larger of the two counts; unless it has a mask, that takes the factor in and
    leaves the values at the size.
    """
    masked = "mask" in mix.arrays
    divided, inverse = _division(graph, mix)
    factor = size / met.largest(divided.name)
    wish: dict[str, float] = {}
    if inverse is not None and _takes_factor(inverse):
        largest = max(met.largest(name) for name in ([mix.name] if masked else [mix.name, v]))
        wish[inverse.name] = float(np.sqrt(factor * largest / met.largest(inverse.name)))
        factor /= wish[inverse.name]
    return wish | ({mix.name: factor, v: size / met.largest(v)} if masked else {v: factor})


def _division(graph: Graph, mix: Node) -> tuple[Node, Node | None]:
    """The result of an attention, and the 1/x by which its mix was multiplied if its weights have sums."""
    for reader in graph.consumers(mix.name):
        if reader.operation == "multiply" and reader.inputs != (mix.name, mix.name):
            (inverse,) = (name for name in reader.inputs if name != mix.name)
            return reader, graph[inverse]
    return mix, None


def _writer(graph: Graph, name: str) -> str | None:
    """The linear map that makes queries, keys or values, before heads are split and padding is cleared."""
    node: Node = graph[name]
    while node.operation in ("split_heads", "multiply"):
        sources = [graph[source] for source in node.inputs]
        node = next((source for source in sources if source.operation == "linear"), sources[0])
    return node.name if node.operation == "linear" else None
