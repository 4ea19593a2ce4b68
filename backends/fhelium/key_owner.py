"""The key owner's role on FHElium."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from backends.errors import Unsupported
from backends.fhelium.bindings import NTT, PublicKey, SwitchingKey
from backends.fhelium.calls import refusals
from backends.fhelium.capabilities import SECRET
from backends.fhelium.circuit import Circuit
from backends.fhelium.context import Context, make_engine
from backends.fhelium.device import PROCESSORS
from backends.fhelium.files import BOOTSTRAP_KEYS, for_bootstraps, key_file, load_ciphertext, save
from backends.interface import (
    TOLD_BY_LIBRARY,
    Ciphertext,
    ComplexVector,
    KeyFile,
    KeyOwner,
    Keys,
    SecurityFacts,
    Vector,
)
from backends.parameters import ParameterSet
from backends.single_keys import one_by_one


@dataclass(frozen=True)
class MadeKeys(Keys):
    """A key to be written.

    Attributes:
        file: where.
        key: FHElium's object.
    """

    file: KeyFile
    key: PublicKey | SwitchingKey


class FHEliumKeyOwner(KeyOwner):
    """Holds the secret key; each key is made and written alone."""

    def __init__(self, parameters: ParameterSet) -> None:
        self._engine = make_engine(parameters)
        self._context = Context(parameters, self._engine)
        self._secret_key = self._engine.create_secret_key()
        self._public_key = self._engine.create_public_key(self._secret_key)

    def key_batches(
        self, rotation_steps: Sequence[int], bootstrap: bool, conjugation: bool
    ) -> Iterator[Keys]:
        """See `KeyOwner.key_batches`. A key that the bootstrap needs as well is made once."""
        yield MadeKeys(key_file("public_key"), self._public_key)
        if not bootstrap:
            yield from one_by_one(self, rotation_steps, conjugation)
            return
        steps = set(Circuit.of(self._context.parameters).rotations())
        for keys in one_by_one(self, sorted(steps.union(rotation_steps)), conjugation=True):
            assert isinstance(keys, MadeKeys)
            yield replace(keys, file=for_bootstraps(keys.file, steps))

    def make_keys(self, kind: str, steps: Sequence[int]) -> MadeKeys:
        """See `KeyOwner.make_keys`; rotation keys are made for one step at a time."""
        if kind == BOOTSTRAP_KEYS:
            raise Unsupported(
                "FHElium's keys of a bootstrap are those of its rotations and of a conjugation, a file each; "
                "measure those"
            )
        if kind == "rotation_keys":
            (step,) = steps
            return MadeKeys(key_file(kind, step), self._engine.create_rotation_key(-step, self._secret_key))
        if kind == "public_key":
            another = self._engine.create_secret_key()
            return MadeKeys(key_file(kind), self._engine.create_public_key(another))
        makers = {
            "relinearisation_key": self._engine.create_relinearization_key,
            "conjugation_key": self._engine.create_conjugation_key,
        }
        return MadeKeys(key_file(kind), makers[kind](self._secret_key))

    def write_keys(self, keys: Keys, folder: Path) -> KeyFile:
        """See `KeyOwner.write_keys`."""
        assert isinstance(keys, MadeKeys)
        save(keys.key, folder / keys.file.name)
        return keys.file

    def encrypt(self, values: Vector | ComplexVector, level: int) -> Ciphertext:
        """See `KeyOwner.encrypt`; made at its level, less an encryption of zero.

        FHElium masks with a polynomial of zeros and ones. Its mean of 1/2 puts an error of the public key,
        the same each time, into the slots whose roots are nearest 1: N/π times as large, where a mask of mean
        0 has √N. The difference of two such masks has that mean, as those of other libraries have.
        """
        plaintext = self._context.coefficients(values, level)
        with refusals("an encryption"):
            masked, mask = (
                self._engine.encrypt(one, self._public_key, output_domain=NTT)
                for one in (plaintext, self._engine.zero_plaintext_like(plaintext))
            )
            return self._engine.subtract_(masked, mask)

    def decrypt(self, ciphertext: Ciphertext) -> Vector:
        """See `KeyOwner.decrypt`."""
        with refusals("a decryption"):
            slots = self._engine.decrypt_message(
                ciphertext, self._secret_key, is_real=True, device=PROCESSORS
            )
        return np.asarray(slots.numpy(), np.float64)

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """See `KeyOwner.write`."""
        save(ciphertext, path)

    def read(self, path: Path) -> Ciphertext:
        """See `KeyOwner.read`."""
        return self._context.checked(load_ciphertext(path))

    def level(self, ciphertext: Ciphertext) -> int:
        """See `Context.level`."""
        return self._context.level(ciphertext)

    def security(self) -> SecurityFacts:
        """From the primes of the engine and the error's width there; it draws but one kind of secret."""
        found = self._context.chain.security(SECRET, self._engine.config.sigma)
        return replace(found, error_from=TOLD_BY_LIBRARY)
