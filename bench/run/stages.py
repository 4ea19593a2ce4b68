"""What each stage of a cell is expected to take, in seconds: what a person who waits is told.

The names are those of the stages that a cell tells as it goes, in their order. They are estimates from the
plan, for one thread; whoever shows them corrects them by the stages that have ended.
"""

from __future__ import annotations

from collections.abc import Iterable

from backends.costs import Costs
from backends.interface import Capabilities
from backends.parameters import ParameterSet
from backends.planner import Refresh
from backends.program import Program
from backends.registry import Descriptor
from bench.spec.cases import PrimitivesLiteral
from bench.spec.cells import Cell

#: A party's interpreter and its library.
START_S = 1.5
#: Making and writing a byte of key-switching keys, and checking and loading it: medians of 100 cells of
#: OpenFHE and Pyfhel at N = 2^14 to 2^16, which differ by a tenth and by a half.
MAKE_S_PER_BYTE, LOAD_S_PER_BYTE = 5.6e-9, 3.0e-9
#: A simulator's time for a slot of one instruction: it computes in the clear.
SIMULATED_S_PER_SLOT = 2e-9
#: Transforms of an encryption or a decryption at each prime.
ENCRYPTION_PER_PRIME, DECRYPTION_PER_PRIME = 4, 2
#: Key switches beside those of `rotate_many` that the measured primitives of a level have together.
OTHER_KEY_SWITCHES = 5


def of_keys(keys_bytes: int) -> list[tuple[str, float]]:
    """Making, carrying and loading keys, which every kind of cell begins with."""
    return [
        ("starting the key owner", START_S),
        ("key generation", keys_bytes * MAKE_S_PER_BYTE),
        ("starting the evaluator", START_S),
        ("loading keys", keys_bytes * LOAD_S_PER_BYTE),
    ]


def of_program(
    cell: Cell, program: Program, descriptor: Descriptor, capabilities: Capabilities, refresh: Refresh
) -> list[tuple[str, float]]:
    """A planned program's stages over all batches, once for each repeat."""
    batches = -(-cell.samples // program.layout.images)
    if descriptor.simulates:
        slots = batches * len(program.instructions) * program.layout.slots
        return [*of_keys(0), *cell.repeats * [("evaluation", slots * SIMULATED_S_PER_SLOT)]]
    costs = Costs(cell.parameter_set.parameters)
    inputs, outputs = batches * len(program.inputs), batches * len(program.outputs)
    encoded = sum(one.level + 1 for one in program.plaintexts if one.row is not None)
    encrypted = inputs * ENCRYPTION_PER_PRIME * (program.input_level + 1)
    evaluated = batches * sum(map(costs.instruction, program.instructions))
    once = [("model preparation", encoded), ("encryption", encrypted)]
    again = [("evaluation", evaluated), ("decryption", outputs * DECRYPTION_PER_PRIME)]
    keys = costs.needs(program, capabilities, refresh.kind, descriptor.footprint).keys_bytes
    counted = [*once, *cell.repeats * again]
    return [*of_keys(keys), *((name, costs.seconds(transforms)) for name, transforms in counted)]


def of_levels(
    literal: PrimitivesLiteral, parameters: ParameterSet, names: Iterable[tuple[str, int]]
) -> list[tuple[str, float]]:
    """Measuring single primitives: the name and the level of each stage."""
    costs = Costs(parameters)
    often = (literal.repetitions + 1) * (literal.rotations + OTHER_KEY_SWITCHES)
    return [(name, costs.seconds(often * costs.key_switch(level))) for name, level in names]
