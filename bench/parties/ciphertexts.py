"""Ciphertexts as files that a party sends and receives."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from backends.interface import Ciphertext
from bench.parties.messages import Batch
from bench.parties.wire import Shipment, announce, verify


class Serialiser(Protocol):
    """A role of a library, as far as it reads and writes ciphertexts."""

    def read(self, path: Path) -> Ciphertext:
        """Load a ciphertext."""

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Serialise a ciphertext."""


class CiphertextFiles:
    """The ciphertexts in a party's folder; what it sends is numbered."""

    def __init__(self, folder: Path, sender: str, kind: str = "ciphertext", sent: int = 0) -> None:
        self._folder, self._sender, self._kind, self._sent = folder, sender, kind, sent

    def send(self, role: Serialiser, ciphertext: Ciphertext) -> Shipment:
        """Write a ciphertext for the other party."""
        name = f"from_{self._sender}_{self._sent}"
        self._sent += 1
        role.write(ciphertext, self._folder / name)
        return announce(self._folder, self._kind, name)

    def send_all(self, role: Serialiser, ciphertexts: Iterable[Ciphertext]) -> Batch:
        """Write several."""
        return tuple(self.send(role, ciphertext) for ciphertext in ciphertexts)

    def receive(self, role: Serialiser, shipment: Shipment) -> Ciphertext:
        """Check and load a ciphertext, whose file stays.

        Raises:
            IntegrityError: the file is not what was announced.
        """
        return role.read(verify(self._folder, shipment))

    def take(self, role: Serialiser, shipment: Shipment) -> Ciphertext:
        """Check and load a ciphertext, and remove its file.

        Raises:
            IntegrityError: the file is not what was announced.
        """
        ciphertext = self.receive(role, shipment)
        (self._folder / shipment.name).unlink()
        return ciphertext
