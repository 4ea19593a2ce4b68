"""Plans a graph in which a block stands many times, in the time and memory that a few of its blocks take.

Which values are refreshed is searched for in the whole graph, block by block, with what a node takes looked
up where it is a copy. What the search decides repeats itself, as a rule from the second block on: then the
program of a stretch of blocks depends on nothing but what was decided of them and of the block before. So
two such stretches are recorded, one after the other, and the second is written down as often as it stands in
the graph, with the constants that are its own made anew each time. The result has the instructions that
`planner.plan` would record of the whole graph, and all of its figures; the numbers in its constants are those
of a few blocks, so it is for telling costs, and cannot be run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backends.errors import PlanError
from backends.parameters import ParameterSet
from backends.planner import Refresh, cheapest
from backends.program import Instruction, Program
from backends.schedule import Schedule
from models.sketches.stretched import Stretched

#: What was decided of each node of a block.
_Decisions = tuple[tuple[int, int, bool, bool] | None, ...]


@dataclass(frozen=True)
class _Period:
    """A stretch of blocks of which the same is decided again and again.

    Attributes:
        first: the first block of the first stretch; the block before it is decided like those before others.
        length: blocks of a stretch.
        more: how often it stands after the first two.
    """

    first: int
    length: int
    more: int


def plan_repeated(
    stretched: Stretched,
    parameters: ParameterSet,
    refresh: Refresh,
    *,
    complex_slots: bool = False,
    samples: int = 1,
) -> Program:
    """The program of the whole graph, for telling costs; see `backends.planner.plan`.

    Raises:
        PlanError: it cannot be planned.
    """
    planner, chosen = cheapest(
        stretched.graph,
        parameters,
        refresh,
        complex_slots=complex_slots,
        samples=samples,
        copies=stretched.copies,
        runs=False,
    )
    found = _period([_decided(chosen, block) for block in stretched.blocks])
    if found.more == 0:
        return planner.of(stretched.shortened(1, 0)).record(chosen, False, {})
    second = found.first + found.length
    dropped = second + found.length, found.more * found.length
    program = planner.of(stretched.shortened(*dropped)).record(chosen, False, {})
    blocks = stretched.blocks[found.first : second + found.length]
    layers = [
        frozenset(stretched.graph[name].layer or name for block in part for name in block)
        for part in (blocks[: found.length], blocks[found.length :])
    ]
    return _Unrolled(program, *layers).program(found.more)


def _decided(plan: Schedule, block: Sequence[str]) -> _Decisions:
    return tuple(
        (plan.made[name], plan.needed[name], name in plan.refreshed, name in plan.paired)
        if name in plan.made
        else None
        for name in block
    )


def _period(decided: Sequence[_Decisions]) -> _Period:
    """The stretch that saves most blocks; one that stands no more often than twice saves none."""
    best = _Period(1, 1, 0)
    for length in range(1, len(decided) // 3 + 1):
        begin = 0
        for end in range(length, len(decided) + 1):
            if end < len(decided) and decided[end] == decided[end - length]:
                continue
            more = (end - begin - 1) // length - 2
            if more * length > best.more * best.length:
                best = _Period(begin + 1, length, more)
            begin = end - length + 1
    return best


class _Unrolled:
    """A program of two stretches that are alike, the second of which is written down more often.

    Args:
        program: the program.
        first: the layers of the first stretch.
        second: those of the second, which follows it.

    Raises:
        PlanError: the two are not alike.
    """

    def __init__(self, program: Program, first: frozenset[str], second: frozenset[str]) -> None:
        self._program = program
        self._first, self._second = (self._of(layers) for layers in (first, second))
        if list(map(_form, self._first)) != list(map(_form, self._second)):
            raise PlanError(
                "blocks of which the same was decided were not recorded alike; this is a defect of the "
                "planner, report it"
            )
        pairs = zip(self._first, self._second, strict=True)
        #: Ciphertext of the first stretch → the same of the second.
        self._following = {
            a: b for one, other in pairs for a, b in zip(one.results, other.results, strict=True)
        }
        self._ciphertexts = 1 + max(name for one in program.instructions for name in one.results)
        self._constants = list(program.plaintexts)

    def program(self, more: int) -> Program:
        """The program with so many more of the second stretch."""
        end = self._program.instructions.index(self._second[-1]) + 1
        instructions = list(self._program.instructions[:end])
        own = self._own_constants()
        names = {name: name for name in self._following.values()}
        for _ in range(more):
            renamed = {a: names[b] for a, b in self._following.items()}
            names = {name: self._ciphertexts + place for place, name in enumerate(names)}
            self._ciphertexts += len(names)
            renamed |= names
            constants = {index: len(self._constants) + place for place, index in enumerate(own)}
            self._constants += [self._program.plaintexts[index] for index in own]
            instructions += (_renamed(one, renamed, constants) for one in self._second)
        instructions += (_renamed(one, names, {}) for one in self._program.instructions[end:])
        return replace(
            self._program,
            instructions=tuple(instructions),
            plaintexts=tuple(self._constants),
            outputs=tuple(names.get(name, name) for name in self._program.outputs),
        )

    def _of(self, layers: frozenset[str]) -> list[Instruction]:
        numbers = {number for number, layer in enumerate(self._program.layers) if layer in layers}
        return [one for one in self._program.instructions if one.layer in numbers]

    def _own_constants(self) -> list[int]:
        """The constants of the second stretch that nothing else uses: masks are used by all."""
        used = Counter(index for one in self._program.instructions for index in one.plaintexts)
        here = Counter(index for one in self._second for index in one.plaintexts)
        return [index for index, often in here.items() if often == used[index]]


def _form(instruction: Instruction) -> tuple[object, ...]:
    return (
        instruction.operation,
        instruction.steps,
        instruction.level,
        *(len(part) for part in (instruction.results, instruction.operands, instruction.plaintexts)),
    )


def _renamed(
    instruction: Instruction, ciphertexts: Mapping[int, int], constants: Mapping[int, int]
) -> Instruction:
    return replace(
        instruction,
        results=tuple(ciphertexts.get(name, name) for name in instruction.results),
        operands=tuple(ciphertexts.get(name, name) for name in instruction.operands),
        plaintexts=tuple(constants.get(index, index) for index in instruction.plaintexts),
    )
