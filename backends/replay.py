"""Replays a program on a library, and fails where the library does something else than the program says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Protocol

from backends.boundaries import boundaries
from backends.constants import Constants
from backends.dispatch import Dispatch, NoPauses, Progress, Workers
from backends.errors import ExecutionError
from backends.interface import Ciphertext, Evaluator, Plaintext
from backends.measured import Measured, Span, measure
from backends.primitives import COUNTED, Primitive, primitive
from backends.program import Instruction, Probe, Program

#: Sends a ciphertext to the key owner and brings back a fresh one at the level given.
RoundTrip = Callable[[Ciphertext, int], Ciphertext]
#: Shows a probed value's ciphertexts to the key owner.
ShowProbe = Callable[[Probe, Sequence[Ciphertext]], None]


@dataclass(frozen=True)
class Kept:
    """A replay up to a boundary: all that is needed to go on from there, in another process too.

    Attributes:
        boundary: the first instruction that is not done.
        values: the ciphertexts alive.
        counts: primitives executed so far, round trips among them.
        spans: what ran so far, by seconds since the replay began.
        seconds: since then.
    """

    boundary: int
    values: Mapping[int, Ciphertext]
    counts: Mapping[str, int]
    spans: Sequence[Span]
    seconds: float


class Keeping(Protocol):
    """Keeps a replay from time to time."""

    def due(self) -> bool:
        """Whether it is time to."""

    def keep(self, kept: Kept) -> None:
        """Keep it; nothing is computed meanwhile."""


def replay(
    program: Program,
    evaluator: Evaluator,
    constants: Constants,
    inputs: Sequence[Ciphertext],
    round_trip: RoundTrip,
    show_probe: ShowProbe,
    progress: Progress,
    workers: Workers | None = None,
    keeping: Keeping | None = None,
    kept: Kept | None = None,
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
        keeping: keeps the replay from time to time, if it is to be kept.
        kept: the same replay as it was kept, to go on from there; from the start where it is None.

    Returns:
        The output ciphertexts, and what was measured; of a replay that went on, all of it.

    Raises:
        ExecutionError: the library's own level after a step, or its counts at the end, are not the program's.
    """
    kept = kept or Kept(0, {}, {}, (), 0.0)
    machine = _Machine(program, evaluator, round_trip, show_probe, kept)
    machine.load(inputs)
    alive = {} if keeping is None else boundaries(program)
    started = perf_counter() - kept.seconds
    pauses = NoPauses() if keeping is None else _Pauses(alive, machine, keeping, started)
    before = [
        replace(span, started=span.started + started, ended=span.ended + started) for span in kept.spans
    ]
    dispatch = Dispatch(
        program,
        machine,
        constants,
        workers or Workers(),
        progress,
        pauses,
        (kept.boundary, before),
    )
    dispatch.run()
    measured = measure(program, dispatch.spans, started)
    measured.counts = machine.counts()
    check_counts(program.counts, measured.counts)
    return [machine.values[name] for name in program.outputs], measured


def check_counts(planned: Counter[str], executed: Counter[str]) -> None:
    """Raise ExecutionError unless every count is as planned."""
    differing = [name for name in (*COUNTED, Primitive.ROUND_TRIP.counted) if planned[name] != executed[name]]
    if differing:
        text = ", ".join(f"{executed[name]} {name} instead of {planned[name]}" for name in differing)
        raise ExecutionError(f"the library executed {text}; the adapter does not follow the program")


class _Pauses:
    """Keeps a replay at the boundaries of its program."""

    def __init__(
        self, alive: Mapping[int, tuple[int, ...]], machine: _Machine, keeping: Keeping, started: float
    ) -> None:
        self._alive, self._machine = alive, machine
        self._keeping, self._started = keeping, started

    def after(self, index: int) -> int | None:
        """See `backends.dispatch.Pauses`."""
        if not self._keeping.due():
            return None
        return next((boundary for boundary in self._alive if boundary > index), None)

    def keep(self, boundary: int, spans: Sequence[Span]) -> None:
        """See `backends.dispatch.Pauses`."""
        started, values = self._started, self._machine.values
        kept = Kept(
            boundary,
            {name: values[name] for name in self._alive[boundary]},
            self._machine.counts(),
            [replace(span, started=span.started - started, ended=span.ended - started) for span in spans],
            perf_counter() - started,
        )
        self._keeping.keep(kept)


class _Machine:
    """The ciphertexts alive, and what each operation does to them."""

    def __init__(
        self,
        program: Program,
        evaluator: Evaluator,
        round_trip: RoundTrip,
        show_probe: ShowProbe,
        kept: Kept,
    ) -> None:
        self._program, self._evaluator = program, evaluator
        self._round_trip, self._show_probe = round_trip, show_probe
        self._round_trips = kept.counts.get(Primitive.ROUND_TRIP.counted, 0)
        # The evaluator counts on from what it has.
        self._before = {name: evaluator.counts[name] - kept.counts.get(name, 0) for name in COUNTED}
        past, to_come = program.instructions[: kept.boundary], program.instructions[kept.boundary :]
        shown = sum(one.operation == Primitive.PROBE.operation for one in past)
        self._probes = iter(program.probes[shown:])
        self._came = {name for one in past for name in one.results}
        read = (name for one in to_come for name in dict.fromkeys(one.operands))
        self._reads = Counter([*read, *program.outputs])
        self.values: dict[int, Ciphertext] = {}
        for name, value in kept.values.items():
            self._check_level(
                f"ciphertext {name} that was kept", evaluator.level(value), program.levels[name]
            )
            self.values[name] = value

    def counts(self) -> Counter[str]:
        """Primitives executed so far, taken at the library's calls, and round trips."""
        done = Counter({name: self._evaluator.counts[name] - self._before[name] for name in COUNTED})
        done[Primitive.ROUND_TRIP.counted] = self._round_trips
        return done

    def load(self, inputs: Sequence[Ciphertext]) -> None:
        """Take the inputs, in the program's order, but for those that came in before the boundary."""
        for name, value in zip(self._program.inputs, inputs, strict=True):
            if name not in self._came:
                self.values[name] = value

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
                self._round_trips += 1
                return [self._round_trip(operands[0], instruction.level)]
        return [getattr(evaluator, wanted.operation)(*operands)]

    def finish(self, index: int, instruction: Instruction, results: Sequence[Ciphertext]) -> None:
        """Compare the library's own level with the program's, then let go of what is not read again."""
        for name, result in zip(instruction.results, results, strict=True):
            layer = self._program.layers[instruction.layer]
            what = f"instruction {index} ({instruction.operation}, layer {layer})"
            self._check_level(what, self._evaluator.level(result), instruction.level)
            if self._reads[name]:
                self.values[name] = result
            else:
                self.values.pop(name, None)  # an input that nothing reads
        for name in dict.fromkeys(instruction.operands):
            self._reads[name] -= 1
            if not self._reads[name]:
                del self.values[name]

    @staticmethod
    def _check_level(what: str, level: int, planned: int) -> None:
        if level != planned:
            raise ExecutionError(
                f"{what} left level {level} in the library where the program says {planned}; the adapter "
                "does not follow it"
            )
