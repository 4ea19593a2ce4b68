"""What the engine declares of an operation of the graph."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import Enum

from backends.interface import Evaluator
from backends.tensor.layout import Layout, ValueLayout
from backends.tensor.linear import BabySteps
from backends.tensor.tensor import Tensor
from models.node import Node


class Placement(Enum):
    """At which rows a feature value lies.

    FREE: wherever its readers want it. OPERANDS: with all operands. SECOND: with the second. HEADS: with its
    operand, the features of each head interleaved. MERGED: as merging tokens leaves them.
    """

    FREE = "free"
    OPERANDS = "operands"
    SECOND = "second"
    HEADS = "heads"
    MERGED = "merged"


class Way(Enum):
    """How a node is computed where that is not the first way of its operation.

    PACKED: scores lie packed (`backends.tensor.packed`). PACKED_IN_COMPLEX_SLOTS: the same, where keys are a
    level less deep. PAIRED: two chunks of the result share a ciphertext (`backends.tensor.pairs`).
    QUERIES_AND_KEYS: a map makes both, in pairs. BESIDE_QUERIES: the keys are there already.
    """

    PACKED = "packed"
    PACKED_IN_COMPLEX_SLOTS = "packed in complex slots"
    PAIRED = "paired"
    QUERIES_AND_KEYS = "queries and keys"
    BESIDE_QUERIES = "beside queries"


class Replicated(Enum):
    """What becomes of a replicated operand, all of whose features are equal.

    AS_IS: it meets any value as it is. AS_RESULT: it lies at the rows of the result, where that is a feature
    value. IN_ORDER: it lies at rows in the order of its features.
    """

    AS_IS = "as is"
    AS_RESULT = "as result"
    IN_ORDER = "in order"


@dataclass(frozen=True)
class Context:
    """What an operation computes with.

    Attributes:
        evaluator: the evaluator of a library, of the simulator, or one that records.
        layout: the layout of the slots.
        babies: rotations that linear maps of one input share.
        place: how the result of a node lies that is a feature value.
        keys: the map to keys that the map to queries which is given may make too.
    """

    evaluator: Evaluator
    layout: Layout
    babies: BabySteps
    place: Callable[[Node], ValueLayout]
    keys: Callable[[Node], Node]


#: From a node and its operands, with what it computes with, to the result.
Execute = Callable[[Context, Node, Sequence[Tensor]], Tensor]


@dataclass(frozen=True, kw_only=True)
class EncryptedOperation:
    """An operation on encrypted tensors.

    Attributes:
        execute: from a node and its operands, as deep as `depths` says, to the result.
        depths: levels between each operand and the result; the operands' own levels do not matter.
        placement: at which rows the result lies.
        replicated: what becomes of a replicated operand.
        one_chunk: whether a feature value that it makes should fit one ciphertext, if that can be.
        alias: whether its result is the operand's ciphertexts under another name, which are refreshed once.
        shares_rotations: whether those of one operand and one layer run at one level, to share rotations.
        moves_rows: whether it moves the rows of its operands, which therefore stand once in a ciphertext.
        by_values: whether what it takes depends on the values of its arrays, and not only on where they are
            zero.
        each: whether it computes each ciphertext of its only operand by itself, with the same numbers.
        maps_features: whether it is a linear map over features, whose weights may as well be complex.
        support: of a feature operand, what of the zeros of its arrays decides what it takes, from the layout,
            the place of the result, the operand and the node; None where every zero may.
    """

    execute: Execute
    depths: Callable[[Node, Sequence[Tensor]], tuple[int, ...]]
    placement: Placement
    replicated: Replicated = Replicated.AS_IS
    one_chunk: bool = False
    alias: bool = False
    shares_rotations: bool = False
    moves_rows: bool = False
    by_values: bool = False
    each: bool = False
    maps_features: bool = False
    support: Callable[[Layout, ValueLayout, Tensor, Node], Hashable] | None = None
