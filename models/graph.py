"""The graph: the one form of a model, from its first random weights to its encrypted evaluation.

A graph is a list of nodes in topological order over named values. A value of one sample is a feature value
`[tokens, features]`; inside attention it is a head value `[heads, tokens, features per head]` or a score
value `[heads, tokens, block]`, whose entry [h, t, j] pairs token t with token (t // block)·block + j. A block
is all tokens unless `scores` says otherwise.

`models.operations` declares what a node may compute. `models.reference` runs a graph in float64,
`models.training` trains it. Only graphs whose operations are all polynomial can be encrypted; the others
exist for training and for the clear rungs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.arrays import Array
from models.errors import ModelError
from models.node import Node
from models.operations import declared

__all__ = ["FIXED_ARRAYS", "Array", "Graph", "Node"]

#: Arrays that training does not choose: constants of an architecture, statistics, and solved coefficients.
FIXED_ARRAYS = ("mask", "mean", "variance", "coefficients", "cosine", "sine")


@dataclass(frozen=True)
class Graph:
    """Nodes in topological order, exactly one of them the input; `output` names the result."""

    name: str
    nodes: tuple[Node, ...]
    output: str
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for node in self.nodes:
            _check_node(node, seen)
            seen.add(node.name)
        if self.output not in seen:
            raise ModelError(
                f"graph {self.name}: the output {self.output!r} is not a node; name one of its nodes"
            )
        if sum(node.is_input for node in self.nodes) != 1:
            raise ModelError(f"graph {self.name}: there must be exactly one input node")

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __getitem__(self, name: str) -> Node:
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    @property
    def input(self) -> Node:
        """The input node."""
        return next(node for node in self.nodes if node.is_input)

    def consumers(self, name: str) -> list[Node]:
        """The nodes that read a value."""
        return [node for node in self.nodes if name in node.inputs]

    def not_polynomial(self) -> list[str]:
        """Names of the nodes that cannot be encrypted."""
        return [node.name for node in self.nodes if not declared(node.operation).polynomial]

    def parameter_count(self) -> int:
        """Number of weights that training chooses."""
        return sum(
            array.size
            for node in self.nodes
            for name, array in node.arrays.items()
            if name not in FIXED_ARRAYS
        )


def _check_node(node: Node, seen: set[str]) -> None:
    """Raise ModelError where a node breaks what its operation declares."""
    try:
        wanted = declared(node.operation)
    except ModelError as error:
        raise ModelError(f"node {node.name}: {error}") from error
    if node.name in seen:
        raise ModelError(f"node {node.name} appears twice; give each node its own name")
    if len(node.inputs) not in wanted.inputs:
        arity = " or ".join(map(str, wanted.inputs))
        raise ModelError(f"node {node.name}: {node.operation} takes {arity} inputs, not {len(node.inputs)}")
    for missing in [name for name in node.inputs if name not in seen]:
        raise ModelError(f"node {node.name} reads {missing!r}, which no earlier node makes")
    for missing in [name for name in wanted.attributes if name not in node.attributes]:
        raise ModelError(f"node {node.name}: {node.operation} needs the attribute {missing!r}")
    for missing in [name for name in wanted.arrays if name not in node.arrays]:
        raise ModelError(f"node {node.name}: {node.operation} needs the array {missing!r}")
    for name, array in node.arrays.items():
        if not np.all(np.isfinite(array)):
            raise ModelError(f"node {node.name}: the array {name!r} holds values that are not finite")
