"""The primitives: everything that a program asks of an evaluator or of the key owner, each declared once.

A primitive has one operation, which is its name in programs and its method of `backends.interface.Evaluator`;
the name under which it is counted; what it costs; and its name in records. Compounds are primitives too: a
library may hoist them, and they count what they are made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from backends.errors import ExecutionError


@dataclass(frozen=True)
class Cost:
    """What a primitive takes, in number-theoretic transforms of one prime (see `backends.costs`).

    Attributes:
        per_prime: transforms for each prime of its operands.
        key_switches: at the level of its operands.
        key_switches_at_top: at the level of a fresh ciphertext.
    """

    per_prime: float = 0.0
    key_switches: int = 0
    key_switches_at_top: int = 0


class Primitive(Enum):
    """Every operation of a program, and the encoding of its constants.

    Attributes:
        operation: in programs, and the evaluator's method, where the evaluator does it.
        counted: the name under which it is counted, empty where it computes nothing.
        cost: the cost of one.
        recorded: the name in records.
        adds_up: whether it is a compound that adds up its terms.
    """

    ADD = ("add", "additions", Cost(per_prime=0.1))
    SUBTRACT = ("subtract", "additions", Cost(per_prime=0.1))
    ADD_PLAIN = ("add_plain", "additions", Cost(per_prime=0.1))
    NEGATE = ("negate", "negations", Cost(per_prime=0.1))
    MULTIPLY_PLAIN = ("multiply_plain", "ct_pt", Cost(per_prime=0.4))
    MULTIPLY = ("multiply", "ct_ct", Cost(per_prime=0.8))
    RELINEARISE = ("relinearise", "relinearisations", Cost(key_switches=1))
    RESCALE = ("rescale", "rescales", Cost(per_prime=2.0))
    DROP = ("drop", "drops", Cost(per_prime=2.0))
    ROTATE = ("rotate", "rotations", Cost(key_switches=1))
    CONJUGATE = ("conjugate", "conjugations", Cost(key_switches=1))
    BOOTSTRAP = ("bootstrap", "bootstraps", Cost(key_switches_at_top=90))
    ROTATE_MANY = ("rotate_many", "rotations", Cost(key_switches=1), "rotate")
    ROTATE_SUM = ("rotate_sum", "rotations", Cost(key_switches=1), "rotate_sum", True)
    MULTIPLY_PLAIN_SUM = ("multiply_plain_sum", "ct_pt", Cost(per_prime=0.4), "multiply_plain", True)
    MULTIPLY_SUM = ("multiply_sum", "ct_ct", Cost(per_prime=0.8), "multiply", True)
    #: Weighed where levels are chosen, because a lower one takes less time and memory; not counted in a run.
    ENCODE = ("encode", "encodings", Cost(per_prime=1.0))
    #: The key owner decrypts and encrypts again: the client-aided refresh.
    ROUND_TRIP = ("round_trip", "round_trips", Cost(per_prime=20.0))
    INPUT = ("input", "", Cost())
    PROBE = ("probe", "", Cost())

    def __init__(
        self,
        operation: str,
        counted: str,
        cost: Cost,
        recorded: str | None = None,
        adds_up: bool = False,
    ) -> None:
        self.operation = operation
        self.counted = counted
        self.cost = cost
        self.recorded = recorded or operation
        self.adds_up = adds_up


_BY_OPERATION = {primitive.operation: primitive for primitive in Primitive}
_COSTS = {primitive.counted: primitive.cost for primitive in Primitive if primitive.counted}
#: The names under which an evaluator counts at its library's calls, in `Evaluator.counts`.
COUNTED = tuple(
    name for name in _COSTS if name not in (Primitive.ENCODE.counted, Primitive.ROUND_TRIP.counted)
)


def primitive(operation: str) -> Primitive:
    """The primitive of an operation of a program.

    Raises:
        ExecutionError: there is none.
    """
    if operation not in _BY_OPERATION:
        raise ExecutionError(f"the program has an unknown operation {operation!r}; plan it again")
    return _BY_OPERATION[operation]


def cost(counted: str) -> Cost:
    """The cost of one primitive that is counted under a name.

    Raises:
        ExecutionError: nothing is counted under it.
    """
    if counted not in _COSTS:
        raise ExecutionError(f"no primitive is counted under {counted!r}; there are {', '.join(_COSTS)}")
    return _COSTS[counted]
