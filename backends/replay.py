"""Replays a program on a library, and fails where the library does something else than the program says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from time import perf_counter

from backends.constants import Constants
from backends.dispatch import Dispatch, Progress, Workers
from backends.errors import ExecutionError
from backends.interface import Ciphertext, Evaluator, Plaintext
from backends.measured import Measured, measure
from backends.primitives import COUNTED, Primitive, primitive
from backends.program import Instruction, Probe, Program

#: Sends a ciphertext to the key owner and brings back a fresh one at the level given.
RoundTrip = Callable[[Ciphertext, int], Ciphertext]
#: Shows a probed value's ciphertexts to the key owner.
ShowProbe = Callable[[Probe, Sequence[Ciphertext]], None]


def replay(
    program: Program,
    evaluator: Evaluator,
    constants: Constants,
    inputs: Sequence[Ciphertext],
    round_trip: RoundTrip,
    show_probe: ShowProbe,
    progress: Progress,
    workers: Workers | None = None,
) -> tuple[list[Ciphertext], Measured]:
    """Compute one batch, freeing ciphertexts at their last use.

    Args:
        program: what is computed.
        evaluator: computes it.
        constants: the program's, of `backends.constants.prepare`.
        inputs: the batch, in the program's order.
        round_trip: asks the key owner for a fresh ciphertext.
        show_probe: shows the key owner a value.
        progress: told of every instruction that is done.
        workers: who computes; the calling thread where it is None.

    Returns:
        The output ciphertexts, and what was measured.

    Raises:
        ExecutionError: the library's own level after a step, or its counts at the end, are not the program's.
    """
    machine = _Machine(program, evaluator, round_trip, show_probe)
    machine.load(inputs)
    before = Counter(evaluator.counts)
    dispatch = Dispatch(program, machine, constants, workers or Workers(), progress)
    started = perf_counter()
    dispatch.run()
    measured = measure(program, dispatch.spans, started)
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


class _Machine:
    """The ciphertexts alive, and what each operation does to them."""

    def __init__(
        self,
        program: Program,
        evaluator: Evaluator,
        round_trip: RoundTrip,
        show_probe: ShowProbe,
    ) -> None:
        self.values: dict[int, Ciphertext] = {}
        self.round_trips = 0
        self._program, self._evaluator = program, evaluator
        self._round_trip, self._show_probe = round_trip, show_probe
        self._probes = iter(program.probes)
        read = (name for one in program.instructions for name in dict.fromkeys(one.operands))
        self._reads = Counter([*read, *program.outputs])

    def load(self, inputs: Sequence[Ciphertext]) -> None:
        """Take the inputs, in the program's order."""
        self.values.update(zip(self._program.inputs, inputs, strict=True))

    def ready(self, instruction: Instruction) -> bool:
        """Whether the operands are there."""
        return all(name in self.values for name in instruction.operands)

    def operands(self, instruction: Instruction) -> list[Ciphertext]:
        """The operands of an instruction that is ready."""
        return [self.values[name] for name in instruction.operands]

    def execute(
        self, instruction: Instruction, operands: list[Ciphertext], constants: Sequence[Plaintext]
    ) -> Sequence[Ciphertext]:
        """Compute the results of one instruction; an input has come in with `load`."""
        wanted = primitive(instruction.operation)
        if wanted is Primitive.INPUT:
            return [self.values[name] for name in instruction.results]
        if wanted is Primitive.PROBE:
            self._show_probe(next(self._probes), operands)
            return []
        return self._execute(wanted, instruction, operands, constants)

    def _execute(
        self,
        wanted: Primitive,
        instruction: Instruction,
        operands: list[Ciphertext],
        constants: Sequence[Plaintext],
    ) -> list[Ciphertext]:
        evaluator = self._evaluator
        match wanted:
            case Primitive.ROTATE_MANY:
                return list(evaluator.rotate_many(operands[0], instruction.steps))
            case Primitive.ROTATE_SUM:
                return [evaluator.rotate_sum(list(zip(operands, instruction.steps, strict=True)))]
            case Primitive.MULTIPLY_PLAIN_SUM:
                return [evaluator.multiply_plain_sum(list(zip(operands, constants, strict=True)))]
            case Primitive.MULTIPLY_SUM:
                return [evaluator.multiply_sum(list(zip(operands[::2], operands[1::2], strict=True)))]
            case Primitive.ADD_PLAIN:
                return [evaluator.add_plain(operands[0], constants[0])]
            case Primitive.DROP:
                return [evaluator.drop(operands[0], instruction.level)]
            case Primitive.ROUND_TRIP:
                self.round_trips += 1
                return [self._round_trip(operands[0], instruction.level)]
        return [getattr(evaluator, wanted.operation)(*operands)]

    def finish(self, index: int, instruction: Instruction, results: Sequence[Ciphertext]) -> None:
        """Compare the library's own level with the program's, then let go of what is not read again."""
        for name, result in zip(instruction.results, results, strict=True):
            level = self._evaluator.level(result)
            if level != instruction.level:
                layer = self._program.layers[instruction.layer]
                raise ExecutionError(
                    f"instruction {index} ({instruction.operation}, layer {layer}) left level {level} in the "
                    f"library where the program says {instruction.level}; the adapter does not follow it"
                )
            if self._reads[name]:
                self.values[name] = result
            else:
                self.values.pop(name, None)  # an input that nothing reads
        for name in dict.fromkeys(instruction.operands):
            self._reads[name] -= 1
            if not self._reads[name]:
                del self.values[name]
