"""The graph: the one form of a model, from its first random weights to its encrypted evaluation.

A graph is a list of nodes in topological order over named values. A value of one sample is a feature value
`[tokens, features]`; inside attention it is a head value `[heads, tokens, features per head]` or a score
value `[heads, tokens, block]`, whose entry [h, t, j] pairs token t with token (t // block)·block + j. A block
is all tokens unless `scores` says otherwise.
`reference` (in `models.reference`) runs a graph in float64, `models.training` trains it. Only graphs whose
operations are all polynomial can be encrypted; the others exist for training and for the clear rungs.

Operations, their inputs and attributes, and the arrays they own (`node.arrays`, float64):

=============  ==================  ==========================================================================
input                              the encrypted input: `tokens`, `features`; with `one_hot`, every token is
                                   one of `features` symbols and may be given by its number, -1 for none
linear         x                   `weight [out, in]`, `bias [out]` or `[tokens, out]`: x·weightᵀ + bias
affine         x                   `scale`, `shift`: per feature, or with `over: heads` per head of scores
bias           x                   x + `bias`, which broadcasts to x; with `repeat`, `bias` stands that many
                                   times along the tokens: every block of scores gets the same
mask           x                   scores times a constant `mask [tokens, block]`
split_heads    x                   `heads`; feature h·d + e becomes feature e of head h
merge_heads    x                   the inverse of split_heads
scores         q, k                q·kᵀ over the features of a head, within blocks of `block` tokens
mix            p, v                p·v: `[heads, tokens, features per head]`; with an array `mask`, (p·mask)·v
polynomial     x                   `coefficients`, `basis` (power or chebyshev), `interval [low, high]`
add            a, b                a + b
multiply       a, b                a·b elementwise
sum_tokens     x                   sum over tokens: `[1, features]`
sum_features   x                   sum over features, at each of `features` features of the result
gather_tokens  x                   token i of the result is token `order[i]`
merge_tokens   x                   token i of the result is the tokens `groups[i]`, features side by side
scale          x                   `factor`: x·factor
softmax        x (, keep)          over the last axis, without pairs whose `mask [tokens, block]` is 0, and
                                   without the tokens at which feature 0 of `keep` is 0 (not polynomial)
batch_norm     x                   `scale`, `shift`, `mean`, `variance`, `epsilon`: in training by the
                                   statistics of the batch, else an affine map; `over` as in affine
layer_norm     x                   `scale`, `shift`, `epsilon` over features (not polynomial)
gelu           x                   exact, or with `form: tanh` by tanh, as GPT-2 has it (not polynomial)
relu, tanh     x                   (not polynomial)
=============  ==================  ==========================================================================

A `chebyshev` polynomial is a series in T_i of the interval mapped to [-1, 1]; a `power` polynomial is one
in x.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError

Array = NDArray[np.float64]


class Operation(NamedTuple):
    """What a node of an operation must have.

    Attributes:
        inputs: numbers of inputs that it takes.
        polynomial: whether it can be encrypted.
        attributes: those that it needs.
        arrays: likewise.
    """

    inputs: tuple[int, ...]
    polynomial: bool = True
    attributes: tuple[str, ...] = ()
    arrays: tuple[str, ...] = ()


OPERATIONS: dict[str, Operation] = {
    "input": Operation((0,), attributes=("tokens", "features")),
    "linear": Operation((1,), arrays=("weight", "bias")),
    "affine": Operation((1,), arrays=("scale", "shift")),
    "bias": Operation((1,), arrays=("bias",)),
    "mask": Operation((1,), arrays=("mask",)),
    "split_heads": Operation((1,), attributes=("heads",)),
    "merge_heads": Operation((1,)),
    "scores": Operation((2,)),
    "mix": Operation((2,)),
    "polynomial": Operation((1,), attributes=("basis", "interval"), arrays=("coefficients",)),
    "add": Operation((2,)),
    "multiply": Operation((2,)),
    "sum_tokens": Operation((1,)),
    "sum_features": Operation((1,), attributes=("features",)),
    "gather_tokens": Operation((1,), attributes=("order",)),
    "merge_tokens": Operation((1,), attributes=("groups",)),
    "scale": Operation((1,), attributes=("factor",)),
    "softmax": Operation((1, 2), polynomial=False),
    "batch_norm": Operation(
        (1,), polynomial=False, attributes=("epsilon",), arrays=("scale", "shift", "mean", "variance")
    ),
    "layer_norm": Operation((1,), polynomial=False, attributes=("epsilon",), arrays=("scale", "shift")),
    "gelu": Operation((1,), polynomial=False),
    "relu": Operation((1,), polynomial=False),
    "tanh": Operation((1,), polynomial=False),
}


#: Arrays that training does not choose: constants of an architecture, statistics, and solved coefficients.
FIXED_ARRAYS = ("mask", "mean", "variance", "coefficients")


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
        return [node.name for node in self.nodes if not OPERATIONS[node.operation].polynomial]

    def parameter_count(self) -> int:
        """Number of weights that training chooses."""
        return sum(
            array.size
            for node in self.nodes
            for name, array in node.arrays.items()
            if name not in FIXED_ARRAYS
        )


def _check_node(node: Node, seen: set[str]) -> None:
    """Raise ModelError where a node breaks the table above."""
    if node.operation not in OPERATIONS:
        raise ModelError(
            f"node {node.name}: {node.operation!r} is no operation; use one of {sorted(OPERATIONS)}"
        )
    wanted = OPERATIONS[node.operation]
    if node.name in seen:
        raise ModelError(f"node {node.name} stands twice; give each node its own name")
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
