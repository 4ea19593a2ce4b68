"""The operations of the graph, each declared once, in the module of its family.

A declaration (`Operation`) says everything about an operation that models need: its inputs, arrays and
attributes, the form and shape of its result, its float64 reference, and how constant factors and residual
streams go through it. Training in torch (`models.training.operations`) and encrypted evaluation
(`backends.tensor.operations`) register what they add by the operation's name. Nothing else has to know a new
operation, except the conversion where it is not polynomial; rules of the conversion that rewrite particular
operations leave it as it is.
"""

from __future__ import annotations

from models.errors import ModelError
from models.operations import (
    activations,
    attention,
    elementwise,
    linear,
    normalisations,
    pooling,
    positions,
    tokens,
)
from models.operations.operation import Operation

__all__ = ["OPERATIONS", "Operation", "declared"]

_FAMILIES = (linear, elementwise, attention, positions, tokens, normalisations, pooling, activations)

#: Name → declaration.
OPERATIONS: dict[str, Operation] = {
    operation.name: operation for family in _FAMILIES for operation in family.OPERATIONS
}


def declared(name: str) -> Operation:
    """The declaration of an operation.

    Raises:
        ModelError: there is none of this name.
    """
    if name not in OPERATIONS:
        raise ModelError(f"{name!r} is not an operation of the graph; use one of {sorted(OPERATIONS)}")
    return OPERATIONS[name]
