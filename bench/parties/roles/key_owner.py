"""The key owner's process: it holds the data and the secret key, and no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from backends.interface import Ciphertext, KeyFile, KeyOwner, Library, SecurityFacts
from backends.parameters import ParameterSet
from backends.tensor.layout import Layout, ValueLayout, pack
from bench.parties.serve import Handler, Message
from bench.parties.wire import Shipment, announce, verify

FOLDER = Path()  # a party's working directory is its own folder


class KeyOwnerParty:
    """Makes keys, encrypts, decrypts, and at a refresh decrypts and encrypts again, nothing else."""

    def __init__(self, library: type[Library]) -> None:
        self._library = library
        self._owner: KeyOwner
        self._sent = 0

    def handlers(self) -> dict[str, Handler]:
        """What the front process may ask for."""
        return {
            "generate": self.generate,
            "encrypt": self.encrypt,
            "refresh": self.refresh,
            "decrypt": self.decrypt,
        }

    def generate(self, parameters: dict[str, Any], rotation_steps: list[int], bootstrap: bool) -> Message:
        """Make the keys and write those that the evaluator needs."""
        started = perf_counter()
        self._owner = self._library.key_owner(ParameterSet.from_json(parameters))
        files = self._owner.generate(FOLDER, rotation_steps, bootstrap)
        seconds = perf_counter() - started
        return generated(seconds, files, self._owner.security(), self._library.versions())

    def encrypt(self, samples: str, layout: dict[str, int], value: dict[str, Any], level: int) -> Message:
        """Pack the samples of a file, batch by batch, and encrypt each."""
        shape, inputs = Layout.from_json(layout), ValueLayout.from_json(value)
        data = np.load(FOLDER / samples, allow_pickle=False)
        batches, seconds = [], 0.0
        for start in range(0, len(data), shape.images):
            vectors = pack(shape, inputs, data[start : start + shape.images])
            started = perf_counter()
            ciphertexts = [self._owner.encrypt(vector, level) for vector in vectors]
            seconds += perf_counter() - started
            batches.append([self._ship(ciphertext) for ciphertext in ciphertexts])
        return {"seconds": seconds, "batches": batches}

    def refresh(self, ciphertext: dict[str, Any], level: int) -> Message:
        """Decrypt and encrypt again at a level."""
        values = self._owner.decrypt(self._receive(ciphertext))
        return {"ciphertext": self._ship(self._owner.encrypt(values, level))}

    def decrypt(self, ciphertexts: list[dict[str, Any]], name: str) -> Message:
        """Decrypt into a file of slot vectors `[ciphertexts, slots]`."""
        loaded = [self._receive(ciphertext) for ciphertext in ciphertexts]
        started = perf_counter()
        vectors = [self._owner.decrypt(ciphertext) for ciphertext in loaded]
        seconds = perf_counter() - started
        np.save(FOLDER / name, np.stack(vectors))
        return {"seconds": seconds}

    def _receive(self, literal: dict[str, Any]) -> Ciphertext:
        path = verify(FOLDER, Shipment(**literal))
        ciphertext = self._owner.read(path)
        path.unlink()
        return ciphertext

    def _ship(self, ciphertext: Ciphertext) -> dict[str, Any]:
        name = f"from_key_owner_{self._sent}"
        self._sent += 1
        self._owner.write(ciphertext, FOLDER / name)
        return announce(FOLDER, "ciphertext", name).to_json()


def generated(
    seconds: float, files: Sequence[KeyFile], facts: SecurityFacts, versions: dict[str, str]
) -> Message:
    """What a key owner answers once its keys are made and written."""
    return {
        "seconds": seconds,
        "files": [announce(FOLDER, file.kind, file.name).to_json() for file in files],
        "security": asdict(facts),
        "versions": versions,
    }
