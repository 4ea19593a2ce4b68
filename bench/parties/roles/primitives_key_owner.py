"""The key owner whose own work is measured: making and writing keys, encrypting and decrypting."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from backends.errors import Unsupported
from backends.interface import Ciphertext, KeyFile, Vector
from bench.parties.channel import Channel
from bench.parties.measurements import (
    MeasuredEncryption,
    MeasuredKeys,
    MeasureEncryption,
    MeasureKeys,
    NotMeasured,
    Repetitions,
    Timed,
)
from bench.parties.messages import Decrypt, Generate
from bench.parties.party import Party
from bench.parties.roles.key_owner import KeyOwnerParty, announced
from bench.parties.sampling import sample


class PrimitivesKeyOwnerParty(Party):
    """Times what a key owner does, one thing at a time. It has a key owner, which does the rest."""

    holds_secrets = True

    def __init__(self, folder: Path, channel: Channel, adapter: str) -> None:
        """Import the library of an adapter that is a `backends.interface.Library`."""
        super().__init__(folder, channel, adapter)
        self._usual = KeyOwnerParty(folder, channel, adapter)
        self.handles(Generate, self._usual.generate)
        self.handles(Decrypt, self._usual.decrypt)
        self.handles(MeasureKeys, self.measure_keys)
        self.handles(MeasureEncryption, self.measure_encryption)

    def measure_keys(self, request: MeasureKeys) -> MeasuredKeys:
        """Make and write the keys of each kind; those that an evaluator can load stay to be sent."""
        files = []
        for kind in request.kinds:
            try:
                file = self._measure_keys(kind, request.step, request.repetitions)
            except Unsupported as error:
                self.channel.send(NotMeasured(f"generate_{kind}", str(error)))
                continue
            if kind == "public_key":  # it belongs to no secret key in use
                (self.folder / file.name).unlink()
            else:
                files.append(file)
        return MeasuredKeys(announced(self.folder, files))

    def _measure_keys(self, kind: str, step: int, repetitions: Repetitions) -> KeyFile:
        """Written are the last keys made; a rotation's key is that of one step."""
        owner = self._usual.owner
        make = partial(owner.make_keys, kind, [step] if kind == "rotation_keys" else [])
        making = sample(make, repetitions, owner.release_keys)
        keys = make()
        written: list[KeyFile] = []
        writing = sample(lambda: owner.write_keys(keys, self.folder), repetitions, written.append)
        owner.release_keys(keys)
        size = (self.folder / written[-1].name).stat().st_size
        self.channel.send(Timed(f"generate_{kind}", None, tuple(making), size_bytes=size))
        self.channel.send(Timed(f"serialise_{kind}", None, tuple(writing), size_bytes=size))
        return written[-1]

    def measure_encryption(self, request: MeasureEncryption) -> MeasuredEncryption:
        """Encrypt and decrypt at a level, and send one ciphertext of each file of values."""
        owner, level, rule = self._usual.owner, request.level, request.repetitions
        vectors = [np.load(self.folder / name, allow_pickle=False) for name in request.values]
        fresh: list[Vector] = []
        encrypting = sample(
            lambda: owner.encrypt(vectors[0], level),
            rule,
            lambda ciphertext: fresh.append(owner.decrypt(ciphertext)),
        )
        ciphertexts: list[Ciphertext] = [owner.encrypt(vector, level) for vector in vectors]
        decrypted: list[Vector] = []
        decrypting = sample(lambda: owner.decrypt(ciphertexts[0]), rule, decrypted.append)
        sent = self._usual.ciphertexts.send_all(owner, ciphertexts)
        self._tell("encrypt", level, encrypting, fresh, size_bytes=sent[0].size_bytes)
        self._tell("decrypt", level, decrypting, decrypted)
        return MeasuredEncryption(sent)

    def _tell(
        self,
        name: str,
        level: int,
        samples_s: list[float],
        vectors: list[Vector],
        size_bytes: int | None = None,
    ) -> None:
        """Send times, and the file `[repetitions, slots]` of what came out, which is to be checked."""
        file = f"{name}ed.npy"
        np.save(self.folder / file, np.stack(vectors))
        self.channel.send(Timed(name, level, tuple(samples_s), size_bytes, decrypted=file))
