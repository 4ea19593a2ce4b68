"""What every key owner does with the public key: it encrypts its samples, and values that come back to it."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Protocol

import numpy as np

from backends.interface import Ciphertext, ComplexVector, Vector
from backends.tensor.layout import filled, pack
from bench.parties.ciphertexts import CiphertextFiles, Serialiser
from bench.parties.messages import Encrypt, Encrypted, Refreshed
from bench.parties.plain import taken


class Encryptor(Serialiser, Protocol):
    """A key owner, as far as it encrypts."""

    def encrypt(self, values: Vector | ComplexVector, level: int) -> Ciphertext:
        """A fresh ciphertext of a slot vector."""


def encrypt_samples(
    folder: Path, owner: Encryptor, ciphertexts: CiphertextFiles, request: Encrypt
) -> Encrypted:
    """Pack the samples of a file, batch by batch, and encrypt each."""
    data, shape = taken(folder / request.samples), request.layout
    batches, seconds = [], 0.0
    for start in range(0, len(data), shape.samples):
        vectors = pack(shape, request.value, filled(shape, data[start : start + shape.samples]))
        started = perf_counter()
        encrypted = [owner.encrypt(vector, request.level) for vector in vectors]
        seconds += perf_counter() - started
        batches.append(ciphertexts.send_all(owner, encrypted))
    return Encrypted(seconds, tuple(batches))


def fresh(owner: Encryptor, ciphertexts: CiphertextFiles, values: Vector, level: int) -> Refreshed:
    """Decrypted values encrypted again; zeros where these are not numbers."""
    readable = bool(np.isfinite(values).all())
    encrypted = owner.encrypt(values if readable else np.zeros_like(values), level)
    return Refreshed(ciphertexts.send(owner, encrypted), readable)
