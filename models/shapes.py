"""The forms and shapes of a graph's values, told from the graph alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.arrays import Array
from models.node import Node
from models.operations import declared
from models.operations.attention import merged
from models.operations.operation import Form, Shape, Value

__all__ = ["Shape", "heads_side_by_side", "value_shapes", "values_declared"]


def values_declared(nodes: Iterable[Node]) -> dict[str, Value]:
    """The form and shape of every node's value.

    Raises:
        ModelError: an operation is not declared.
    """
    found: dict[str, Value] = {}
    for node in nodes:
        found[node.name] = declared(node.operation).result(node, [found[name] for name in node.inputs])
    return found


def value_shapes(nodes: Iterable[Node]) -> dict[str, Shape]:
    """The shape of every node's value, `[tokens, features]` or `[heads, tokens, features or block]`."""
    return {name: value.shape for name, value in values_declared(nodes).items()}


def heads_side_by_side(nodes: Iterable[Node], values: Mapping[str, Array]) -> dict[str, Array]:
    """Every value `[samples, ...]`, the features of its heads side by side, `[samples, tokens, features]`."""
    return {
        name: merged(values[name]) if value.form is Form.HEADS else values[name]
        for name, value in values_declared(nodes).items()
    }
