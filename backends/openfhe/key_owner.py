"""The key owner's role on OpenFHE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import openfhe

from backends.errors import IntegrityError
from backends.heap import give_back
from backends.interface import Ciphertext, ComplexVector, KeyFile, KeyOwner, Keys, SecurityFacts, Vector
from backends.openfhe import bindings
from backends.openfhe.bindings import KeyPair, PublicKey, SecretKey
from backends.openfhe.context import Encoder, conjugation_index, make_context, set_up_bootstrap
from backends.openfhe.decoding import decoded
from backends.openfhe.facts import security_facts
from backends.openfhe.files import read_ciphertext, write, write_ciphertext
from backends.openfhe.footprint import KEYS_PER_FILE
from backends.parameters import ParameterSet

#: Bytes in which a size is written.
SIZE_BYTES = 8


@dataclass(frozen=True)
class MadeKeys(Keys):
    """Keys to be written.

    Attributes:
        file: into which file.
        public_key: the public key of the kind `public_key`; other keys are in OpenFHE's process-wide maps.
    """

    file: KeyFile
    public_key: PublicKey | None = None


@dataclass
class KeysAgain:
    """Those of another key owner: see `bindings.KeyPair`, which cannot be made of its two keys."""

    publicKey: PublicKey  # noqa: N815
    secretKey: SecretKey  # noqa: N815


class OpenFHEKeyOwner(KeyOwner):
    """Holds the secret key; its evaluation keys pass through OpenFHE's process-wide maps to files."""

    def __init__(self, parameters: ParameterSet) -> None:
        self._parameters = parameters
        self._context = make_context(parameters)
        self._encoder = Encoder(self._context, parameters)
        self._keys: KeyPair = self._context.KeyGen()
        self._relinearisation_key_bytes = 0

    def key_batches(
        self, rotation_steps: Sequence[int], bootstrap: bool, conjugation: bool
    ) -> Iterator[MadeKeys]:
        """See `KeyOwner.key_batches`. A key that the bootstrap needs as well is made once."""
        yield MadeKeys(KeyFile("public_key", "public_key.bin"), self._keys.publicKey)
        yield self._made(KeyFile("relinearisation_key", "relinearisation_key.bin"), ())
        made: set[int] = set()
        if bootstrap:
            set_up_bootstrap(self._context, self._parameters, precompute=False)
            keys = self._made(KeyFile("bootstrap_keys", "bootstrap_keys.bin"), ())
            tag = self._keys.secretKey.GetKeyTag()
            made = set(openfhe.CryptoContext.GetExistingEvalAutomorphismKeyIndices(tag))
            yield keys
        if conjugation and conjugation_index(self._parameters) not in made:
            yield self._made(KeyFile("conjugation_key", "conjugation_key.bin"), ())
        steps = [step for step in rotation_steps if self._context.FindAutomorphismIndex(step) not in made]
        for start in range(0, len(steps), KEYS_PER_FILE):
            file = KeyFile("rotation_keys", f"rotation_keys_{start // KEYS_PER_FILE:03d}.bin")
            yield self._made(file, steps[start : start + KEYS_PER_FILE])

    def make_keys(self, kind: str, steps: Sequence[int]) -> MadeKeys:
        """See `KeyOwner.make_keys`; OpenFHE makes none that its maps already hold: release them first."""
        file = KeyFile(kind, f"measured_{kind}.bin")
        if kind == "public_key":
            return MadeKeys(file, self._context.KeyGen().publicKey)
        return self._made(file, steps)

    def _made(self, file: KeyFile, steps: Sequence[int]) -> MadeKeys:
        """Keys under the secret key in use, in OpenFHE's maps."""
        secret = self._keys.secretKey
        if file.kind == "relinearisation_key":
            self._context.EvalMultKeyGen(secret)
        elif file.kind == "rotation_keys":
            self._context.EvalRotateKeyGen(secret, list(steps))
        elif file.kind == "conjugation_key":
            self._context.EvalAutomorphismKeyGen(secret, [conjugation_index(self._parameters)])
        else:
            self._context.EvalBootstrapKeyGen(secret, self._parameters.slots)
        return MadeKeys(file)

    def write_keys(self, keys: Keys, folder: Path) -> KeyFile:
        """See `KeyOwner.write_keys`."""
        assert isinstance(keys, MadeKeys)
        file, path = keys.file, folder / keys.file.name
        if file.kind == "public_key":
            write(lambda name, form: openfhe.SerializeToFile(name, keys.public_key, form), path)
        elif file.kind == "relinearisation_key":
            save = openfhe.CryptoContext.SerializeEvalMultKey
            self._relinearisation_key_bytes = write(save, path)
        else:
            write(openfhe.CryptoContext.SerializeEvalAutomorphismKey, path)
        return file

    def release_keys(self, keys: Keys) -> None:
        """See `KeyOwner.release_keys`; all keys of their kind are released, and memory given back."""
        assert isinstance(keys, MadeKeys)
        if keys.file.kind == "relinearisation_key":
            openfhe.ClearEvalMultKeys()
        elif keys.file.kind != "public_key":
            openfhe.CryptoContext.ClearEvalAutomorphismKeys()
            give_back()

    def secret(self) -> bytes:
        """See `KeyOwner.secret`: both keys, behind the size of the first."""
        public = openfhe.Serialize(self._keys.publicKey, openfhe.BINARY)
        secret = openfhe.Serialize(self._keys.secretKey, openfhe.BINARY)
        return len(public).to_bytes(SIZE_BYTES, "big") + bytes(public) + bytes(secret)

    def restore(self, secret: bytes) -> None:
        """See `KeyOwner.restore`."""
        size = int.from_bytes(secret[:SIZE_BYTES], "big")
        public, secret = secret[SIZE_BYTES:][:size], secret[SIZE_BYTES:][size:]
        try:
            self._keys = KeysAgain(
                openfhe.DeserializePublicKeyString(public, openfhe.BINARY),
                openfhe.DeserializePrivateKeyString(secret, openfhe.BINARY),
            )
        except (RuntimeError, ValueError, MemoryError) as error:
            raise IntegrityError(f"OpenFHE reads no keys there ({error}); make new keys") from error

    def encrypt(self, values: Vector | ComplexVector, level: int) -> Ciphertext:
        """See `KeyOwner.encrypt`; made at its level.

        OpenFHE could encrypt under the secret key too, with four bits less noise at N = 2^15: its public-key
        encryption, unlike SEAL's, is not divided by a special prime afterwards. Pyfhel has no encryption
        under the secret key, and what is compared has to be the same.
        """
        return self._context.Encrypt(self._keys.publicKey, self._encoder.encode(values, level))

    def decrypt(self, ciphertext: Ciphertext) -> Vector:
        """See `KeyOwner.decrypt` and `decoded`."""
        return decoded(
            lambda: self._context.Decrypt(self._keys.secretKey, ciphertext), self._parameters.slots
        )

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
        """See `security_facts`."""
        return security_facts(self._context, self._parameters, self._relinearisation_key_bytes)
