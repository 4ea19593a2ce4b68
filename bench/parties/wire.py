"""What crosses between the parties: files with a kind, a size and a digest, counted where they cross.

The sender announces a file (`announce`), the front process carries it from the sender's folder to the
receiver's (`Wire.carry`), and the receiver checks it (`verify`) before any library parses it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from backends.errors import IntegrityError

#: The two parties, as their folders and logs are called.
Side = Literal["key_owner", "evaluator"]
SIDES: tuple[Side, ...] = ("key_owner", "evaluator")

#: What each party may receive. There is no kind for a secret key: none can cross.
ADMITTED: dict[Side, tuple[str, ...]] = {
    "evaluator": (
        "context",
        "public_key",
        "relinearisation_key",
        "rotation_keys",
        "conjugation_key",
        "bootstrap_keys",
        "ciphertext",
    ),
    "key_owner": ("ciphertext",),
}


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
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()


class Wire:
    """Carries files between the two parties' folders and counts bytes and messages each way.

    Attributes:
        crossed: what is counted so far. Whoever has work done again takes out what crossed for what was lost.
    """

    def __init__(self, folders: Mapping[Side, Path]) -> None:
        self._folders = folders
        self._received: dict[Side, set[str]] = {side: set() for side in SIDES}
        self.crossed = Crossed()

    def folder(self, side: Side) -> Path:
        """Where the front process lays its own files for a party, and finds what the party left for it."""
        return self._folders[side]

    def received(self, side: Side) -> frozenset[str]:
        """The names of all files that a party has received from the other."""
        return frozenset(self._received[side])

    def carry(self, receiver: Side, shipments: Sequence[Shipment]) -> None:
        """Move one message's files to the receiver's folder.

        Raises:
            IntegrityError: a kind that the receiver may not hold, or a name that leaves its folder.
        """
        sender: Side = "key_owner" if receiver == "evaluator" else "evaluator"
        for shipment in shipments:
            if shipment.kind not in ADMITTED[receiver]:
                raise IntegrityError(f"the {receiver} may not receive a {shipment.kind} ({shipment.name})")
            if Path(shipment.name).name != shipment.name:
                raise IntegrityError(f"{shipment.name!r} is not a plain file name; send it under one")
            (self._folders[sender] / shipment.name).replace(self._folders[receiver] / shipment.name)
            self._received[receiver].add(shipment.name)
        total = sum(shipment.size_bytes for shipment in shipments)
        to_evaluator = receiver == "evaluator"
        self.crossed += Crossed(total, 0, 1) if to_evaluator else Crossed(0, total, 1)
