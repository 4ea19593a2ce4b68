"""The life of a cell between its two parties: keys, model, ciphertexts, evaluation, decryption."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, TypeVar

import numpy as np
import psutil
from numpy.typing import NDArray

from backends.interface import SecurityFacts
from backends.parameters import ParameterSet
from backends.program import Program
from bench.parties.process import Message, PartyError, PartyProcess
from bench.parties.wire import Shipment, Wire
from models.reference import Inputs

#: Begins the name of a session's folder; the id of the process that it belongs to follows.
SCRATCH = ".parties-"

Slots = NDArray[np.float64]
#: Told of stages and of the evaluator's progress.
Report = Callable[[str, Message], None]


@dataclass
class Evaluation:
    """One evaluation of all batches.

    Attributes:
        outputs: `[batches, ciphertexts, slots]`, decrypted.
        measured: the evaluator's figures, one a batch.
        probes: node name → `[batches, ciphertexts, slots]`, decrypted.
        decrypt_s: seconds to decrypt the outputs.
        ciphertexts_out_bytes: size of the outputs.
    """

    outputs: Slots
    measured: list[Message]
    probes: dict[str, list[Slots]]
    decrypt_s: float
    ciphertexts_out_bytes: int


@dataclass
class Peaks:
    """Peak memory per party and stage, in bytes."""

    keygen: int = 0
    key_owner: int = 0
    evaluator: int = 0


AnySession = TypeVar("AnySession", bound="Session")


@dataclass
class Session:
    """Two parties, their folders and the wire between them; everything is gone when the session is left."""

    python: Path
    adapter: str
    parameters: ParameterSet
    threads: int
    folder: Path
    logs: Path
    deadline: float
    report: Report
    watch: Callable[[int], None]
    peaks: Peaks = field(default_factory=Peaks)

    #: What each party's process serves (see `bench.parties.serve`).
    ROLES: ClassVar[Mapping[str, str]] = {"key_owner": "key_owner", "evaluator": "evaluator"}

    def __enter__(self: AnySession) -> AnySession:
        self._scratch = tempfile.TemporaryDirectory(prefix=f"{SCRATCH}{os.getpid()}-", dir=self.folder)
        root = Path(self._scratch.name)
        self._folders = {role: root / role for role in ("key_owner", "evaluator")}
        for folder in self._folders.values():
            folder.mkdir(mode=0o700)
        self.wire = Wire(self._folders)
        self._parties: dict[str, PartyProcess] = {}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _uninterrupted():
            for party in self._parties.values():
                party.close()
            self._scratch.cleanup()

    def generate_keys(
        self, program: Program, bootstrap: bool
    ) -> tuple[Message, SecurityFacts, list[Shipment]]:
        """Start the key owner and have it make the keys that the program needs."""
        return self.generate_keys_for(program.rotation_steps, bootstrap)

    def generate_keys_for(
        self, rotation_steps: Sequence[int], bootstrap: bool
    ) -> tuple[Message, SecurityFacts, list[Shipment]]:
        """Start the key owner and have it make keys for these rotations."""
        self._start("key_owner")
        self.report("key generation", {})
        answer = self._ask(
            "key_owner",
            "generate",
            parameters=self.parameters.to_json(),
            rotation_steps=list(rotation_steps),
            bootstrap=bootstrap,
        )
        self.peaks.keygen = answer["peak_bytes"]
        return (
            answer,
            SecurityFacts(**answer["security"]),
            [Shipment(**literal) for literal in answer["files"]],
        )

    def prepare(
        self, program: Program, keys: Sequence[Shipment], room_bytes: int | None = None
    ) -> tuple[Message, Message]:
        """Start the evaluator, send it the keys, and have it load them and encode the program's constants.

        Args:
            room_bytes: memory for constants that are encoded ahead; as much as it takes where it is None.
        """
        self.wire.carry("evaluator", keys)
        self._start("evaluator")
        return self.load_keys(keys), self.load_program(program, room_bytes)

    def load_keys(self, keys: Sequence[Shipment]) -> Message:
        """Have the evaluator load keys that were carried to it."""
        self.report("loading keys", {})
        return self._ask(
            "evaluator",
            "load",
            parameters=self.parameters.to_json(),
            files=[key.to_json() for key in keys],
        )

    def load_program(self, program: Program, room_bytes: int | None = None) -> Message:
        """Hand the evaluator its model and have it encode the constants."""
        self.report("model preparation", {})
        digest = program.save(self._folders["evaluator"], "program")
        return self._ask("evaluator", "prepare", program="program", digest=digest, room_bytes=room_bytes)

    def encrypt(self, samples: Inputs, program: Program) -> tuple[Message, list[list[Shipment]]]:
        """Have the key owner pack and encrypt its samples, and send them.

        Args:
            samples: `[samples, tokens, features]`, or numbers of one-hot tokens `[samples, tokens]`.
            program: says how they lie in slots, and at which level they are encrypted.
        """
        self.report("encryption", {})
        np.save(self._folders["key_owner"] / "samples.npy", samples)
        answer = self._ask(
            "key_owner",
            "encrypt",
            samples="samples.npy",
            layout=program.layout.to_json(),
            value=program.input_layout.to_json(),
            level=program.input_level,
        )
        batches = [[Shipment(**literal) for literal in batch] for batch in answer["batches"]]
        for batch in batches:
            self.wire.carry("evaluator", batch)
        return answer, batches

    def evaluate(self, batches: Sequence[Sequence[Shipment]]) -> Evaluation:
        """Have the evaluator compute every batch, serving its round trips, and the key owner decrypt."""
        self.report("evaluation", {})
        probes: dict[str, list[Slots]] = {}

        def on_event(message: Message) -> Message | None:
            if message["event"] == "round_trip":
                return self._round_trip(message)
            if message["event"] == "probe":
                shipped = [Shipment(**literal) for literal in message["ciphertexts"]]
                probes.setdefault(message["name"], []).append(self._decrypt(shipped)[0])
            if message["event"] == "progress":
                self.report("progress", message)
            return None

        literals = [[shipment.to_json() for shipment in batch] for batch in batches]
        answer = self._ask("evaluator", "evaluate", on_event, batches=literals)
        self.report("decryption", {})
        outputs, seconds, size = [], 0.0, 0
        for batch in answer["outputs"]:
            shipped = [Shipment(**literal) for literal in batch]
            size += sum(shipment.size_bytes for shipment in shipped)
            slots, took = self._decrypt(shipped)
            outputs.append(slots)
            seconds += took
        return Evaluation(np.stack(outputs), answer["measured"], probes, seconds, size)

    def _round_trip(self, message: Message) -> Message:
        """Carry one ciphertext to the key owner and the fresh one back."""
        self.wire.carry("key_owner", [Shipment(**message["ciphertext"])])
        answer = self._ask("key_owner", "refresh", ciphertext=message["ciphertext"], level=message["level"])
        self.wire.carry("evaluator", [Shipment(**answer["ciphertext"])])
        return {"ciphertext": answer["ciphertext"]}

    def _decrypt(self, shipments: list[Shipment]) -> tuple[Slots, float]:
        self.wire.carry("key_owner", shipments)
        literals = [shipment.to_json() for shipment in shipments]
        answer = self._ask("key_owner", "decrypt", ciphertexts=literals, name="decrypted.npy")
        slots: Slots = np.load(self._folders["key_owner"] / "decrypted.npy", allow_pickle=False)
        return slots, answer["seconds"]

    def _start(self, role: str) -> None:
        log = self.logs / f"{role}.log"
        party = PartyProcess(
            self.ROLES[role], self.python, self.adapter, self._folders[role], log, self.threads
        )
        self._parties[role] = party
        self.watch(party.pid)
        party.wait_ready(self.deadline)

    def _ask(self, role: str, do: str, on_event: Any = None, **values: Any) -> Message:
        try:
            answer = self._parties[role].request(do, self.deadline, on_event, **values)
        except PartyError as error:
            self._note_peak(role, error.peak_bytes or 0)
            raise
        self._note_peak(role, answer["peak_bytes"])
        return answer

    def _note_peak(self, role: str, peak: int) -> None:
        if role == "key_owner":
            self.peaks.key_owner = max(self.peaks.key_owner, peak)
        else:
            self.peaks.evaluator = max(self.peaks.evaluator, peak)


def sweep(output: Path) -> None:
    """Remove the folders of sessions under `output` whose process was killed before it could."""
    for folder in output.glob(f"*/*/{SCRATCH}*"):
        owner = folder.name.removeprefix(SCRATCH).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold off Ctrl-C, where this thread may: the parties must be ended and their folders removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
