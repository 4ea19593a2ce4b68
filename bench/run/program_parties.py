"""What is said to parties that compute a program: keys, model, ciphertexts, evaluation, decryption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from backends.constants_room import Room
from backends.parameters import ParameterSet
from backends.program import Program
from bench.parties.messages import (
    Batch,
    BeginAudit,
    Encrypt,
    Encrypted,
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
from bench.parties.wire import Shipment
from bench.run import exchanges
from bench.run.exchanges import EVALUATION, Evaluation, Slots
from bench.run.key_owners import KeyOwners, OneKeyOwner
from bench.run.session import Roles, Session, Stage
from bench.run.threshold import SharedKeyOwners
from models.reference import Inputs

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


@dataclass(frozen=True)
class ProgramParties:
    """Parties in the roles of this module, and the parameters under which they compute.

    Attributes:
        session: the parties, in the `roles` of the parameters.
        parameters: under which they compute.
        binding: `module:NAME` of the `backends.audit.Binding` by which the evaluator is audited, if it is.
    """

    session: Session
    parameters: ParameterSet
    binding: str | None = None

    @cached_property
    def owners(self) -> KeyOwners:
        """The key owner's side."""
        kind = OneKeyOwner if self.parameters.parties == 1 else SharedKeyOwners
        return kind(self.session, self.parameters)

    def generate_keys(self, program: Program, bootstrap: bool) -> Generated:
        """Start the key owner and have it make the keys that the program needs."""
        return self.owners.generate(program, bootstrap)

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
        self.session.start("evaluator")
        if self.binding is not None:
            self.session.ask("evaluator", BeginAudit(self.binding))
        loaded = exchanges.load_keys(self.session, self.parameters, keys)
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

    def evaluate(self, batches: Sequence[Batch], stage: str = EVALUATION) -> Evaluation:
        """Have the evaluator compute every batch, serving its round trips, and the key owner decrypt.

        Outputs are not numbers where the key owner could read no values at a round trip.

        Args:
            batches: that were carried to the evaluator.
            stage: what a reader of the progress is told.
        """
        probes: dict[str, list[Slots]] = {}
        unreadable: set[int] = set()

        def on_event(event: Event) -> Refreshed | None:
            if isinstance(event, RoundTrip):
                fresh = self.owners.refresh(event)
                if not fresh.readable:
                    unreadable.add(event.batch)
                return Refreshed(fresh.ciphertext)
            if isinstance(event, Probed):
                slots, _ = self.owners.decrypt(event.ciphertexts)
                probes.setdefault(event.name, []).append(slots)
            if isinstance(event, Progress):
                self.session.report(event)
            return None

        found = exchanges.evaluate(self.session, batches, probes, on_event, stage, self.owners.decrypt)
        found.outputs[sorted(unreadable)] = np.nan
        return found
