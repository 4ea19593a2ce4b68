"""The graph: the handover between training and every evaluation, in the clear or encrypted.

A graph is a list of nodes in topological order over named values. A value of one sample is
`[tokens, features]`; inside attention it is `[heads, tokens, features per head]` or, for scores,
`[heads, tokens, tokens]`.
`reference` (in `models.reference`) runs it in float64. Only graphs whose operations are all polynomial can be
encrypted; softmax, layer_norm, gelu and relu exist for the clear rungs.

Operations, their inputs and attributes, and the arrays they own (`node.arrays`, float64):

=============  ==================  ==========================================================================
input                              the encrypted input, `[tokens, features]`
linear         x                   `weight [out, in]`, `bias [out]` or `[tokens, out]`: x·weightᵀ + bias
affine         x                   `scale [features]` and `shift [features]`, per feature
split_heads    x                   `heads`; feature h·d + e becomes feature e of head h
merge_heads    x                   the inverse of split_heads
scores         q, k                q·kᵀ over the features of a head: `[heads, tokens, tokens]`
mix            p, v                p·v: `[heads, tokens, features per head]`
polynomial     x                   `coefficients`, `basis` (power or chebyshev), `interval [low, high]`
add            a, b                a + b
multiply       a, b                a·b elementwise
sum_tokens     x                   sum over tokens: `[1, features]`
scale          x                   `factor`: x·factor
softmax        x                   over the last axis (not polynomial)
layer_norm     x                   `scale`, `shift`, `epsilon` over features (not polynomial)
gelu, relu     x                   (not polynomial)
=============  ==================  ==========================================================================

A `chebyshev` polynomial is a series in T_i of the interval mapped to [-1, 1]; a `power` polynomial is one
in x.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError

Array = NDArray[np.float64]

#: name → (number of inputs, polynomial, required attributes, required arrays)
OPERATIONS: dict[str, tuple[int, bool, tuple[str, ...], tuple[str, ...]]] = {
    "input": (0, True, ("tokens", "features"), ()),
    "linear": (1, True, (), ("weight", "bias")),
    "affine": (1, True, (), ("scale", "shift")),
    "split_heads": (1, True, ("heads",), ()),
    "merge_heads": (1, True, (), ()),
    "scores": (2, True, (), ()),
    "mix": (2, True, (), ()),
    "polynomial": (1, True, ("basis", "interval"), ("coefficients",)),
    "add": (2, True, (), ()),
    "multiply": (2, True, (), ()),
    "sum_tokens": (1, True, (), ()),
    "scale": (1, True, ("factor",), ()),
    "softmax": (1, False, (), ()),
    "layer_norm": (1, False, ("epsilon",), ("scale", "shift")),
    "gelu": (1, False, (), ()),
    "relu": (1, False, (), ()),
}


@dataclass(frozen=True)
class Node:
    """One operation. `name` names its result; `layer` is the name under which reports group it."""

    name: str
    operation: str
    inputs: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)
    layer: str = ""


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
                f"graph {self.name}: the output {self.output!r} is no node; name one of its nodes"
            )
        if sum(node.operation == "input" for node in self.nodes) != 1:
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
        return next(node for node in self.nodes if node.operation == "input")

    def consumers(self, name: str) -> list[Node]:
        """The nodes that read a value."""
        return [node for node in self.nodes if name in node.inputs]

    def not_polynomial(self) -> list[str]:
        """Names of the nodes that cannot be encrypted."""
        return [node.name for node in self.nodes if not OPERATIONS[node.operation][1]]

    def parameter_count(self) -> int:
        """Number of weights."""
        return sum(array.size for node in self.nodes for array in node.arrays.values())


def _check_node(node: Node, seen: set[str]) -> None:
    """Raise ModelError where a node breaks the table above."""
    if node.operation not in OPERATIONS:
        raise ModelError(
            f"node {node.name}: {node.operation!r} is no operation; use one of {sorted(OPERATIONS)}"
        )
    arity, _, attributes, arrays = OPERATIONS[node.operation]
    if node.name in seen:
        raise ModelError(f"node {node.name} stands twice; give each node its own name")
    if len(node.inputs) != arity:
        raise ModelError(f"node {node.name}: {node.operation} takes {arity} inputs, not {len(node.inputs)}")
    for missing in [name for name in node.inputs if name not in seen]:
        raise ModelError(f"node {node.name} reads {missing!r}, which no earlier node makes")
    for missing in [name for name in attributes if name not in node.attributes]:
        raise ModelError(f"node {node.name}: {node.operation} needs the attribute {missing!r}")
    for missing in [name for name in arrays if name not in node.arrays]:
        raise ModelError(f"node {node.name}: {node.operation} needs the array {missing!r}")
    for name, array in node.arrays.items():
        if not np.all(np.isfinite(array)):
            raise ModelError(f"node {node.name}: the array {name!r} holds values that are not finite")
