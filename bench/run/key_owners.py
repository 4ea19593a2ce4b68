"""The key owner's side of a cell that computes a program: one who has the secret key, or several."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from backends.parameters import ParameterSet
from backends.program import Program
from bench.parties.errors import PartyError
from bench.parties.lasting import Seal, Sealed, Unseal
from bench.parties.messages import (
    Batch,
    Encrypt,
    Encrypted,
    Generate,
    Generated,
    Refresh,
    Refreshed,
    RoundTrip,
)
from bench.parties.wire import EVALUATOR, KEY_OWNER, Shipment
from bench.run import exchanges
from bench.run.exchanges import Slots
from bench.run.kept_session import State
from bench.run.session import Session
from reports.sharing import Sharing


@dataclass
class KeyOwners(ABC):
    """What a program's cell asks of them, however many they are.

    Attributes:
        session: the parties.
        parameters: under which they compute.
    """

    session: Session
    parameters: ParameterSet

    @abstractmethod
    def generate(self, program: Program, bootstrap: bool) -> Generated:
        """Start them and have them make the keys that a program needs."""

    def seal(self, seconds: float) -> Sealed:
        """Have the secret key sealed for so long; several key owners have none to seal."""
        return Sealed(None, None)

    def take_up(self, state: State) -> bool:
        """Start them with the keys of a run before; whether they have them."""
        return False

    @abstractmethod
    def send_keys(self, keys: Sequence[Shipment]) -> None:
        """Send the evaluator the keys that were made."""

    def encrypt(self, request: Encrypt) -> Encrypted:
        """Have the one with the data encrypt them, and send each batch to the evaluator."""
        return exchanges.encrypt(self.session, request)

    @abstractmethod
    def decrypt(self, shipments: Batch) -> tuple[Slots, float]:
        """Send them ciphertexts of the evaluator's and have them decrypted.

        Returns:
            What they hold, and the seconds that it took.
        """

    @abstractmethod
    def refresh(self, asked: RoundTrip) -> Refreshed:
        """Send them one ciphertext and the evaluator a fresh one back: a client-aided refresh."""

    def sharing(self) -> Sharing | None:
        """What the record says of several who share the secret key."""
        return None


class OneKeyOwner(KeyOwners):
    """It has the secret key."""

    def generate(self, program: Program, bootstrap: bool) -> Generated:
        """See `KeyOwners.generate`."""
        request = Generate(self.parameters, program.rotation_steps, bootstrap, program.conjugates)
        return exchanges.generate_keys(self.session, request)

    def seal(self, seconds: float) -> Sealed:
        """See `KeyOwners.seal`."""
        return self.session.ask(KEY_OWNER, Seal(seconds))

    def take_up(self, state: State) -> bool:
        """See `KeyOwners.take_up`; where it has not, it is as if it had not been started."""
        self.session.start(KEY_OWNER)
        sent = sum(map(len, state.encrypted.batches))
        try:
            self.session.ask(KEY_OWNER, Unseal(self.parameters, state.secret, state.key, sent))
        except PartyError:
            return False
        return True

    def send_keys(self, keys: Sequence[Shipment]) -> None:
        """See `KeyOwners.send_keys`."""
        self.session.carry(EVALUATOR, keys)

    def decrypt(self, shipments: Batch) -> tuple[Slots, float]:
        """See `KeyOwners.decrypt`."""
        return exchanges.decrypt(self.session, shipments)

    def refresh(self, asked: RoundTrip) -> Refreshed:
        """See `KeyOwners.refresh`."""
        self.session.carry(KEY_OWNER, [asked.ciphertext])
        answer = self.session.ask(KEY_OWNER, Refresh(asked.ciphertext, asked.level))
        self.session.carry(EVALUATOR, [answer.ciphertext])
        return answer
