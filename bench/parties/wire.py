"""What crosses between the parties: files with a kind, a size and a digest, counted where they cross.

The sender announces a file (`announce`), the front process carries it from the sender's folder to the
receiver's (`Wire.carry`), and the receiver checks it (`verify`) before any library parses it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backends.errors import IntegrityError
from models import regular_files

#: A party, as its folder and log are called. Of several key owners the first has the data and is called as a
#: single one is; the others are numbered.
Side = str
KEY_OWNER: Side = "key_owner"
EVALUATOR: Side = "evaluator"

#: The keys that an evaluator computes with. There is no kind for a secret key, or a share of one: none can
#: cross.
EVALUATION_KEYS = ("relinearisation_key", "rotation_keys", "conjugation_key", "bootstrap_keys")
#: What each party may receive, and what each of several key owners may. A partial decryption is for a key
#: owner alone: who has all of them can read what they decrypt.
ADMITTED: Mapping[Side, tuple[str, ...]] = {
    EVALUATOR: ("context", "public_key", *EVALUATION_KEYS, "ciphertext"),
    KEY_OWNER: ("ciphertext",),
}
ADMITTED_BY_SHARE_HOLDERS = (
    *("public_key", "relinearisation_base", *EVALUATION_KEYS),
    *("ciphertext", "partial_decryption"),
)


def key_owners(count: int) -> tuple[Side, ...]:
    """The names of so many key owners, the one with the data first."""
    return (KEY_OWNER, *(f"{KEY_OWNER}_{number}" for number in range(2, count + 1)))


@dataclass(frozen=True)
class Shipment:
    """One file as announced by its sender."""

    kind: str
    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Crossed:
    """What has crossed between the parties."""

    to_evaluator_bytes: int = 0
    to_key_owner_bytes: int = 0
    messages: int = 0

    def __add__(self, other: Crossed) -> Crossed:
        return Crossed(
            self.to_evaluator_bytes + other.to_evaluator_bytes,
            self.to_key_owner_bytes + other.to_key_owner_bytes,
            self.messages + other.messages,
        )

    def __sub__(self, other: Crossed) -> Crossed:
        return Crossed(
            self.to_evaluator_bytes - other.to_evaluator_bytes,
            self.to_key_owner_bytes - other.to_key_owner_bytes,
            self.messages - other.messages,
        )


def announce(folder: Path, kind: str, name: str) -> Shipment:
    """The announcement of a file that lies in the sender's folder."""
    path = folder / name
    return Shipment(kind, name, path.stat().st_size, _sha256(path))


def verify(folder: Path, shipment: Shipment) -> Path:
    """The path of a received file.

    Raises:
        IntegrityError: it is missing or not what was announced.
    """
    path = folder / shipment.name
    if not path.is_file():
        raise IntegrityError(f"{shipment.kind} {shipment.name} did not arrive; send it again")
    if path.stat().st_size != shipment.size_bytes or _sha256(path) != shipment.sha256:
        raise IntegrityError(
            f"{shipment.kind} {shipment.name} is not what was sent (its digest differs); send it again"
        )
    return path


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with regular_files.opened(path) as file:
        while block := file.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()


class Wire:
    """Carries files between the parties' folders and counts bytes and messages each way.

    Attributes:
        crossed: what is counted so far. Whoever has work done again takes out what crossed for what was lost.
        bytes: all that crossed from one party to another, by the names of both.
        messages_among_key_owners: how many crossed among key owners, which `crossed` leaves out.
    """

    def __init__(self, folders: Mapping[Side, Path]) -> None:
        self._folders = folders
        owners = [side for side in folders if side != EVALUATOR]
        held = ADMITTED[KEY_OWNER] if len(owners) == 1 else ADMITTED_BY_SHARE_HOLDERS
        self._admitted = {EVALUATOR: ADMITTED[EVALUATOR], **dict.fromkeys(owners, held)}
        self._received: dict[Side, set[str]] = {side: set() for side in folders}
        self.bytes: Counter[tuple[Side, Side]] = Counter()
        self.crossed = Crossed()
        self.messages_among_key_owners = 0

    @property
    def among_key_owners_bytes(self) -> int:
        """Bytes that key owners have sent each other."""
        return sum(size for pair, size in self.bytes.items() if EVALUATOR not in pair)

    def folder(self, side: Side) -> Path:
        """Where the front process lays its own files for a party, and finds what the party left for it."""
        return self._folders[side]

    def received(self, side: Side) -> frozenset[str]:
        """The names of all files that a party has received from another."""
        return frozenset(self._received[side])

    def carry(
        self,
        receiver: Side,
        shipments: Sequence[Shipment],
        sender: Side | None = None,
        *,
        others_follow: bool = False,
    ) -> None:
        """Carry one message's files to the receiver's folder.

        Args:
            receiver: the party that gets them.
            shipments: the files.
            sender: the party in whose folder they lie; the key owner with the data, or for it the evaluator,
                where it is left out.
            others_follow: whether they stay with the sender, because others are sent them too.

        Raises:
            IntegrityError: a kind that the receiver may not hold, or a name that leaves its folder.
        """
        if sender is None:
            sender = KEY_OWNER if receiver == EVALUATOR else EVALUATOR
        for shipment in shipments:
            if shipment.kind not in self._admitted[receiver]:
                raise IntegrityError(f"the {receiver} may not receive a {shipment.kind} ({shipment.name})")
            if Path(shipment.name).name != shipment.name:
                raise IntegrityError(f"{shipment.name!r} is not a plain file name; send it under one")
            source, target = (self._folders[side] / shipment.name for side in (sender, receiver))
            if others_follow:
                target.unlink(missing_ok=True)
                target.hardlink_to(source)
            else:
                source.replace(target)
            self._received[receiver].add(shipment.name)
        total = sum(shipment.size_bytes for shipment in shipments)
        self.bytes[sender, receiver] += total
        if receiver == EVALUATOR:
            self.crossed += Crossed(total, 0, 1)
        elif sender == EVALUATOR:
            self.crossed += Crossed(0, total, 1)
        else:
            self.messages_among_key_owners += 1
