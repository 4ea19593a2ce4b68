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
from bench.parties.lasting import Checkpointed, Noted, WentOn
from bench.parties.messages import (
    Answer,
    Batch,
    BeginAudit,
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
from bench.run.kept_session import KeptSession, Reached, State
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
    its last checkpoint lie, while the key owner lives on. Where both are gone and their folders are kept,
    both are replaced so.

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
    _generated: Generated | None = None
    _encrypted: bool = False
    _equip: Callable[[], tuple[Loaded, Prepared]] | None = None
    _asked: int = 0

    @cached_property
    def owners(self) -> KeyOwners:
        """The key owner's side."""
        if self.parameters.parties == 1:
            return OneKeyOwner(self.session, self.parameters)
        return SharedKeyOwners(self.session, self.parameters, self.unseen)

    def generate_keys(self, program: Program, bootstrap: bool) -> Generated:
        """Start the key owner and have it make the program's keys, or take up those that are kept."""
        before = self._taken_up()
        made = self.owners.generate(program, bootstrap) if before is None else before.generated
        self._keys, self._generated = digest([file.sha256 for file in made.files]), made
        return made

    @property
    def kept(self) -> KeptSession | None:
        """The parties' folders, where they outlive this run."""
        return self.session.kept

    def _taken_up(self) -> State | None:
        """What a run before did, if its keys can be used."""
        found = None if self.kept is None else self.kept.found()
        if self.kept is None or found is None:
            return None
        if not self.owners.take_up(found):
            self.kept.begin_anew()
            return None
        self.kept.taken_up()
        self.survival.resumed_runs += 1
        self.survival.say("  goes on with the keys of a run that was cut off")
        self.session.peaks.keygen = found.keygen_peak_bytes
        self.session.spending.take_up(found.spent)
        return found

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
        if not self._resumed:
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
        loaded = exchanges.load_keys(
            self.session, self.parameters, keys, keep=self.survival.watchful or self.kept is not None
        )
        self.session.report(Stage("model preparation"))
        digest = program.save(self.session.wire.folder("evaluator"), PROGRAM)
        return loaded, self.session.ask("evaluator", Prepare(PROGRAM, digest, room, workers))

    def encrypt(self, samples: Inputs, program: Program) -> Encrypted:
        """Have the key owner pack and encrypt its samples, and send them.

        Args:
            samples: `[samples, tokens, features]`, or numbers of one-hot tokens `[samples, tokens]`.
            program: says how they lie in slots, and at which level they are encrypted.
        """
        first, self._encrypted = not self._encrypted, True
        before = self.kept.found() if self.kept is not None and first and self._resumed else None
        if before is not None:
            self.session.wire.crossed = before.crossed
            return before.encrypted
        self.session.report(Stage("encryption"))
        np.save(self.session.wire.folder("key_owner") / SAMPLES, samples)
        request = Encrypt(SAMPLES, program.layout, program.input_layout, program.input_level)
        encrypted = self.owners.encrypt(request)
        if first:
            self._begin_evaluation(encrypted)
        return encrypted

    @property
    def _resumed(self) -> bool:
        return self.kept is not None and self.kept.resumed

    def _begin_evaluation(self, encrypted: Encrypted) -> None:
        """Keep what the evaluation begins with, for a run that comes after this one."""
        if self.kept is None:
            return
        assert self._generated is not None, "keys come before samples"
        sealed = self.owners.seal(self.kept.seconds)
        if sealed.file is None or sealed.key is None:
            self.survival.say("  its keys cannot be kept: a run that is killed begins its batch again")
            return
        crossed, peak, spent = (
            self.session.wire.crossed,
            self.session.peaks.keygen,
            self.session.spending.so_far,
        )
        self.kept.begin(State(sealed.file, sealed.key, self._generated, encrypted, crossed, peak, spent))

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
            self._asked += 1
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
        name = str(self._asked)
        reached = None if self.kept is None else self.kept.reached(name)
        asked = _Asked(self, number, name, before, reached)
        request = Evaluate(batch, number, name, self.survival.checkpoint_s)
        self.survival.begins()

        def ask() -> Evaluated:
            return self.session.ask("evaluator", request, asked.on_event)

        def again() -> Evaluated:
            assert self._equip is not None
            wire.crossed = before
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
    """

    def __init__(
        self, parties: ProgramParties, number: int, name: str, before: Crossed, reached: Reached | None
    ) -> None:
        """Begin a batch.

        Args:
            parties: that compute it.
            number: of the batch.
            name: of its evaluation.
            before: what had crossed before it.
            reached: how far a run before has kept it.
        """
        self.probes: dict[str, Slots] = {}
        self.readable = True
        self._parties, self._number, self._name, self._before = parties, number, name, before
        #: Where it was kept: what had crossed since its beginning.
        self._crossed = {} if reached is None else {reached.index: reached.crossed}

    def on_event(self, event: Event) -> Answer | None:
        """Serve what the evaluator asks for under way."""
        session = self._parties.session
        if isinstance(event, RoundTrip):
            fresh = self._parties.owners.refresh(event)
            self.readable = self.readable and fresh.readable
            return Refreshed(fresh.ciphertext)
        if isinstance(event, Probed):
            self.probes[event.name], _ = self._parties.owners.decrypt(event.ciphertexts)
        if isinstance(event, Checkpointed):
            self._keep(event)
            return Noted()
        if isinstance(event, WentOn):
            session.wire.crossed = self._before + self._crossed[event.index]
        if isinstance(event, Progress):
            session.report(event)
        return None

    def _keep(self, event: Checkpointed) -> None:
        """Note what had crossed when the evaluation was kept, for an evaluator that goes on from there."""
        parties = self._parties
        crossed = self._crossed[event.index] = parties.session.wire.crossed - self._before
        parties.survival.checkpoint(event.seconds)
        if parties.kept is not None and self.readable and not self.probes:
            parties.kept.reach(self._name, event.index, crossed)
