"""The evaluator's process: it holds the model, public and evaluation keys, and no way to decrypt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import perf_counter

from backends.alone import by_themselves
from backends.constants import Constants, prepare
from backends.constants_room import Room
from backends.costs import Costs
from backends.dispatch import Workers
from backends.errors import ExecutionError
from backends.interface import Ciphertext, Evaluator, KeyFile
from backends.measured import Measured
from backends.primitives import Primitive
from backends.program import Instruction, Probe, Program, load_program
from backends.registry import load_library
from backends.replay import replay
from bench.parties.channel import Channel
from bench.parties.checkpoints import Checkpoints, identity
from bench.parties.ciphertexts import CiphertextFiles
from bench.parties.lasting import Checkpointed, Noted, WentOn
from bench.parties.memory import resident_bytes
from bench.parties.messages import (
    BatchFigures,
    Evaluate,
    Evaluated,
    ExecutedPrimitive,
    Load,
    Loaded,
    Prepare,
    Prepared,
    Probed,
    Progress,
    Refreshed,
    RoundTrip,
)
from bench.parties.party import Party
from bench.parties.wire import Shipment, verify

PROGRESS_INTERVAL_S = 0.2


class EvaluatorParty(Party):
    """Loads keys and a program, and replays it on ciphertexts.

    Attributes:
        evaluator: the library's evaluator, once keys are loaded.
        ciphertexts: those that are sent and received.
    """

    def __init__(self, folder: Path, channel: Channel, adapter: str) -> None:
        """Import the library of an adapter that is a `backends.interface.Library`."""
        super().__init__(folder, channel, adapter)
        self._library = load_library(adapter)
        self.evaluator: Evaluator
        self.ciphertexts = CiphertextFiles(folder, "evaluator")
        self._keys: tuple[Shipment, ...]
        self._program: Program
        self._digest: str
        self._constants: Constants
        self._costs: Costs
        self._workers = Workers()
        self._last_progress = 0.0
        self.handles(Load, self.load)
        self.handles(Prepare, self.prepare)
        self.handles(Evaluate, self.evaluate)

    def load(self, request: Load) -> Loaded:
        """Check every key's digest, let the library load it, and remove its file unless it is to stay."""
        keys = checked_keys(self.folder, request.files)
        started = perf_counter()
        self._costs = Costs(request.parameters)
        self.evaluator = self._library.evaluator(request.parameters, self.folder, keys)
        seconds = perf_counter() - started
        self._keys = request.files
        for key in () if request.keep else keys:
            (self.folder / key.name).unlink(missing_ok=True)
        return Loaded(seconds)

    def prepare(self, request: Prepare) -> Prepared:
        """Encode the model's constants at their levels, as many as there is room for."""
        before = resident_bytes()
        started = perf_counter()
        self._program = load_program(self.folder, request.program, request.digest)
        self._digest = request.digest
        self._constants = self._encoded(request.room)
        alone = by_themselves(self._program, self._costs.instruction, self._encodings(), request.workers)
        self._workers = Workers(request.workers, self.evaluator.one_thread, alone)
        seconds = perf_counter() - started
        after = resident_bytes()
        taken = None if before is None or after is None else max(0, after - before)
        return Prepared(seconds, taken, self._workers.count)

    def _encodings(self) -> list[float]:
        """Of each instruction, what encoding its constants costs that are not kept."""
        kept, encode = self._constants.kept, Primitive.ENCODE.counted
        levels = [constant.level for constant in self._program.plaintexts]
        return [
            sum(
                self._costs.primitive(encode, levels[one])
                for one in instruction.plaintexts
                if one not in kept
            )
            for instruction in self._program.instructions
        ]

    def _encoded(self, room: Room | None) -> Constants:
        """The constants, all of them ahead where there is no limit to their memory."""
        if room is None:
            return prepare(self._program, self.evaluator)
        shared = room.shared(self._program, self._costs)
        return prepare(self._program, self.evaluator, shared.ahead, shared.window)

    def evaluate(self, request: Evaluate) -> Evaluated:
        """Replay the program on a batch, from where it was kept if an evaluator died over it."""
        number = request.number
        inputs = [self.ciphertexts.receive(self.evaluator, shipment) for shipment in request.batch]
        checkpoints = Checkpoints(
            self.folder,
            self.evaluator,
            identity([request.name, self._digest], [*self._keys, *request.batch]),
            request.checkpoint_s,
            partial(self._checkpointed, number),
            self.meter,
        )
        kept = checkpoints.latest()
        if kept is not None:
            self.channel.send(WentOn(number, kept.boundary))
        results, figures = replay(
            self._program,
            self.evaluator,
            self._constants,
            inputs,
            partial(self._round_trip, number),
            partial(self._show, number),
            partial(self.executed, number),
            self._workers,
            None if request.checkpoint_s is None else checkpoints,
            kept,
        )
        cpu_s = checkpoints.cpu_s
        outputs = self.ciphertexts.send_all(self.evaluator, results)
        return Evaluated(outputs, _figures(figures, cpu_s))

    def _round_trip(self, batch: int, ciphertext: Ciphertext, level: int) -> Ciphertext:
        self.channel.send(RoundTrip(batch, self.ciphertexts.send(self.evaluator, ciphertext), level))
        answer = self.channel.receive(Refreshed)
        if answer is None:
            raise ExecutionError("the key owner did not answer a round trip; see its log")
        return self.ciphertexts.take(self.evaluator, answer.ciphertext)

    def _checkpointed(self, batch: int, index: int, seconds: float) -> None:
        """Tell of a checkpoint, and wait until it is noted: so the one before is there until then."""
        self.channel.send(Checkpointed(batch, index, seconds))
        if self.channel.receive(Noted) is None:
            raise ExecutionError("nobody noted a checkpoint, for the run has ended; start it again")

    def _show(self, batch: int, probe: Probe, ciphertexts: Sequence[Ciphertext]) -> None:
        shipped = self.ciphertexts.send_all(self.evaluator, ciphertexts)
        self.channel.send(Probed(batch, probe.name, shipped))

    def executed(self, batch: int, index: int, instruction: Instruction, seconds: float) -> None:
        """Tell how far the evaluation is, from time to time."""
        now = perf_counter()
        if now - self._last_progress < PROGRESS_INTERVAL_S:
            return
        self._last_progress = now
        layer = self._program.layers[instruction.layer]
        self.channel.send(Progress(batch, index, layer, instruction.level))


def checked_keys(folder: Path, shipments: Sequence[Shipment]) -> list[KeyFile]:
    """Key files that a library may load.

    Raises:
        IntegrityError: one is not what was announced.
    """
    for shipment in shipments:
        verify(folder, shipment)
    return [KeyFile(shipment.kind, shipment.name) for shipment in shipments]


def _figures(measured: Measured, cpu_s: float) -> BatchFigures:
    executed = (
        ExecutedPrimitive(operation, level, did.instructions, did.executions, did.seconds, did.busy_s)
        for (operation, level), did in measured.primitives.items()
    )
    return BatchFigures(
        evaluate_s=measured.seconds,
        round_trips_s=measured.round_trips_s,
        layers=dict(measured.layers),
        course=tuple(measured.course),
        primitives=tuple(executed),
        counts=dict(measured.counts),
        cpu_s=cpu_s,
    )
