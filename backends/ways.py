"""Which nodes of a graph can be computed in more than one way, and the choices that a plan weighs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from math import prod

import numpy as np

from backends.tensor.operation import Way
from backends.tensor.operations import WAYS, encrypted
from backends.tensor.packing import fits
from models.graph import Graph
from models.operations.operation import Form
from models.shapes import values_declared

#: So many choices of ways for the attentions of a graph are all weighed; of more, shape after shape is.
MOST_CHOICES = 27


def choices(graph: Graph, *, complex_slots: bool, window: int = 0) -> Iterator[Mapping[str, Way]]:
    """Node → its way, for every choice, first of all the one where each node is computed in its first way.

    Attentions of one shape are computed alike, because what is cheaper for one is so for the others. Where
    shapes are so many that there are more than `MOST_CHOICES`, these are the choices in which all attentions
    are computed in one way, and `by_shape` has the others.

    Args:
        graph: a polynomial one.
        complex_slots: whether the program may use them.
        window: of the layout (`Layout.window`).
    """
    options = _options(graph, complex_slots, window)
    every = prod(map(len, options)) <= MOST_CHOICES
    for chosen in product(*options) if every else zip(*options, strict=True):
        yield {name: way for one in chosen for name, way in one.items() if way}


def by_shape(
    graph: Graph, *, complex_slots: bool, window: int = 0
) -> Iterator[Sequence[Mapping[str, Way | None]]]:
    """The ways of the attentions of each shape, where `choices` does not have all; None is the first way."""
    options = _options(graph, complex_slots, window)
    if prod(map(len, options)) > MOST_CHOICES:
        yield from options


def _options(graph: Graph, complex_slots: bool, window: int) -> list[list[dict[str, Way | None]]]:
    """Of each shape of attentions, the ways of its nodes."""
    ways = (None, Way.PACKED, Way.PACKED_IN_COMPLEX_SLOTS)[: 3 if complex_slots else 2]
    return [[dict.fromkeys(names, way) for way in ways] for names in _by_shape(graph, window).values()]


def pairings(
    graph: Graph, wide: Collection[str], keys: Mapping[str, str]
) -> Iterator[Sequence[Mapping[str, Way]]]:
    """Ways that nodes may have beside those of a choice, each list instead of another, in complex slots.

    Args:
        graph: a polynomial one.
        wide: nodes whose values span several chunks.
        keys: linear map to queries → that to keys, where one map could make both.
    """
    for hidden in _hidden(graph, wide).values():
        maps, activations = (dict.fromkeys(names, Way.PAIRED) for names in zip(*hidden, strict=True))
        yield [maps, maps | activations]
    shapes: dict[tuple[int, ...], dict[str, Way]] = {}
    for query, key in keys.items():
        ways = shapes.setdefault(graph[query].arrays["weight"].shape, {})
        ways |= {query: Way.QUERIES_AND_KEYS, key: Way.BESIDE_QUERIES}
    yield from ([ways] for ways in shapes.values())


def _hidden(graph: Graph, wide: Collection[str]) -> dict[tuple[int, ...], list[tuple[str, str]]]:
    """Shape of weights → each linear map to a wide value, and the activation between it and other maps."""
    found: dict[tuple[int, ...], list[tuple[str, str]]] = {}
    for node in graph:
        readers = graph.consumers(node.name)
        if node.name not in wide or not encrypted(node).maps_features or len(readers) != 1:
            continue
        (activation,) = readers
        after = graph.consumers(activation.name)
        if (
            encrypted(activation).by_values  # a polynomial
            and np.any(activation.arrays["coefficients"][1:])
            and after
            and all(encrypted(reader).maps_features for reader in after)
        ):
            shape = node.arrays["weight"].shape
            found.setdefault(shape, []).append((node.name, activation.name))
    return found


def _by_shape(graph: Graph, window: int) -> dict[tuple[int, ...], list[str]]:
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
        if node.operation in WAYS[Way.PACKED] and fits(shape[1], shape[-1], window):
            found.setdefault(shape, []).append(node.name)
    return found
