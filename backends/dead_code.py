"""Leaves out of a program what nothing reads (dead-code elimination), and with it keys and constants.

Tensor code may ask for more than it uses, such as a rotation whose product turns out to be zero, which
`backends.folding` leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backends.patterns import Patterns
from backends.primitives import Primitive
from backends.program import Instruction, PlaintextEntry

#: What is executed whether or not its result is read: the key owner sends its inputs and is shown probes.
_KEPT = (Primitive.INPUT.operation, Primitive.PROBE.operation)


@dataclass(frozen=True)
class Code:
    """Instructions, and the constants that they refer to."""

    instructions: Sequence[Instruction]
    constants: Sequence[PlaintextEntry]
    patterns: Patterns

    def live(self, outputs: Sequence[int]) -> Code:
        """The part that the ciphertexts `outputs` and the probes need."""
        instructions = live(self.instructions, outputs)
        used = sorted({index for instruction in instructions for index in instruction.plaintexts})
        if len(used) == len(self.constants):
            return replace(self, instructions=instructions)
        index = {old: new for new, old in enumerate(used)}
        kept = [self.constants[old] for old in used]
        rows = sorted({row for constant in kept for row in constant.rows})
        moved: dict[int | None, int | None] = {old: new for new, old in enumerate(rows)} | {None: None}
        return Code(
            [replace(one, plaintexts=tuple(index[old] for old in one.plaintexts)) for one in instructions],
            [replace(one, row=moved[one.row], imaginary_row=moved[one.imaginary_row]) for one in kept],
            self.patterns.only(rows),
        )


def live(instructions: Sequence[Instruction], outputs: Sequence[int]) -> list[Instruction]:
    """The instructions, and of rotations of one ciphertext those, whose results something reads."""
    read = set(outputs)
    found: list[Instruction] = []
    for instruction in reversed(instructions):
        kept = instruction
        if instruction.operation not in _KEPT:
            results = [name in read for name in instruction.results]
            if not any(results):
                continue
            if not all(results):
                kept = _part(instruction, results)
        read.update(kept.operands)
        found.append(kept)
    return found[::-1]


def _part(instruction: Instruction, chosen: Sequence[bool]) -> Instruction:
    """Some of the results of `rotate_many`, which alone has several."""
    pairs = zip(instruction.results, instruction.steps, chosen, strict=True)
    results, steps = zip(*[(result, step) for result, step, wanted in pairs if wanted], strict=True)
    return replace(instruction, results=results, steps=steps)
