"""The evaluator's process: it holds the model, public and evaluation keys, and no way to decrypt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from backends.costs import Costs
from backends.errors import ExecutionError
from backends.interface import Ciphertext, Evaluator, KeyFile, Library
from backends.parameters import ParameterSet
from backends.program import Instruction, Probe, Program, load_program
from backends.replay import Constants, Measured, prepare, replay
from bench.parties.memory import resident_bytes
from bench.parties.serve import Channel, Handler, Message
from bench.parties.wire import Shipment, announce, verify

FOLDER = Path()  # a party's working directory is its own folder
PROGRESS_INTERVAL_S = 0.2


class EvaluatorParty:
    """Loads keys and a program, and replays it on ciphertexts."""

    def __init__(self, library: type[Library], channel: Channel) -> None:
        self._library, self._channel = library, channel
        self._evaluator: Evaluator
        self._program: Program
        self._constants: Constants
        self._costs: Costs
        self._sent = 0
        self._last_progress = 0.0

    def handlers(self) -> dict[str, Handler]:
        """What the front process may ask for."""
        return {"load": self.load, "prepare": self.prepare, "evaluate": self.evaluate}

    def load(self, parameters: dict[str, Any], files: list[dict[str, Any]]) -> Message:
        """Check every key's digest, then let the library load it."""
        shipments = [Shipment(**literal) for literal in files]
        for shipment in shipments:
            verify(FOLDER, shipment)
        started = perf_counter()
        keys = [KeyFile(shipment.kind, shipment.name) for shipment in shipments]
        parameter_set = ParameterSet.from_json(parameters)
        self._costs = Costs(parameter_set)
        self._evaluator = self._library.evaluator(parameter_set, FOLDER, keys)
        seconds = perf_counter() - started
        for shipment in shipments:
            (FOLDER / shipment.name).unlink(missing_ok=True)
        return {"seconds": seconds}

    def prepare(self, program: str, digest: str, room_bytes: int | None) -> Message:
        """Encode the model's constants at their levels, as many as there is room for."""
        before = resident_bytes()
        started = perf_counter()
        self._program = load_program(FOLDER, program, digest)
        ahead = None if room_bytes is None else self._costs.constants_ahead(self._program, room_bytes)
        self._constants = prepare(self._program, self._evaluator, ahead)
        seconds = perf_counter() - started
        after = resident_bytes()
        grown = None if before is None or after is None else max(0, after - before)
        return {"seconds": seconds, "prepared_model_bytes": grown}

    def evaluate(self, batches: list[list[dict[str, Any]]]) -> Message:
        """Replay the program on every batch."""
        outputs, measured = [], []
        for number, batch in enumerate(batches):
            inputs = [self._receive(literal) for literal in batch]
            results, figures = replay(
                self._program,
                self._evaluator,
                self._constants,
                inputs,
                self._round_trip,
                partial(self._show, number),
                partial(self._progress, number),
            )
            outputs.append([self._ship(ciphertext) for ciphertext in results])
            measured.append(_figures(figures))
        return {"outputs": outputs, "measured": measured}

    def _receive(self, literal: dict[str, Any]) -> Ciphertext:
        return self._evaluator.read(verify(FOLDER, Shipment(**literal)))

    def _ship(self, ciphertext: Ciphertext) -> dict[str, Any]:
        name = f"from_evaluator_{self._sent}"
        self._sent += 1
        self._evaluator.write(ciphertext, FOLDER / name)
        return announce(FOLDER, "ciphertext", name).to_json()

    def _round_trip(self, ciphertext: Ciphertext, level: int) -> Ciphertext:
        self._channel.send("round_trip", ciphertext=self._ship(ciphertext), level=level)
        answer = self._channel.receive()
        if answer is None or "ciphertext" not in answer:
            raise ExecutionError("the key owner did not answer a round trip; see its log")
        fresh = self._receive(answer["ciphertext"])
        (FOLDER / answer["ciphertext"]["name"]).unlink()
        return fresh

    def _show(self, batch: int, probe: Probe, ciphertexts: Sequence[Ciphertext]) -> None:
        shipped = [self._ship(ciphertext) for ciphertext in ciphertexts]
        self._channel.send("probe", batch=batch, name=probe.name, ciphertexts=shipped)

    def _progress(self, batch: int, index: int, instruction: Instruction, seconds: float) -> None:
        now = perf_counter()
        if now - self._last_progress < PROGRESS_INTERVAL_S:
            return
        self._last_progress = now
        self._channel.send(
            "progress",
            batch=batch,
            index=index,
            layer=self._program.layers[instruction.layer],
            level=instruction.level,
        )


def _figures(measured: Measured) -> Message:
    return {
        "evaluate_s": measured.seconds,
        "round_trips_s": measured.round_trips_s,
        "layers": dict(measured.layers),
        "course": [asdict(stretch) for stretch in measured.course],
        "primitives": [[*key, *figures] for key, figures in measured.primitives.items()],
        "counts": dict(measured.counts),
    }
