"""The key owner of a layer in a library's own (native) types."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import numpy as np

from backends.native import NativeKeyOwner
from backends.registry import load_native_types
from backends.stopwatch import Stopwatch
from bench.parties.channel import Channel
from bench.parties.ciphertexts import CiphertextFiles
from bench.parties.messages import Decrypt, Decrypted, Encrypted, EncryptRows, Generated, GenerateNative
from bench.parties.party import Party
from bench.parties.plain import taken
from bench.parties.roles.key_owner import announced


class NativeKeyOwnerParty(Party):
    """Makes keys, encrypts and decrypts."""

    holds_secrets = True

    def __init__(self, folder: Path, channel: Channel, adapter: str) -> None:
        """Import the library of an adapter that is a `backends.native.NativeTypes`."""
        super().__init__(folder, channel, adapter)
        self._types = load_native_types(adapter)
        self._owner: NativeKeyOwner
        self._ciphertexts = CiphertextFiles(folder, "key_owner")
        self.handles(GenerateNative, self.generate)
        self.handles(EncryptRows, self.encrypt)
        self.handles(Decrypt, self.decrypt)

    def generate(self, request: GenerateNative) -> Generated:
        """Make the keys; which rotations there are is the library's choice."""
        with Stopwatch() as making:
            self._owner = self._types.key_owner(request.parameters)
            self._owner.make_keys()
        with Stopwatch() as writing:
            files = self._owner.write_keys(self.folder)
        return Generated(
            making.seconds,
            writing.seconds,
            announced(self.folder, files),
            self._owner.security(),
            self._types.versions(),
        )

    def encrypt(self, request: EncryptRows) -> Encrypted:
        """Encrypt a file of `[rows, features]`, all in one batch."""
        values = taken(self.folder / request.rows)
        started = perf_counter()
        ciphertexts = self._owner.encrypt(values)
        seconds = perf_counter() - started
        return Encrypted(seconds, (self._ciphertexts.send_all(self._owner, ciphertexts),))

    def decrypt(self, request: Decrypt) -> Decrypted:
        """Decrypt into a file of `[rows, features]`."""
        loaded = [self._ciphertexts.take(self._owner, shipment) for shipment in request.ciphertexts]
        started = perf_counter()
        values = self._owner.decrypt(loaded)
        seconds = perf_counter() - started
        np.save(self.folder / request.file, values)
        return Decrypted(seconds)
