"""The key owner's process: it holds the data and the secret key, and no model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from backends.errors import IntegrityError, Unsupported
from backends.interface import KeyFile, KeyOwner
from backends.registry import load_library
from backends.stopwatch import Stopwatch
from bench.parties import keyring
from bench.parties.channel import Channel
from bench.parties.ciphertexts import CiphertextFiles
from bench.parties.lasting import Seal, Sealed, Unseal
from bench.parties.messages import (
    Decrypt,
    Decrypted,
    Encrypt,
    Encrypted,
    Finished,
    Generate,
    Generated,
    Refresh,
    Refreshed,
)
from bench.parties.party import Party
from bench.parties.roles.encrypting import encrypt_samples, fresh
from bench.parties.sealing import KEY_BYTES, new_key, seal, unseal
from bench.parties.wire import Shipment, announce, verify

#: The file of the sealed secret key.
SEALED = "secret.sealed"


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
        self.handles(Seal, self.seal)
        self.handles(Unseal, self.unseal)

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

    def seal(self, request: Seal) -> Sealed:
        """Seal the secret key, where the library tells it and the kernel keeps what opens it."""
        key = new_key()
        try:
            sealed = seal(self.owner.secret(), key)
        except Unsupported:
            return Sealed(None, None)
        number = keyring.put(key, request.seconds)
        if number is None:
            return Sealed(None, None)
        (self.folder / SEALED).write_bytes(sealed)
        return Sealed(announce(self.folder, "sealed_secret", SEALED), number)

    def unseal(self, request: Unseal) -> Finished:
        """Go on with the keys of another key owner.

        Raises:
            IntegrityError: its secret key cannot be opened.
        """
        key = keyring.get(request.key, KEY_BYTES)
        if key is None:
            raise IntegrityError("the kernel keeps no key that opens the sealed secret; make new keys")
        secret = unseal(verify(self.folder, request.file).read_bytes(), key)
        self.owner = self._library.key_owner(request.parameters)
        self.owner.restore(secret)
        self.ciphertexts = CiphertextFiles(self.folder, "key_owner", sent=request.sent)
        return Finished()

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
