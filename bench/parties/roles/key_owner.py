"""The key owner's process: it holds the data and the secret key, and no model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from backends.interface import KeyFile, KeyOwner
from backends.registry import load_library
from backends.stopwatch import Stopwatch
from bench.parties.channel import Channel
from bench.parties.ciphertexts import CiphertextFiles
from bench.parties.messages import (
    Decrypt,
    Decrypted,
    Encrypt,
    Encrypted,
    Generate,
    Generated,
    Refresh,
    Refreshed,
)
from bench.parties.party import Party
from bench.parties.roles.encrypting import encrypt_samples, fresh
from bench.parties.wire import Shipment, announce


class KeyOwnerParty(Party):
    """Makes keys, encrypts, decrypts, and at a refresh decrypts and encrypts again, nothing else.

    Attributes:
        owner: the library's key owner, once there are keys.
        ciphertexts: those that are sent and received.
    """

    holds_secrets = True

    def __init__(self, folder: Path, channel: Channel, adapter: str) -> None:
        """Import the library of an adapter that is a `backends.interface.Library`."""
        super().__init__(folder, channel, adapter)
        self._library = load_library(adapter)
        self.owner: KeyOwner
        self.ciphertexts = CiphertextFiles(folder, "key_owner")
        self.handles(Generate, self.generate)
        self.handles(Encrypt, self.encrypt)
        self.handles(Refresh, self.refresh)
        self.handles(Decrypt, self.decrypt)

    def generate(self, request: Generate) -> Generated:
        """Make the keys and write those that the evaluator needs."""
        making, writing = Stopwatch(), Stopwatch()
        with making:
            self.owner = self._library.key_owner(request.parameters)
        files = self.owner.generate(
            self.folder,
            request.rotation_steps,
            request.bootstrap,
            request.conjugation,
            making=making,
            writing=writing,
        )
        return Generated(
            making.seconds,
            writing.seconds,
            announced(self.folder, files),
            self.owner.security(),
            self._library.versions(),
        )

    def encrypt(self, request: Encrypt) -> Encrypted:
        """Pack the samples of a file, batch by batch, and encrypt each."""
        return encrypt_samples(self.folder, self.owner, self.ciphertexts, request)

    def refresh(self, request: Refresh) -> Refreshed:
        """Decrypt and encrypt again at a level."""
        values = self.owner.decrypt(self.ciphertexts.take(self.owner, request.ciphertext))
        return fresh(self.owner, self.ciphertexts, values, request.level)

    def decrypt(self, request: Decrypt) -> Decrypted:
        """Decrypt into a file of slot vectors `[ciphertexts, slots]`."""
        loaded = [self.ciphertexts.take(self.owner, shipment) for shipment in request.ciphertexts]
        started = perf_counter()
        vectors = [self.owner.decrypt(ciphertext) for ciphertext in loaded]
        seconds = perf_counter() - started
        # A value that does not depend on the input has no ciphertexts.
        np.save(self.folder / request.file, np.stack(vectors) if vectors else np.zeros((0, 0)))
        return Decrypted(seconds)


def announced(folder: Path, files: Sequence[KeyFile]) -> tuple[Shipment, ...]:
    """The announcement of key files that lie in a key owner's folder."""
    return tuple(announce(folder, file.kind, file.name) for file in files)
