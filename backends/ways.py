"""Which nodes of a graph can be computed in more than one way, and the choices that a plan weighs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from backends.tensor.operation import Way
from backends.tensor.operations import WAYS
from backends.tensor.packing import fits
from models.graph import Graph
from models.operations.operation import Form
from models.shapes import values_declared


def choices(graph: Graph, *, complex_slots: bool) -> Iterator[Mapping[str, Way]]:
    """Node → its way, for every choice, first of all the one where each node is computed in its first way.

    Attentions of one shape are computed alike, because what is cheaper for one is so for the others; and a
    model has few shapes.

    Args:
        graph: a polynomial one.
        complex_slots: whether the program may use them.
    """
    ways = (None, Way.PACKED, Way.PACKED_IN_COMPLEX_SLOTS)[: 3 if complex_slots else 2]
    shapes = list(_by_shape(graph).values())
    for chosen in product(ways, repeat=len(shapes)):
        pairs = zip(shapes, chosen, strict=True)
        yield {name: way for names, way in pairs if way is not None for name in names}


def _by_shape(graph: Graph) -> dict[tuple[int, ...], list[str]]:
    """Heads, tokens, features and block → the nodes of attentions of that shape that can be packed.

    These are the nodes that make scores, and those that mix values by what became of them.
    """
    values = values_declared(graph)
    shapes: dict[str, tuple[int, ...]] = {}  # of a value of scores: that of the attention that it is part of
    found: dict[tuple[int, ...], list[str]] = {}
    for node in graph:
        reads = next((shapes[name] for name in node.inputs if name in shapes), None)
        if values[node.name].form is Form.SCORES:
            made = (*values[node.inputs[0]].shape, values[node.name].shape[-1])
            shapes[node.name] = shape = reads or made
        elif reads is not None:
            shape = reads
        else:
            continue
        if node.operation in WAYS[Way.PACKED] and fits(shape[1], shape[-1]):
            found.setdefault(shape, []).append(node.name)
    return found
