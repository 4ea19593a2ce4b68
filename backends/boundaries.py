"""Where a replay can be left and taken up again, and what it needs for that: the few ciphertexts alive there.

A boundary is an index of a program: all instructions before it are done, and none from it on has begun.
"""

from __future__ import annotations

from backends.primitives import Primitive, primitive
from backends.program import Program

#: Within a layer, a replay is left only where so few ciphertexts are alive.
FEW = 8
#: Their results are multiplied and not yet rescaled. Such a product is no ciphertext that every library
#: reads as it was written.
_MULTIPLY = (
    Primitive.MULTIPLY,
    Primitive.MULTIPLY_PLAIN,
    Primitive.MULTIPLY_SUM,
    Primitive.MULTIPLY_PLAIN_SUM,
    Primitive.RELINEARISE,
)
#: Their results are none, whatever their operands are.
_END_A_PRODUCT = (
    Primitive.INPUT,
    Primitive.RESCALE,
    Primitive.DROP,
    Primitive.BOOTSTRAP,
    Primitive.ROUND_TRIP,
)


def boundaries(program: Program) -> dict[int, tuple[int, ...]]:
    """Of every boundary, in order, the ciphertexts that are alive there.

    Those are the beginnings of layers, and within a layer the places where at most `FEW` are alive; none of
    them holds a product. Inputs that come in later are not among the alive.
    """
    products = _products(program)
    alive: dict[int, None] = {}
    found: dict[int, tuple[int, ...]] = {}
    layer = program.instructions[0].layer
    for index, instruction in enumerate(program.instructions):
        few = instruction.layer != layer or len(alive) <= FEW
        if index and few and products.isdisjoint(alive):
            found[index] = tuple(alive)
        layer = instruction.layer
        alive.update(dict.fromkeys(instruction.results))
        for name in program.last_uses[index]:
            alive.pop(name, None)
    return found


def _products(program: Program) -> set[int]:
    """The ciphertexts that are multiplied and not yet rescaled."""
    found: set[int] = set()
    for instruction in program.instructions:
        done = primitive(instruction.operation)
        inherited = done not in _END_A_PRODUCT and not found.isdisjoint(instruction.operands)
        if done in _MULTIPLY or inherited:
            found.update(instruction.results)
    return found
