"""Several key owners, each with a share of the secret key: what is said to them, and among them.

They have their turns one after the other, as on one machine; whatever one sends another crosses the wire.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log2

from backends.program import Program
from backends.threshold import JointKey
from bench.parties.messages import Batch, Generated, Refreshed, RoundTrip
from bench.parties.plain import taken
from bench.parties.shares import (
    Adopt,
    BeginBootstrap,
    Contribute,
    FinishBootstrap,
    Fuse,
    FuseAndEncrypt,
    Join,
    Joined,
    Share,
    ShareBootstrap,
    TellSecurity,
)
from bench.parties.wire import EVALUATOR, KEY_OWNER, Shipment, Side, key_owners
from bench.run.exchanges import DECRYPTED, Slots
from bench.run.key_owners import KeyOwners
from bench.run.session import Stage
from reports.sharing import Sharing, SharingOwner

#: Rounds among key owners of an interactive bootstrap, beside the one with the evaluator.
ROUNDS = 2


@dataclass
class Worked:
    """What one of several key owners did so far, in seconds.

    Attributes:
        make_keys_s: making its shares of keys.
        write_keys_s: reading and writing them.
        decrypt_s: decrypting partially and, of the first, fusing.
    """

    make_keys_s: float = 0.0
    write_keys_s: float = 0.0
    decrypt_s: float = 0.0


@dataclass
class SharedKeyOwners(KeyOwners):
    """Each has a share of the secret key; the first has the data, and alone learns what is decrypted.

    Attributes:
        unseen: whether they refresh by an interactive bootstrap, in which none of them sees the values.
        worked: what each of them did.
        flooding_bits: see `backends.threshold.ShareHolder`; None before they have joined.
        bootstraps: interactive ones so far.
        bootstrap_bytes: that crossed among them for these.
    """

    unseen: bool = False
    worked: dict[Side, Worked] = field(default_factory=dict)
    flooding_bits: float | None = None
    bootstraps: int = 0
    bootstrap_bytes: int = 0

    @property
    def _sides(self) -> tuple[Side, ...]:
        return key_owners(self.parameters.parties)

    @property
    def _last(self) -> Side:
        """The one who writes keys for the evaluator."""
        return self._sides[-1]

    def generate(self, program: Program, bootstrap: bool) -> Generated:
        """See `KeyOwners.generate`; every key goes from one to the next."""
        joined = [self._join(side, number, program, bootstrap) for number, side in enumerate(self._sides)]
        first = joined[0]
        self.flooding_bits = first.flooding_bits
        self.session.report(Stage("key generation"))
        made = [(key, self._make(key)) for key in first.keys]
        self.session.peaks.keygen = self.session.peaks.key_owner  # they have done nothing else yet
        return Generated(
            sum(one.make_keys_s for one in self.worked.values()),
            sum(one.write_keys_s for one in self.worked.values()),
            tuple(file for key, file in made if key.for_evaluator),
            self.session.ask(self._last, TellSecurity()).facts,
            first.versions,
        )

    def _join(self, side: Side, number: int, program: Program, bootstrap: bool) -> Joined:
        self.session.start(side)
        request = Join(self.parameters, number, program.rotation_steps, bootstrap, program.conjugates)
        with self.session.spending.of("keys"):
            answer = self.session.ask(side, request)
        self.worked[side] = Worked(make_keys_s=answer.seconds)
        return answer

    def _make(self, key: JointKey) -> Shipment:
        """Hand a key from each to the next, and then to all, if all need it; the last one keeps it."""
        received = self._contributed(self._sides[0], key, None)
        for before, side in zip(self._sides, self._sides[1:], strict=False):
            self.session.wire.carry(side, [received], before)
            received = self._contributed(side, key, received)
        if key.for_owners:
            for side in self._sides[:-1]:
                self.session.wire.carry(side, [received], self._last, others_follow=True)
            for side in self._sides:
                self.session.ask(side, Adopt(received))
        return received

    def _contributed(self, side: Side, key: JointKey, received: Shipment | None) -> Shipment:
        answer = self.session.ask(side, Contribute(key, received))
        self.worked[side].make_keys_s += answer.make_s
        self.worked[side].write_keys_s += answer.write_s
        return answer.file

    def send_keys(self, keys: Sequence[Shipment]) -> None:
        """See `KeyOwners.send_keys`; the last one has them."""
        self.session.wire.carry(EVALUATOR, keys, self._last)

    def decrypt(self, shipments: Batch) -> tuple[Slots, float]:
        """See `KeyOwners.decrypt`; partial decryptions of all go to the first."""
        before = self._decrypt_s
        answer = self.session.ask(KEY_OWNER, Fuse(self._shares(shipments), DECRYPTED))
        self.worked[KEY_OWNER].decrypt_s += answer.seconds
        values: Slots = taken(self.session.wire.folder(KEY_OWNER) / DECRYPTED)
        return values, self._decrypt_s - before

    @property
    def _decrypt_s(self) -> float:
        return sum(one.decrypt_s for one in self.worked.values())

    def refresh(self, asked: RoundTrip) -> Refreshed:
        """See `KeyOwners.refresh`; the first one sees the values, unless it is an interactive bootstrap."""
        if self.unseen:
            return self._bootstrapped(asked)
        shares = self._shares((asked.ciphertext,))
        answer = self.session.ask(KEY_OWNER, FuseAndEncrypt(shares, asked.level))
        self.session.wire.carry(EVALUATOR, [answer.ciphertext], KEY_OWNER)
        return answer

    def _bootstrapped(self, asked: RoundTrip) -> Refreshed:
        """A ciphertext raised by all, of whom none sees the values.

        Two rounds among them: what the first makes ready goes to all, and the part of each comes back.
        """
        before = self.session.wire.among_key_owners_bytes
        self.session.wire.carry(KEY_OWNER, [asked.ciphertext], EVALUATOR)
        begun = self.session.ask(KEY_OWNER, BeginBootstrap(asked.ciphertext))
        for side in self._sides[1:]:
            self.session.wire.carry(side, [begun.ready, begun.random], KEY_OWNER, others_follow=True)
        shares = tuple(self._answered(side, ShareBootstrap(begun)) for side in self._sides)
        answer = self.session.ask(KEY_OWNER, FinishBootstrap(begun, shares))
        self.session.wire.carry(EVALUATOR, [answer.ciphertext], KEY_OWNER)
        self.bootstraps += 1
        self.bootstrap_bytes += self.session.wire.among_key_owners_bytes - before
        return answer

    def _shares(self, ciphertexts: Batch) -> tuple[Batch, ...]:
        """The partial decryptions of all, in the first one's folder; each gets the ciphertexts for it."""
        for side in reversed(self._sides):
            self.session.wire.carry(side, ciphertexts, EVALUATOR, others_follow=side != KEY_OWNER)
        return tuple(self._answered(side, Share(ciphertexts)) for side in self._sides)

    def _answered(self, side: Side, request: Share | ShareBootstrap) -> Batch:
        """What a key owner makes with its share, sent to the first."""
        answer = self.session.ask(side, request)
        self.worked[side].decrypt_s += answer.seconds
        if side != KEY_OWNER:
            self.session.wire.carry(KEY_OWNER, answer.shares, side)
        return answer.shares

    def sharing(self) -> Sharing:
        """See `KeyOwners.sharing`."""
        assert self.flooding_bits is not None, "it is asked of those who have decrypted"
        wire = self.session.wire
        return Sharing(
            owners=[self._owner(side) for side in self._sides],
            among_bytes=wire.among_key_owners_bytes,
            among_messages=wire.messages_among_key_owners,
            interactive_bootstraps=self.bootstraps,
            bootstrap_rounds=ROUNDS * self.bootstraps,
            bootstrap_bytes=self.bootstrap_bytes or None,
            # Noises of several are independent, so their variances add up.
            flooding_bits=self.flooding_bits + log2(self.parameters.parties) / 2,
        )

    def _owner(self, side: Side) -> SharingOwner:
        crossed, worked = self.session.wire.bytes, self.worked[side]
        return SharingOwner(
            name=side,
            make_keys_s=worked.make_keys_s,
            write_keys_s=worked.write_keys_s,
            decrypt_s=worked.decrypt_s,
            peak_bytes=self.session.peaks.parties.get(side),
            sent_bytes=sum(size for (sender, _), size in crossed.items() if sender == side) or None,
            received_bytes=sum(size for (_, receiver), size in crossed.items() if receiver == side) or None,
        )
