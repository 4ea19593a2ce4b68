"""Sentence embeddings as operations on encrypted values.

The mean over real tokens is their sum times a polynomial in place of 1/x of their number, which is known from
the input, so that it takes no level of those that the model needs. Where the mean is only brought to length 1
afterwards, its length is no matter and a constant does. The division by the length itself is left to whoever
decrypts: what the polynomial model answers is the embedding times a positive factor.
"""

from __future__ import annotations

from dataclasses import replace

from models.approximation.approximation import Approximation
from models.approximation.reciprocal import reciprocal
from models.approximation.series import Series
from models.conversion.stages import Chain, write_stages
from models.errors import ModelError
from models.graph import Graph, Node

#: Largest relative error of 1/x, far below those of the model's other polynomials.
_ERROR = 1e-4
_DEEPEST = 7


def mean_nodes(graph: Graph, node: Node, tokens: int) -> list[Node]:
    """The nodes that take the place of a `mean_tokens`, the last of its name.

    Args:
        graph: in which it stands.
        node: itself.
        tokens: the most of a sample.

    Raises:
        ModelError: there are too many tokens for a polynomial 1/x.
    """
    source, keep = node.inputs
    chain = Chain(node)
    kept = chain.add("kept", "multiply", source, keep)
    readers = graph.consumers(node.name)
    if readers and all(reader.operation == "unit_norm" for reader in readers):
        return mean_of_all(chain, kept, tokens)
    total = chain.add("sum", "sum_tokens", kept)
    count = chain.add("count", "sum_tokens", keep)
    chain.add("", "multiply", total, write_stages(chain, "inverse", count, _reciprocal(node, tokens)))
    return chain.nodes


def mean_of_all(chain: Chain, source: str, tokens: int) -> list[Node]:
    """The nodes of a mean over all tokens; those of padding are zero, or there are none."""
    chain.add("", "scale", chain.add("sum", "sum_tokens", source), factor=1 / tokens)
    return chain.nodes


def without_direction(graph: Graph) -> Graph:
    """The graph without a `unit_norm` at its end.

    Raises:
        ModelError: one stands elsewhere.
    """
    inside = [node.name for node in graph if node.operation == "unit_norm" and node.name != graph.output]
    if inside:
        raise ModelError(
            f"graph {graph.name}: {', '.join(inside)} is read by others, and lengths are left to the end, "
            "where the key owner divides by them; leave it out"
        )
    last = graph[graph.output]
    if last.operation != "unit_norm":
        return graph
    nodes = tuple(node for node in graph if node.name != last.name)
    return Graph(graph.name, nodes, last.inputs[0], {**graph.metadata, "direction": True})


def _reciprocal(node: Node, tokens: int) -> Approximation:
    """1/x itself: no map stands before the number that could take up a factor of it."""
    for depth in range(2, _DEEPEST + 1):
        found = reciprocal((1.0, float(max(tokens, 2))), 2**depth - 1, 0)
        if found.error <= _ERROR:
            (stage,) = found.stages
            assert isinstance(stage, Series)
            assert stage.basis == "chebyshev"  # in which an interval may be another without other numbers
            return replace(found, stages=(replace(stage, interval=found.interval),), factor=1.0)
    raise ModelError(f"node {node.name}: the mean of {tokens} tokens has no polynomial; write fewer")
