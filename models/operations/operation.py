"""What an operation of the graph declares, so that nothing else has to know it by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal, NamedTuple

from models.arrays import Array
from models.node import Node

Shape = tuple[int, ...]


class Form(Enum):
    """What the axes of one sample's value mean.

    FEATURES: `[tokens, features]`. REPLICATED: the same, with all features of a token equal. HEADS:
    `[heads, tokens, features per head]`. SCORES: `[heads, tokens, block]`.
    """

    FEATURES = "features"
    REPLICATED = "replicated"
    HEADS = "heads"
    SCORES = "scores"


class Value(NamedTuple):
    """Form and shape of one sample's value."""

    form: Form
    shape: Shape


class Factor(Enum):
    """How constant positive factors of the operands reach the result.

    ABSORBED: its arrays take them in and give the result any other. PASSED: that of the first operand is the
    result's. MULTIPLIED: their product is the result's. COMMON: the operands need one and the same, which is
    the result's. GIVEN: the operands must have none, and its arrays can give the result any. FIXED: the
    operands must have none, and the result has none.
    """

    ABSORBED = "absorbed"
    PASSED = "passed"
    MULTIPLIED = "multiplied"
    COMMON = "common"
    GIVEN = "given"
    FIXED = "fixed"


class Carries(Enum):
    """What of a residual stream goes through an operation.

    NOTHING: none does. VALUES: the result consists of values of the operands, chosen or added, so a constant
    that every value of the stream lacks is one that the result lacks. TOKENS: moreover every token keeps its
    own features, so the same holds of each token's mean over features.
    """

    NOTHING = "nothing"
    VALUES = "values"
    TOKENS = "tokens"


#: What calibration looks at: the input of an operation, or its variance or mean square over features.
Calibrated = Literal["input", "variance", "mean_square"]
#: Those that say over how wide an interval 1/√ is wanted.
SPREADS: tuple[Calibrated, ...] = ("variance", "mean_square")

#: From a node, the factor of its operands' product and that of its result: the node that computes it.
Absorb = Callable[[Node, float, float], Node]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation of the graph.

    Attributes:
        name: by which nodes ask for it.
        meaning: what it computes of which inputs, arrays and attributes.
        inputs: numbers of inputs that it takes.
        attributes: those that it needs (see `models.operations.attributes`).
        optional: those that it may have.
        misfit: what does not fit between a node and its operands, beyond what `result` cannot do without.
        arrays: likewise.
        result: form and shape of its result, from those of its operands.
        evaluate: the reference, in float64: from a node and its operands `[samples, ...]` to its result.
        factor: how constant factors go through.
        absorb: the node that takes a factor in, where `absorbs` says that it can.
        absorber: the optional array with which a node can take a factor in.
        offsets: arrays that are added, so that the result's factor multiplies them.
        factor_moves_to: the operand to which a constant factor of the result may move, None where there is
            none.
        carries: what of a residual stream goes through it.
        polynomial: whether it can be encrypted.
        exact: whether its arrays stay in float64 where weights are rounded.
        calibrated: what conversion must know the range of before it puts a polynomial in its place.
    """

    name: str
    meaning: str
    inputs: tuple[int, ...]
    result: Callable[[Node, Sequence[Value]], Value]
    evaluate: Callable[..., Array]
    factor: Factor
    carries: Carries
    factor_moves_to: int | None
    attributes: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    misfit: Callable[[Node, Sequence[Value]], str | None] | None = None
    arrays: tuple[str, ...] = ()
    absorb: Absorb | None = None
    absorber: str | None = None
    offsets: tuple[str, ...] = ()
    polynomial: bool = True
    exact: bool = False
    calibrated: Calibrated | None = None

    def absorbs(self, node: Node) -> bool:
        """Whether a node can give its result any factor, whatever those of its operands; GIVEN wants none."""
        return self.factor in (Factor.ABSORBED, Factor.GIVEN) or self.absorber in node.arrays
