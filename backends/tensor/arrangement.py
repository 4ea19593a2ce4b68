"""Which rows every feature value of a graph lies at, so that values meet without being moved.

Values that are combined elementwise lie alike; they form a class. Only linear maps put their results where
they like. A class that attention reads has its heads interleaved; one that holds merged tokens lies as the
merging leaves them. A value whose features are all equal (`sum_features` and what is made of it alone) meets
every class as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np

from backends.errors import PlanError
from backends.tensor.layout import Layout, ValueLayout, power_of_two
from models.graph import Graph, Node
from models.shapes import value_shapes

#: Operations whose result lies at the rows of their operands.
_KEEPS_ROWS = (
    *("affine", "bias", "scale", "polynomial", "add", "multiply"),
    *("split_heads", "merge_heads", "sum_tokens", "gather_tokens"),
)


def head_rows(heads: int, features: int) -> tuple[int, ...]:
    """Rows of a value whose heads lie interleaved: feature e of head h at row `e · padded heads + h`.

    With the head as the low digit, a sum over the features of a head is a sum over rotations by multiples of
    the padded head count, cyclic over the whole ciphertext, and needs no mask. Every chunk holds all heads.
    """
    padded_heads = power_of_two(heads)
    return tuple(e * padded_heads + h for h in range(heads) for e in range(features // heads))


def merged_rows(layout: Layout, rows: tuple[int, ...], parts: int) -> tuple[int, ...]:
    """Rows of tokens merged into one: its parts side by side in a chunk where they fit, else in several."""
    extent = power_of_two(1 + max(rows))
    if extent > layout.features:
        extent = layout.features * (1 + max(rows) // layout.features)
    return tuple(part * extent + row for part in range(parts) for row in rows)


class Arrangement:
    """The kinds, shapes and classes of a graph's values.

    Attributes:
        kinds: node → kind of its value, as in `ValueLayout`.
        tokens: node → tokens of its value.
        widths: node → features of its value, those of all heads; of scores, 0.
    """

    def __init__(self, graph: Graph) -> None:
        shapes = value_shapes(graph)
        self.kinds = _kinds(graph)
        self.tokens = {name: shape[-2] for name, shape in shapes.items()}
        self.widths = {
            name: 0 if self.kinds[name] == "scores" else prod(shape) // shape[-2]
            for name, shape in shapes.items()
        }
        self._graph = graph
        self._classes = self._joined()
        self._heads: dict[str, int] = {}
        self._merges: dict[str, Node] = {}
        for node in graph:
            if node.operation == "split_heads":
                self._demand_heads(node)
            if node.operation == "merge_tokens":
                self._merges.setdefault(self._class(node.name), node)

    def rows(self, name: str, layout: Layout) -> tuple[int, ...]:
        """The rows of a value's features.

        Raises:
            PlanError: its class would have to lie in two ways at once.
        """
        of = self._class(name)
        merge, heads = self._merges.get(of), self._heads.get(of)
        if merge is not None and heads is not None:
            raise PlanError(f"node {merge.name} is read by attention; put a linear map between")
        if merge is not None:
            parts = len(merge.attributes["groups"][0])
            return merged_rows(layout, self.rows(merge.inputs[0], layout), parts)
        return tuple(range(self.widths[name])) if heads is None else head_rows(heads, self.widths[name])

    def least_rows(self) -> int:
        """Rows that every ciphertext must have: all heads."""
        return max((power_of_two(heads) for heads in self._heads.values()), default=1)

    def wanted_rows(self) -> int:
        """Rows with which everything that attention reads or a residual adds fits one chunk.

        A graph that has neither wants the widest value that is no one-hot input. Hidden features of an MLP
        and one-hot symbols may span chunks: a linear map reads them once, and narrow ciphertexts that hold
        more images cost less an image.
        """
        added = [n.name for n in self._graph if n.operation == "add" and self.kinds[n.name] == "features"]
        split = [n.name for n in self._graph if n.operation == "split_heads"]
        rest = [
            n.name
            for n in self._graph
            if self.kinds[n.name] == "features" and not n.attributes.get("one_hot")
        ]
        extents = []
        for name in added + split or rest or [self._graph.input.name]:
            heads = self._heads.get(self._class(name))
            width = self.widths[name]
            extents.append(width if heads is None else 1 + max(head_rows(heads, width)))
        return max(extents)

    def input(self, layout: Layout) -> ValueLayout:
        """How the key owner packs samples."""
        name = self._graph.input.name
        return ValueLayout("features", self.rows(name, layout), self.tokens[name])

    def _class(self, name: str) -> str:
        while self._classes[name] != name:
            name = self._classes[name]
        return name

    def _joined(self) -> dict[str, str]:
        """Node → another of its class, or itself."""
        self._classes = {node.name: node.name for node in self._graph}
        for node in self._graph:
            alike = node.inputs if node.operation in _KEEPS_ROWS else ()
            if node.operation == "mix":
                alike = node.inputs[1:]
            if self.kinds[node.name] == "features":
                for operand in alike:
                    if self.kinds[operand] == "features":
                        self._classes[self._class(node.name)] = self._class(operand)
        return self._classes

    def _demand_heads(self, node: Node) -> None:
        heads = int(node.attributes["heads"])
        if self._heads.setdefault(self._class(node.name), heads) != heads:
            raise PlanError(
                f"node {node.name} splits a value into {heads} heads that is split otherwise elsewhere; "
                "put a linear map between"
            )


def _kinds(graph: Graph) -> Mapping[str, str]:
    kinds: dict[str, str] = {}
    for node in graph:
        operands = [kinds[name] for name in node.inputs]
        kinds[node.name] = _kind(node, operands)
    return kinds


def _kind(node: Node, operands: list[str]) -> str:
    match node.operation:
        case "sum_features":
            return "replicated"
        case "scores":
            return "scores"
        case "input" | "linear" | "mix" | "split_heads" | "merge_heads" | "merge_tokens":
            return "features"
        case "affine" | "bias" if operands[0] == "replicated":
            return "replicated" if all(map(_uniform, node.arrays.values())) else "features"
    return "replicated" if set(operands) == {"replicated"} else max(set(operands) - {"replicated"})


def _uniform(array: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bool:
    """Whether a constant is the same for all features."""
    return bool(np.all(array == array[..., :1])) if array.ndim else True
