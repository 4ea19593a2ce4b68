"""Which nodes of a graph can be computed in more than one way, and the choices to weigh."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

from backends.tensor import packed
from models.graph import Graph
from models.shapes import values_declared


def choices(graph: Graph) -> Iterator[frozenset[str]]:
    """The sets of nodes that `backends.tensor.operations.PACKED` may compute, first of all none.

    Attentions of one shape are packed alike, because what is cheaper for one is so for the others; and a
    model has few shapes.
    """
    shapes = list(_by_shape(graph).values())
    sizes = (combinations(shapes, size) for size in range(len(shapes) + 1))
    return (frozenset(chain.from_iterable(chosen)) for chosen in chain.from_iterable(sizes))


def _by_shape(graph: Graph) -> dict[tuple[int, ...], list[str]]:
    """Heads, tokens, features and block → the scores of attentions of that shape that can be packed."""
    values = values_declared(graph)
    found: dict[tuple[int, ...], list[str]] = {}
    for node in graph:
        if node.operation == "scores":
            shape = values[node.inputs[0]].shape
            block = values[node.name].shape[-1]
            if packed.fits(shape[1], block):
                found.setdefault((*shape, block), []).append(node.name)
    return found
