"""Fewer rotation keys where memory has no room for all: a rare step is made of two that have keys.

A rotation key is the largest thing that an evaluator holds, and most programs take some steps a few times
only. A rotation by s is one by a and then one by s - a, so that the key of s falls away for one rotation more
at each use. The rarest steps go first; what they are made of stays. Where that leaves too many, steps are
counted anew, and what was a part may fall away in its turn, so that a step becomes three rotations or more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count

from backends.costs import Costs, Needs
from backends.primitives import Primitive
from backends.program import Instruction, Program

#: The part of memory that keys leave: to constants, which pass through it, and to the key owner.
_LEFT_SHARE = 0.2

#: Step → the two steps that take its place.
Parts = Mapping[int, tuple[int, int]]


def within(
    program: Program,
    memory_bytes: int,
    costs: Costs,
    needs: Callable[[Program], Needs],
    others: Collection[int] = (),
) -> Program:
    """The program, with as few keys less as an evaluator of so much memory asks for.

    Where even the fewest keys are too many, it is the program with the fewest.

    Args:
        program: of one batch.
        memory_bytes: of the evaluator.
        costs: of its parameter set.
        needs: what a program needs of the machine.
        others: see `with_fewer_keys`.
    """
    over = needs(program).evaluator_bytes - int((1 - _LEFT_SHARE) * memory_bytes)
    if over <= 0:
        return program
    own = set(program.rotation_steps).difference(others)
    return with_fewer_keys(program, len(own) - -(-over // costs.key_bytes()), others)


def with_fewer_keys(program: Program, most: int, others: Collection[int] = ()) -> Program:
    """The program with at most so many rotation keys, or as few as sums of two steps allow.

    Args:
        program: of one batch.
        most: rotation keys beside the others.
        others: steps that have keys whether the program takes them or not: those of a bootstrap.
    """
    while parts := _parts(_uses(program), program.layout.slots, most, frozenset(others)):
        program = _without(program, parts)
    return program


def _without(program: Program, parts: Parts) -> Program:
    """The program with two rotations in place of each whose step has parts."""
    names = count(1 + max(name for one in program.instructions for name in one.results))
    rewriting = _Rewriting(parts, names)
    instructions = tuple(made for one in program.instructions for made in rewriting.rewritten(one))
    return replace(program, instructions=instructions)


def _uses(program: Program) -> Counter[int]:
    """How often each step is taken."""
    return Counter(step for one in program.instructions for step in one.steps if step)


def _parts(uses: Counter[int], slots: int, most: int, others: frozenset[int]) -> Parts:
    """Which steps fall away until so many are left, the rarest first, and of what each is made."""
    own, needed = set(uses) - others, set[int]()
    found: dict[int, tuple[int, int]] = {}
    for step in sorted(own, key=lambda one: (uses[one], one)):
        if len(own) <= most:
            break
        rest = (own | others) - {step}
        halves = [(a, (step - a) % slots) for a in rest if (step - a) % slots in rest]
        if step in needed or not halves:
            continue
        # What stays anyway comes first; then what is used most, which would fall away last.
        stays = needed | others
        best = max(halves, key=lambda pair: (len(stays & {*pair}), sum(uses[one] for one in pair), pair))
        own.remove(step)
        needed.update(best)
        found[step] = best
    return found


@dataclass(frozen=True)
class _Rewriting:
    """Writes instructions anew whose steps have fallen away.

    Attributes:
        parts: what takes the place of each.
        names: of ciphertexts that the program does not have yet.
    """

    parts: Parts
    names: Iterator[int]

    def rewritten(self, one: Instruction) -> list[Instruction]:
        """The instructions in place of one."""
        if not self.parts.keys() & set(one.steps):
            return [one]
        adds_up = one.operation == Primitive.ROTATE_SUM.operation
        return self._sum(one) if adds_up else self._rotations(one)

    def _sum(self, one: Instruction) -> list[Instruction]:
        """Operands of steps that fall away are rotated by the first part before the sum."""
        before: list[Instruction] = []
        operands, steps = [], []
        for operand, step in zip(one.operands, one.steps, strict=True):
            if step in self.parts:
                first, step = self.parts[step]
                before.append(self._rotation(one, next(self.names), operand, first))
                operand = before[-1].results[0]
            operands.append(operand)
            steps.append(step)
        return [*before, replace(one, operands=tuple(operands), steps=tuple(steps))]

    def _rotations(self, one: Instruction) -> list[Instruction]:
        """Rotations of one ciphertext: those whose first part is not among them get it beside them."""
        made = {
            step: name for step, name in zip(one.steps, one.results, strict=True) if step not in self.parts
        }
        after: list[Instruction] = []
        for step, name in zip(one.steps, one.results, strict=True):
            if step in self.parts:
                first, second = sorted(self.parts[step], key=lambda part: part not in made)
                source = made.setdefault(first, next(self.names))
                after.append(self._rotation(one, name, source, second))
        return [replace(one, results=tuple(made.values()), steps=tuple(made)), *after]

    def _rotation(self, like: Instruction, name: int, source: int, step: int) -> Instruction:
        operation = Primitive.ROTATE_MANY.operation
        return replace(like, operation=operation, results=(name,), operands=(source,), steps=(step,))
