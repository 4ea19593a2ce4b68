"""What is said to parties that compute a program: keys, model, ciphertexts, evaluation, decryption."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TypeVar

import numpy as np

from backends.constants_room import Room
from backends.parameters import ParameterSet
from backends.program import Program
from bench.parties.errors import PartyError
from bench.parties.messages import (
    Batch,
    BeginAudit,
    Checkpointed,
    Encrypt,
    Encrypted,
    Evaluate,
    Evaluated,
    Event,
    Generated,
    Loaded,
    Prepare,
    Prepared,
    Probed,
    Progress,
    Refreshed,
    RoundTrip,
)
from bench.parties.wire import Crossed, Shipment
from bench.run import exchanges
from bench.run.exchanges import EVALUATION, Computed, Evaluation, Journal, Slots
from bench.run.key_owners import KeyOwners, OneKeyOwner
from bench.run.session import Roles, Session, Stage
from bench.run.survival import Survival
from bench.run.threshold import SharedKeyOwners
from models.reference import Inputs
from reports.identity import digest

Found = TypeVar("Found")

ROLES = Roles(
    key_owner="bench.parties.roles.key_owner:KeyOwnerParty",
    evaluator="bench.parties.roles.evaluator:EvaluatorParty",
)
#: The same under an audit, which counts at the library's own calls.
AUDITED = Roles(
    key_owner=ROLES.key_owner,
    evaluator="bench.parties.roles.audited_evaluator:AuditedEvaluatorParty",
)
#: Those of several key owners, however many.
SHARED = replace(ROLES, key_owner="bench.parties.roles.share_holder:ShareHolderParty")
#: The files that the front process lays into the parties' folders.
SAMPLES, PROGRAM = "samples.npy", "program"


def roles(parameters: ParameterSet, binding: str | None = None) -> Roles:
    """The parties that compute a program; see `ProgramParties`."""
    found = ROLES if binding is None else AUDITED
    if parameters.parties == 1:
        return found
    return replace(found, key_owner=SHARED.key_owner, owners=parameters.parties)


@dataclass
class ProgramParties:
    """Parties in the roles of this module, and the parameters under which they compute.

    Where the evaluator dies, another one takes its place: in the same folder, where the files of its keys and
    its last checkpoint lie, while the key owner lives on.

    Attributes:
        session: the parties, in the `roles` of the parameters.
        parameters: under which they compute.
        binding: `module:NAME` of the `backends.audit.Binding` by which the evaluator is audited, if it is.
        survival: how often an evaluator may be started again, and what that came to.
        journal: where batches are kept, if they are.
        unseen: whether several key owners refresh by an interactive bootstrap.
    """

    session: Session
    parameters: ParameterSet
    binding: str | None = None
    survival: Survival = field(default_factory=Survival)
    journal: Journal | None = None
    unseen: bool = False
    _keys: str = ""
    _equip: Callable[[], tuple[Loaded, Prepared]] | None = None
    _asked: int = 0

    @cached_property
    def owners(self) -> KeyOwners:
        """The key owner's side."""
        if self.parameters.parties == 1:
            return OneKeyOwner(self.session, self.parameters)
        return SharedKeyOwners(self.session, self.parameters, self.unseen)

    def generate_keys(self, program: Program, bootstrap: bool) -> Generated:
        """Start the key owner and have it make the keys that the program needs."""
        made = self.owners.generate(program, bootstrap)
        self._keys = digest([file.sha256 for file in made.files])
        return made

    def prepare(
        self,
        program: Program,
        keys: Sequence[Shipment],
        room: Room | None = None,
        workers: int = 1,
    ) -> tuple[Loaded, Prepared]:
        """Start the evaluator, send it the keys, and have it load them and encode the program's constants.

        Args:
            program: what it is to compute.
            keys: as the key owner announced them.
            room: memory for constants; as much as it takes where it is None.
            workers: how many instructions run side by side.
        """
        self.owners.send_keys(keys)
        equip = self._equip = partial(self._equipped, program, keys, room, workers)
        return self._surviving(equip, equip)

    def _equipped(
        self, program: Program, keys: Sequence[Shipment], room: Room | None, workers: int
    ) -> tuple[Loaded, Prepared]:
        """A new evaluator that has everything it needs."""
        self.session.start("evaluator")
        if self.binding is not None:
            self.session.ask("evaluator", BeginAudit(self.binding))
        loaded = exchanges.load_keys(self.session, self.parameters, keys, keep=self.survival.watchful)
        self.session.report(Stage("model preparation"))
        digest = program.save(self.session.wire.folder("evaluator"), PROGRAM)
        return loaded, self.session.ask("evaluator", Prepare(PROGRAM, digest, room, workers))

    def encrypt(self, samples: Inputs, program: Program) -> Encrypted:
        """Have the key owner pack and encrypt its samples, and send them.

        Args:
            samples: `[samples, tokens, features]`, or numbers of one-hot tokens `[samples, tokens]`.
            program: says how they lie in slots, and at which level they are encrypted.
        """
        self.session.report(Stage("encryption"))
        np.save(self.session.wire.folder("key_owner") / SAMPLES, samples)
        request = Encrypt(SAMPLES, program.layout, program.input_layout, program.input_level)
        return self.owners.encrypt(request)

    def evaluate(
        self, batches: Sequence[Batch], stage: str = EVALUATION, names: Sequence[str] = ()
    ) -> Evaluation:
        """Have the evaluator compute every batch, serving its round trips, and the key owner decrypt.

        Outputs are not numbers where the key owner could read no values at a round trip.

        Args:
            batches: that were carried to the evaluator.
            stage: what a reader of the progress is told.
            names: by which the journal knows each; without them nothing is looked up or kept.
        """
        last = len(batches) - 1

        def compute(number: int, batch: Batch) -> Computed:
            name = names[number] if names else None
            found = self._journalled(name)
            return found or self._kept(name, self._computed(number, batch, stage, last=number == last))

        return exchanges.evaluate(self.session, batches, compute, stage)

    def _journalled(self, name: str | None) -> Computed | None:
        """A batch that need not be computed."""
        found = None if self.journal is None or name is None else self.journal.find(name)
        if found is not None and name is not None:
            self.survival.journalled.add(name)
            self.survival.key_sets.add(found.keys)
            self.session.wire.crossed += found.crossed
        return found

    def _kept(self, name: str | None, computed: Computed) -> Computed:
        if self.journal is not None and name is not None:
            self.journal.keep(name, computed)
        return computed

    def _computed(self, number: int, batch: Batch, stage: str, *, last: bool) -> Computed:
        """A batch computed and decrypted, by as many evaluators as it takes."""
        wire, before = self.session.wire, self.session.wire.crossed
        asked = _Asked(self, number, before)
        self._asked += 1
        request = Evaluate(batch, number, str(self._asked), self.survival.checkpoint_s)
        self.survival.begins()

        def ask() -> Evaluated:
            return self.session.ask("evaluator", request, asked.on_event)

        def again() -> Evaluated:
            assert self._equip is not None
            wire.crossed = asked.crossed
            self._equip()
            self.session.report(Stage(stage))
            return ask()

        found = exchanges.finished(
            self.session, self._surviving(ask, again), last=last, decrypting=self.owners.decrypt
        )
        self.survival.key_sets.add(self._keys)
        return replace(
            found,
            outputs=found.outputs if asked.readable else np.full_like(found.outputs, np.nan),
            probes=asked.probes,
            crossed=wire.crossed - before,
            keys=self._keys,
        )

    def _surviving(self, work: Callable[[], Found], again: Callable[[], Found]) -> Found:
        """Do some work with the evaluator; where it dies over it, `again` with a new one, if allowed."""
        try:
            return work()
        except PartyError as error:
            if not (self.session.lost("evaluator") and self.survival.again(error)):
                raise
        return self._surviving(again, again)


class _Asked:
    """What is served while the evaluator computes a batch, and what was noted.

    Attributes:
        probes: node name → `[ciphertexts, slots]`, decrypted.
        readable: whether the key owner could read the values of every round trip.
        crossed: what had crossed when the evaluation was kept last.
    """

    def __init__(self, parties: ProgramParties, number: int, crossed: Crossed) -> None:
        self.probes: dict[str, Slots] = {}
        self.readable = True
        self.crossed = crossed
        self._parties, self._number = parties, number

    def on_event(self, event: Event) -> Refreshed | None:
        """Serve what the evaluator asks for under way."""
        session = self._parties.session
        if isinstance(event, RoundTrip):
            fresh = self._parties.owners.refresh(event)
            self.readable = self.readable and fresh.readable
            return Refreshed(fresh.ciphertext)
        if isinstance(event, Probed):
            self.probes[event.name], _ = self._parties.owners.decrypt(event.ciphertexts)
        if isinstance(event, Checkpointed):
            self.crossed = session.wire.crossed
            self._parties.survival.checkpoint(event.seconds)
        if isinstance(event, Progress):
            session.report(event)
        return None
