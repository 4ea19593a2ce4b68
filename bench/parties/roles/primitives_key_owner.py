"""The key owner whose own work is measured: making and writing keys, encrypting and decrypting."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from backends.errors import Unsupported
from backends.interface import Ciphertext, KeyFile, Library, Vector
from bench.parties.roles.key_owner import FOLDER, KeyOwnerParty
from bench.parties.roles.sampling import Repetitions, sample
from bench.parties.serve import Channel, Handler, Message
from bench.parties.wire import announce


class MeasuringKeyOwner(KeyOwnerParty):
    """A key owner that times what it does; everything that it sends, it sends as in any cell."""

    def __init__(self, library: type[Library], channel: Channel) -> None:
        super().__init__(library)
        self._channel = channel

    def handlers(self) -> dict[str, Handler]:
        """What the front process may ask for."""
        measuring: dict[str, Handler] = {"measure_keys": self.measure_keys, "measure": self.measure}
        return super().handlers() | measuring

    def measure_keys(self, kinds: list[str], step: int, repetitions: dict[str, int]) -> Message:
        """Make and write the keys of each kind; those that an evaluator can load stay to be sent."""
        files = []
        for kind in kinds:
            try:
                file = self._measure_keys(kind, step, Repetitions(**repetitions))
            except Unsupported as error:
                self._channel.send("unsupported", name=f"generate_{kind}", reason=str(error))
                continue
            if kind == "public_key":  # it belongs to no secret key in use
                (FOLDER / file.name).unlink()
            else:
                files.append(announce(FOLDER, file.kind, file.name).to_json())
        return {"files": files}

    def _measure_keys(self, kind: str, step: int, repetitions: Repetitions) -> KeyFile:
        """Written are the last keys made; a rotation's key is that of one step."""
        make = partial(self._owner.make_keys, kind, [step] if kind == "rotation_keys" else [])
        making = sample(make, repetitions, self._owner.release_keys)
        keys = make()
        written: list[KeyFile] = []
        writing = sample(lambda: self._owner.write_keys(keys, FOLDER), repetitions, written.append)
        self._owner.release_keys(keys)
        size = (FOLDER / written[-1].name).stat().st_size
        self._tell(f"generate_{kind}", None, making, bytes=size)
        self._tell(f"serialise_{kind}", None, writing, bytes=size)
        return written[-1]

    def measure(self, level: int, values: list[str], repetitions: dict[str, int]) -> Message:
        """Encrypt and decrypt at a level, and send one ciphertext of each file of values."""
        rule = Repetitions(**repetitions)
        vectors = [np.load(FOLDER / name, allow_pickle=False) for name in values]
        fresh: list[Vector] = []
        encrypting = sample(
            lambda: self._owner.encrypt(vectors[0], level),
            rule,
            lambda ciphertext: fresh.append(self._owner.decrypt(ciphertext)),
        )
        ciphertexts: list[Ciphertext] = [self._owner.encrypt(vector, level) for vector in vectors]
        decrypted: list[Vector] = []
        decrypting = sample(lambda: self._owner.decrypt(ciphertexts[0]), rule, decrypted.append)
        operands = [self._ship(ciphertext) for ciphertext in ciphertexts]
        size = operands[0]["size_bytes"]
        self._tell("encrypt", level, encrypting, bytes=size, decrypted=_save("encrypted.npy", fresh))
        self._tell("decrypt", level, decrypting, decrypted=_save("decrypted.npy", decrypted))
        return {"operands": operands}

    def _tell(self, name: str, level: int | None, samples_s: list[float], **found: Any) -> None:
        self._channel.send("measured", name=name, level=level, samples_s=samples_s, **found)


def _save(name: str, vectors: list[Vector]) -> str:
    """`[repetitions, slots]`, for the front process to check."""
    np.save(FOLDER / Path(name), np.stack(vectors))
    return name
