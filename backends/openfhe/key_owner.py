"""The key owner's role on OpenFHE."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path

import numpy as np
import openfhe

from backends.errors import ExecutionError
from backends.interface import Ciphertext, KeyFile, KeyOwner, Keys, SecurityFacts, Vector
from backends.openfhe import bindings
from backends.openfhe.bindings import PublicKey
from backends.openfhe.context import encode, make_context, set_up_bootstrap
from backends.openfhe.files import read_ciphertext, write, write_ciphertext
from backends.parameters import SPECIAL_PRIME_BITS, ParameterSet

#: Rotation keys made, written and freed together.
KEYS_PER_FILE = 4

BYTES_PER_RESIDUE = 8


@dataclass(frozen=True)
class MeasuredKeys(Keys):
    """Keys made to measure them.

    Attributes:
        kind: as in `KeyFile`.
        public_key: the public key of the kind `public_key`; other keys are in OpenFHE's process-wide maps.
    """

    kind: str
    public_key: PublicKey | None = None


class OpenFHEKeyOwner(KeyOwner):
    """Holds the secret key; its evaluation keys pass through OpenFHE's process-wide maps to files."""

    def __init__(self, parameters: ParameterSet) -> None:
        self._parameters = parameters
        self._context = make_context(parameters)
        self._keys = self._context.KeyGen()
        self._relinearisation_key_bytes = 0

    def generate(self, folder: Path, rotation_steps: Sequence[int], bootstrap: bool) -> list[KeyFile]:
        """See `KeyOwner.generate`. A rotation key that the bootstrap needs as well is written once."""
        files = [self._write_public_key(folder), self._write_relinearisation_key(folder)]
        made: set[int] = set()
        if bootstrap:
            files.append(KeyFile("bootstrap_keys", "bootstrap_keys.bin"))
            made = self._write_bootstrap_keys(folder / files[-1].name)
        steps = [step for step in rotation_steps if self._context.FindAutomorphismIndex(step) not in made]
        for start in range(0, len(steps), KEYS_PER_FILE):
            files.append(KeyFile("rotation_keys", f"rotation_keys_{start // KEYS_PER_FILE:03d}.bin"))
            self._context.EvalRotateKeyGen(self._keys.secretKey, steps[start : start + KEYS_PER_FILE])
            _move_automorphism_keys(folder / files[-1].name)
        return files

    def make_keys(self, kind: str, steps: Sequence[int]) -> MeasuredKeys:
        """See `KeyOwner.make_keys`; OpenFHE makes none that its maps already hold: release them first."""
        if kind == "public_key":
            return MeasuredKeys(kind, self._context.KeyGen().publicKey)
        if kind == "relinearisation_key":
            self._context.EvalMultKeyGen(self._keys.secretKey)
        elif kind == "rotation_keys":
            self._context.EvalRotateKeyGen(self._keys.secretKey, list(steps))
        else:
            self._context.EvalBootstrapKeyGen(self._keys.secretKey, self._parameters.slots)
        return MeasuredKeys(kind)

    def write_keys(self, keys: Keys, folder: Path) -> KeyFile:
        """See `KeyOwner.write_keys`."""
        assert isinstance(keys, MeasuredKeys)
        file = KeyFile(keys.kind, f"measured_{keys.kind}.bin")
        if keys.kind == "public_key":
            write(lambda name, form: openfhe.SerializeToFile(name, keys.public_key, form), folder / file.name)
        elif keys.kind == "relinearisation_key":
            write(openfhe.CryptoContext.SerializeEvalMultKey, folder / file.name)
        else:
            write(openfhe.CryptoContext.SerializeEvalAutomorphismKey, folder / file.name)
        return file

    def release_keys(self, keys: Keys) -> None:
        """See `KeyOwner.release_keys`; all keys of their kind are released."""
        assert isinstance(keys, MeasuredKeys)
        if keys.kind == "relinearisation_key":
            openfhe.ClearEvalMultKeys()
        elif keys.kind != "public_key":
            _release_automorphism_keys()

    def encrypt(self, values: Vector, level: int) -> Ciphertext:
        """See `KeyOwner.encrypt`; made at its level.

        Under the secret key, whose noise is one error polynomial's: four bits less, at N = 2^15, than that
        of OpenFHE's public-key encryption, which unlike SEAL's is not divided by a special prime afterwards.
        """
        plaintext = encode(self._context, self._parameters, values, level)
        return self._context.Encrypt(self._keys.secretKey, plaintext)

    def decrypt(self, ciphertext: Ciphertext) -> Vector:
        """See `KeyOwner.decrypt`."""
        plaintext = self._context.Decrypt(self._keys.secretKey, ciphertext)
        plaintext.SetLength(self._parameters.slots)
        return np.array(plaintext.GetRealPackedValueArray(), np.float64)

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """See `KeyOwner.write`."""
        write_ciphertext(ciphertext, path)

    def read(self, path: Path) -> Ciphertext:
        """See `KeyOwner.read`."""
        return read_ciphertext(path)

    def level(self, ciphertext: Ciphertext) -> int:
        """See `KeyOwner.level`; OpenFHE itself counts the primes already dropped."""
        return self._parameters.depth - bindings.ciphertext(ciphertext).GetLevel()

    def security(self) -> SecurityFacts:
        """Q exactly, from the context; P from above, from the relinearisation key as it was written.

        The bindings do not show P. A key-switching key holds `digits` pairs of polynomials modulo Q·P, so its
        size gives the number of primes of Q·P: what is not a polynomial in the file (some 10 kB) can only add
        to that number. Those that are not Q's are P's, each below 2^60.

        Raises:
            ExecutionError: no keys have been generated.
        """
        if not self._relinearisation_key_bytes:
            raise ExecutionError("there are no keys to read the security from; call generate first")
        parameters = self._parameters
        bytes_per_prime = 2 * parameters.digits * parameters.n * BYTES_PER_RESIDUE
        primes_of_qp = self._relinearisation_key_bytes // bytes_per_prime
        special_primes = primes_of_qp - (parameters.depth + 1)
        return SecurityFacts(
            log_n=int(log2(self._context.GetRingDimension())),
            log_q=log2(self._context.GetElementParams().GetModulus()),
            log_p=float(special_primes * SPECIAL_PRIME_BITS),
            secret=parameters.secret,
            log_ephemeral=self._log_ephemeral(),
        )

    def _log_ephemeral(self) -> float | None:
        """Bits of q0·p, the only modulus that the ephemeral secret encrypts under; p is below 2^60."""
        if self._parameters.secret != "sparse_encapsulated":
            return None
        return log2(self._context.GetModulusCKKS()) + SPECIAL_PRIME_BITS

    def _write_public_key(self, folder: Path) -> KeyFile:
        file = KeyFile("public_key", "public_key.bin")
        write(
            lambda name, form: openfhe.SerializeToFile(name, self._keys.publicKey, form), folder / file.name
        )
        return file

    def _write_relinearisation_key(self, folder: Path) -> KeyFile:
        file = KeyFile("relinearisation_key", "relinearisation_key.bin")
        self._context.EvalMultKeyGen(self._keys.secretKey)
        save = openfhe.CryptoContext.SerializeEvalMultKey
        self._relinearisation_key_bytes = write(save, folder / file.name)
        openfhe.ClearEvalMultKeys()
        return file

    def _write_bootstrap_keys(self, path: Path) -> set[int]:
        """Write the bootstrap's keys and return the automorphisms they are for."""
        set_up_bootstrap(self._context, self._parameters, precompute=False)
        self._context.EvalBootstrapKeyGen(self._keys.secretKey, self._parameters.slots)
        tag = self._keys.secretKey.GetKeyTag()
        made = set(openfhe.CryptoContext.GetExistingEvalAutomorphismKeyIndices(tag))
        _move_automorphism_keys(path)
        return made


def _move_automorphism_keys(path: Path) -> None:
    """Write the keys in the process-wide map, empty it, and give its memory back to the system."""
    write(openfhe.CryptoContext.SerializeEvalAutomorphismKey, path)
    _release_automorphism_keys()


def _release_automorphism_keys() -> None:
    openfhe.CryptoContext.ClearEvalAutomorphismKeys()
    ctypes.CDLL(None).malloc_trim(0)
