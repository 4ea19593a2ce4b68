"""Replays a program on a library, and fails where the library does something else than the program says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from backends.errors import ExecutionError
from backends.interface import Ciphertext, Evaluator, Plaintext
from backends.primitives import COUNTED, Primitive, primitive
from backends.program import REFRESHES, Instruction, Probe, Program, primitives

#: Sends a ciphertext to the key owner and brings back a fresh one at the level given.
RoundTrip = Callable[[Ciphertext, int], Ciphertext]
#: Shows a probed value's ciphertexts to the key owner.
ShowProbe = Callable[[Probe, Sequence[Ciphertext]], None]
#: The part of a program's instructions that one stretch of the level profile may have, so that a long layer
#: is seen in pieces.
LONGEST_STRETCH = 0.01
#: Told after each instruction: (its index, the instruction, seconds).
Progress = Callable[[int, Instruction, float], None]


@dataclass
class Stretch:
    """A piece (stretch) of the level profile: a few instructions in a row that serve one layer, or refresh.

    Attributes:
        layer: its name.
        refresh: `bootstrap` or `round_trip`, None where it computes.
        highest: the highest level of a result.
        lowest: the lowest one.
        instructions: how many.
        seconds: together.
    """

    layer: str
    refresh: str | None
    highest: int
    lowest: int
    instructions: int = 0
    seconds: float = 0.0


@dataclass
class Measured:
    """What one replay took and did.

    Attributes:
        seconds: the whole replay, round trips included.
        round_trips_s: the part spent waiting for the key owner.
        layers: seconds per layer name.
        course: the level profile: the levels in the order of the computation.
        primitives: (operation, level of its operands) → (instructions, primitives, seconds).
        counts: primitives executed, taken at the library's calls, and round trips.
    """

    seconds: float = 0.0
    round_trips_s: float = 0.0
    layers: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    course: list[Stretch] = field(default_factory=list)
    primitives: dict[tuple[str, int], tuple[int, int, float]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)


class Constants:
    """The constants of a program on a library: those encoded ahead, and the others anew at each use."""

    def __init__(self, program: Program, evaluator: Evaluator, ahead: Iterable[int]) -> None:
        self._program, self._evaluator = program, evaluator
        # Level by level, because some libraries set up for each.
        order = sorted(ahead, key=lambda index: program.plaintexts[index].level)
        self._ahead = {index: self._encoded(index) for index in order}

    def __getitem__(self, index: int) -> Plaintext:
        """A constant, encoded."""
        return self._ahead[index] if index in self._ahead else self._encoded(index)

    def _encoded(self, index: int) -> Plaintext:
        entry = self._program.plaintexts[index]
        return self._evaluator.encode(entry.values(self._program.patterns), entry.level)


def prepare(program: Program, evaluator: Evaluator, ahead: Iterable[int] | None = None) -> Constants:
    """Encode constants at the level where they are used.

    Args:
        ahead: which of them to encode now and keep; all where it is None.
    """
    return Constants(program, evaluator, range(len(program.plaintexts)) if ahead is None else ahead)


def replay(
    program: Program,
    evaluator: Evaluator,
    constants: Constants,
    inputs: Sequence[Ciphertext],
    round_trip: RoundTrip,
    show_probe: ShowProbe,
    progress: Progress,
) -> tuple[list[Ciphertext], Measured]:
    """Compute one batch, freeing ciphertexts at their last use.

    Returns:
        The output ciphertexts, and what was measured.

    Raises:
        ExecutionError: the library's own level after a step, or its counts at the end, are not the program's.
    """
    machine = _Machine(program, evaluator, constants, round_trip, show_probe)
    machine.load(inputs)
    before = Counter(evaluator.counts)
    measured = Measured()
    for index, instruction in enumerate(program.instructions):
        started = perf_counter()
        machine.step(instruction)
        seconds = perf_counter() - started
        _note(measured, program, instruction, seconds)
        machine.check_and_free(index, instruction)
        progress(index, instruction, seconds)
    measured.counts = Counter({name: evaluator.counts[name] - before[name] for name in COUNTED})
    measured.counts[Primitive.ROUND_TRIP.counted] = machine.round_trips
    check_counts(program.counts, measured.counts)
    return [machine.values[name] for name in program.outputs], measured


def check_counts(planned: Counter[str], executed: Counter[str]) -> None:
    """Raise ExecutionError unless every count is as planned."""
    differing = [name for name in (*COUNTED, Primitive.ROUND_TRIP.counted) if planned[name] != executed[name]]
    if differing:
        text = ", ".join(f"{executed[name]} {name} instead of {planned[name]}" for name in differing)
        raise ExecutionError(f"the library executed {text}; the adapter does not follow the program")


def _note(measured: Measured, program: Program, instruction: Instruction, seconds: float) -> None:
    if not primitive(instruction.operation).counted:
        return
    measured.seconds += seconds
    measured.layers[program.layers[instruction.layer]] += seconds
    if instruction.operation == Primitive.ROUND_TRIP.operation:
        measured.round_trips_s += seconds
    level = program.levels[instruction.operands[0]]
    times, count, total = measured.primitives.get((instruction.operation, level), (0, 0, 0.0))
    done = max(primitives(instruction).values())
    measured.primitives[instruction.operation, level] = (times + 1, count + done, total + seconds)
    _lengthen(measured.course, program, instruction, seconds)


def _lengthen(course: list[Stretch], program: Program, instruction: Instruction, seconds: float) -> None:
    """Add an instruction to the last stretch where it belongs there, else to a new one."""
    layer = program.layers[instruction.layer]
    refresh = instruction.operation if instruction.operation in REFRESHES else None
    full = LONGEST_STRETCH * len(program.instructions)
    if (
        not course
        or (course[-1].layer, course[-1].refresh) != (layer, refresh)
        or course[-1].instructions >= full
    ):
        course.append(Stretch(layer, refresh, instruction.level, instruction.level))
    last = course[-1]
    last.highest, last.lowest = max(last.highest, instruction.level), min(last.lowest, instruction.level)
    last.instructions += 1
    last.seconds += seconds


class _Machine:
    """The ciphertexts alive, and what each operation does to them."""

    def __init__(
        self,
        program: Program,
        evaluator: Evaluator,
        constants: Constants,
        round_trip: RoundTrip,
        show_probe: ShowProbe,
    ) -> None:
        self.values: dict[int, Ciphertext] = {}
        self.round_trips = 0
        self._program, self._evaluator, self._constants = program, evaluator, constants
        self._round_trip, self._show_probe = round_trip, show_probe
        self._probes = iter(program.probes)

    def load(self, inputs: Sequence[Ciphertext]) -> None:
        """Take the inputs, in the program's order."""
        self.values.update(zip(self._program.inputs, inputs, strict=True))

    def step(self, instruction: Instruction) -> None:
        """Run one instruction."""
        wanted = primitive(instruction.operation)
        if wanted is Primitive.INPUT:
            return
        operands = [self.values[name] for name in instruction.operands]
        if wanted is Primitive.PROBE:
            self._show_probe(next(self._probes), operands)
            return
        results = self._execute(wanted, instruction, operands)
        self.values.update(zip(instruction.results, results, strict=True))

    def _execute(
        self, wanted: Primitive, instruction: Instruction, operands: list[Ciphertext]
    ) -> list[Ciphertext]:
        evaluator = self._evaluator
        match wanted:
            case Primitive.ROTATE_MANY:
                return list(evaluator.rotate_many(operands[0], instruction.steps))
            case Primitive.ROTATE_SUM:
                return [evaluator.rotate_sum(list(zip(operands, instruction.steps, strict=True)))]
            case Primitive.MULTIPLY_PLAIN_SUM:
                constants = [self._constants[index] for index in instruction.plaintexts]
                return [evaluator.multiply_plain_sum(list(zip(operands, constants, strict=True)))]
            case Primitive.MULTIPLY_SUM:
                return [evaluator.multiply_sum(list(zip(operands[::2], operands[1::2], strict=True)))]
            case Primitive.ADD_PLAIN:
                return [evaluator.add_plain(operands[0], self._constants[instruction.plaintexts[0]])]
            case Primitive.DROP:
                return [evaluator.drop(operands[0], instruction.level)]
            case Primitive.ROUND_TRIP:
                self.round_trips += 1
                return [self._round_trip(operands[0], instruction.level)]
        return [getattr(evaluator, wanted.operation)(*operands)]

    def check_and_free(self, index: int, instruction: Instruction) -> None:
        """Compare the library's own level with the program's, then let go of what is not read again."""
        for name in instruction.results:
            level = self._evaluator.level(self.values[name])
            if level != instruction.level:
                layer = self._program.layers[instruction.layer]
                raise ExecutionError(
                    f"instruction {index} ({instruction.operation}, layer {layer}) left level {level} in the "
                    f"library where the program says {instruction.level}; the adapter does not follow it"
                )
        for name in self._program.last_uses[index]:
            del self.values[name]
