"""The parties, from their start to their end: a session starts, asks, carries and closes.

What a kind of cell says to its parties is in `bench.run.program_parties`, `bench.run.primitives_parties` and
`bench.run.native_parties`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from types import TracebackType

from bench.parties.conversation import OnEvent
from bench.parties.errors import PartyError
from bench.parties.isolation import STRENGTHS
from bench.parties.measurements import NotMeasured, Timed
from bench.parties.messages import AnAnswer, Progress, Ready, Request
from bench.parties.process import PartyProcess
from bench.parties.wire import EVALUATOR, Shipment, Side, Wire, key_owners
from bench.remote.machine import RemoteParty
from bench.run.interruption import uninterrupted
from bench.run.kept_session import KeptSession
from bench.run.scratch import scratch
from bench.run.spending import Spending
from reports.store import free

#: Where what is kept of a failed cell's evaluator goes, beside the logs.
KEPT = "evaluator"
#: How the files of a model end, which the evaluator is handed.
MODEL_SUFFIXES = (".json", ".safetensors")


@dataclass(frozen=True)
class Stage:
    """A stage of a cell's life begins.

    Attributes:
        name: of the stage.
        batches: how many it works on, of a stage that computes on batches.
    """

    name: str
    batches: int | None = None


#: What a cell tells as it goes.
News = Stage | Progress | Timed | NotMeasured
Report = Callable[[News], None]


@dataclass(frozen=True)
class Roles:
    """What the parties of a kind of cell are: `module:Class` of a `bench.parties.party.Party` each.

    Attributes:
        key_owner: the role of the key owner, or of each of several.
        evaluator: the evaluator's role.
        owners: how many key owners there are.
    """

    key_owner: str
    evaluator: str
    owners: int = 1

    @property
    def sides(self) -> tuple[Side, ...]:
        """The names of the parties."""
        return (*key_owners(self.owners), EVALUATOR)

    def role(self, side: Side) -> str:
        """The role of a party."""
        return self.evaluator if side == EVALUATOR else self.key_owner

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules that such parties begin with, from which all of their code is imported."""
        return (
            "bench.parties.launch",
            *(role.partition(":")[0] for role in (self.key_owner, self.evaluator)),
        )


@dataclass
class Peaks:
    """Peak memory in bytes.

    Attributes:
        keygen: the most that a key owner had as it made keys.
        parties: each party's.
    """

    keygen: int = 0
    parties: dict[Side, int] = field(default_factory=dict)

    @property
    def key_owner(self) -> int:
        """The most that a key owner had."""
        return max((peak for side, peak in self.parties.items() if side != EVALUATOR), default=0)

    @property
    def evaluator(self) -> int:
        """The evaluator's."""
        return self.parties.get(EVALUATOR, 0)

    def note(self, side: Side, peak: int) -> None:
        """Keep a party's peak if it is its largest."""
        self.parties[side] = max(self.parties.get(side, 0), peak)


@dataclass
class Protection:
    """What the parties say of themselves.

    Attributes:
        isolation: the weakest of what keeps each from the others' sight (see `bench.parties.isolation`).
        swap: whether the secrets of one that holds some can be swapped out (see `bench.parties.swap`).
    """

    isolation: str | None = None
    swap: str | None = None

    def note(self, said: Ready) -> None:
        """Take what one more party says."""
        self.isolation = min(said.isolation, self.isolation or said.isolation, key=STRENGTHS.index)
        self.swap = said.swap or self.swap


@dataclass
class Session:
    """The parties, their folders and the wire between them; everything is gone when the session is left.

    Attributes:
        python: the interpreter of the parties.
        adapter: `module:Class` of what their roles compute with.
        roles: what they are.
        threads: how many each may use.
        cores: on which they may run; none where they are not pinned.
        folder: where their folders are made.
        logs: where their logs go.
        deadline: a time of `time.monotonic`, for all of it.
        stage_deadline: says the same of the stage that was begun last.
        report: told of stages and of the parties' progress.
        watch: told of each party's process id.
        peaks: the peaks of the parties so far.
        protection: what the parties so far say of themselves.
        spending: what the parties spent so far.
        keep_on_failure: keep what is safe of the evaluator's folder beside the logs where an error leaves the
            session: public and evaluation keys, ciphertexts and the model, never what is in the clear.
        elsewhere: starts the evaluator on another machine, its files at this end in a folder; None where it
            runs on this one.
        kept: the parties' folders, where they outlive a run that is killed.
    """

    python: Path
    adapter: str
    roles: Roles
    threads: int
    cores: Sequence[int]
    folder: Path
    logs: Path
    deadline: float
    report: Report
    watch: Callable[[int], None]
    peaks: Peaks = field(default_factory=Peaks)
    protection: Protection = field(default_factory=Protection)
    spending: Spending = field(default_factory=Spending)
    stage_deadline: Callable[[], float] = lambda: inf
    keep_on_failure: bool = False
    elsewhere: Callable[[Path], RemoteParty] | None = None
    kept: KeptSession | None = None

    def __enter__(self) -> Session:
        self._scratch = ExitStack()
        made = scratch(self.folder) if self.kept is None else self.kept.opened()
        root = self._scratch.enter_context(made)
        folders = {side: root / side for side in self.roles.sides}
        for folder in folders.values():
            folder.mkdir(mode=0o700, exist_ok=self.kept is not None)
        self.wire = Wire(folders)
        self.parties: dict[Side, PartyProcess | RemoteParty] = {}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with uninterrupted():
            try:
                for party in self.parties.values():
                    party.close()
                if self.keep_on_failure and isinstance(error, Exception):
                    keep(self.wire, self.logs / KEPT)
            finally:
                self._scratch.__exit__(kind, error, trace)

    def start(self, side: Side) -> None:
        """Start a party and wait until it is ready; one that was there before is ended, and its log stays.

        Raises:
            PartyError: it could not import its library.
        """
        name = side.replace("_", " ")
        self.report(Stage(f"starting the {name}"))
        if side in self.parties:
            self.parties[side].close()
        if side == "evaluator" and self.elsewhere is not None:
            self.parties[side] = self.elsewhere(self.wire.folder(side))
        else:
            self.parties[side] = self._process(side, name)
        self.protection.note(self.parties[side].conversation.wait_ready(self._deadline))

    @property
    def _deadline(self) -> float:
        return min(self.deadline, self.stage_deadline())

    def _process(self, side: Side, name: str) -> PartyProcess:
        """A party on this machine."""
        process = PartyProcess(
            name=name,
            role=self.roles.role(side),
            python=self.python,
            adapter=self.adapter,
            folder=self.wire.folder(side),
            log=free(self.logs / f"{side}.log"),
            threads=self.threads,
            cores=self.cores,
            session=self.wire.folder(side).parent,
        )
        self.watch(process.pid)
        return process

    def ask(self, side: Side, request: Request[AnAnswer], on_event: OnEvent | None = None) -> AnAnswer:
        """Ask a party and wait for its answer, serving its events.

        Raises:
            PartyError: the party said why not, died, or took too long.
        """
        try:
            answer, done = self.parties[side].conversation.request(request, self._deadline, on_event)
        except PartyError as error:
            self.peaks.note(side, error.peak_bytes or 0)
            raise
        self.peaks.note(side, done.peak_bytes)
        self.spending.note(side, done.spent)
        return answer

    def lost(self, side: Side) -> bool:
        """Whether a party has died and the other lives on."""
        return [one for one, party in self.parties.items() if party.has_ended()] == [side]

    def carry(self, receiver: Side, shipments: Sequence[Shipment]) -> None:
        """Carry the files of one message to a party (see `Wire.carry`)."""
        self.wire.carry(receiver, shipments)


def keep(wire: Wire, kept: Path) -> None:
    """Move what is safe of the evaluator's folder into the folder `kept`.

    Safe are the files that the wire brought it, none of which may be a secret key or in the clear, the
    ciphertexts that it made, and its model. Everything else stays to be removed, the plain vectors of a
    measurement and a library's own leavings included.
    """
    received = wire.received(EVALUATOR)
    safe = [
        path
        for path in sorted(wire.folder(EVALUATOR).iterdir())
        if path.is_file() and (path.name in received or _is_own(path))
    ]
    kept.mkdir(mode=0o700)
    for path in safe:
        path.rename(kept / path.name)


def _is_own(path: Path) -> bool:
    """Whether a file is the evaluator's model or a ciphertext that it made."""
    return path.name.startswith("from_evaluator_") or path.suffix in MODEL_SUFFIXES
