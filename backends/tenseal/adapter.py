"""TenSEAL's roles, through `tenseal.sealapi`: the key owner and the evaluator over SEAL's own objects."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
from tenseal import sealapi

from backends.errors import ExecutionError
from backends.interface import (
    Capabilities,
    Ciphertext,
    Evaluator,
    KeyFile,
    KeyOwner,
    Keys,
    Library,
    Plaintext,
    SecurityFacts,
    Vector,
)
from backends.parameters import ParameterSet
from backends.seal.calls import constant, counted, refusals, slot_vector, writing
from backends.seal.capabilities import SECRET, refuse_bootstrap
from backends.seal.keys import KeyFolder, galois_element
from backends.tenseal.capabilities import capabilities
from backends.tenseal.context import Context


class _Made(NamedTuple):
    """Keys made to measure them: of what kind, for which rotation, and SEAL's object."""

    kind: str
    step: int | None
    seal: Any


class TenSEALKeyOwner(KeyOwner):
    """Holds the secret key, in SEAL's key generator."""

    def __init__(self, parameters: ParameterSet) -> None:
        self._parameters = parameters
        self._context = Context.create(parameters)
        self._generator = sealapi.KeyGenerator(self._context.seal)
        self._public_key = sealapi.PublicKey()
        self._generator.create_public_key(self._public_key)
        self._encoder = sealapi.CKKSEncoder(self._context.seal)
        self._encryptor = sealapi.Encryptor(self._context.seal, self._public_key)
        self._decryptor = sealapi.Decryptor(self._context.seal, self._generator.secret_key())

    def generate(self, folder: Path, rotation_steps: Sequence[int], bootstrap: bool) -> list[KeyFile]:
        """Write the context and the keys; each rotation key is made, seeded, written and freed alone."""
        refuse_bootstrap(bootstrap)
        files = KeyFolder(folder)
        with writing(folder):
            self._context.save(files.add("context"))
            self._public_key.save(str(files.add("public_key")))
            self._generator.create_relin_keys().save(str(files.add("relinearisation_key")))
            for step in sorted(set(rotation_steps)):
                self._rotation_key(step).save(str(files.add_rotation(step)))
        return files.files

    def _rotation_key(self, step: int) -> Any:
        return self._generator.create_galois_keys([galois_element(step, self._parameters.n)])

    def make_keys(self, kind: str, steps: Sequence[int]) -> Keys:
        """See `KeyOwner.make_keys`; of rotations one step at a time."""
        if kind == "public_key":
            public_key = sealapi.PublicKey()
            sealapi.KeyGenerator(self._context.seal).create_public_key(public_key)
            return _Made(kind, None, public_key)
        if kind == "relinearisation_key":
            return _Made(kind, None, self._generator.create_relin_keys())
        refuse_bootstrap(kind == "bootstrap_keys")
        (step,) = steps
        return _Made(kind, step, self._rotation_key(step))

    def write_keys(self, keys: Keys, folder: Path) -> KeyFile:
        """See `KeyOwner.write_keys`."""
        files = KeyFolder(folder)
        path = files.add(keys.kind) if keys.step is None else files.add_rotation(keys.step)
        with writing(folder):
            keys.seal.save(str(path))
        return files.files[0]

    def encrypt(self, values: Vector, level: int) -> Ciphertext:
        """Encode and encrypt at `level` itself."""
        plaintext, ciphertext = sealapi.Plaintext(), sealapi.Ciphertext()
        vector = slot_vector(values, self._parameters.slots)
        with refusals("an encryption"):
            self._encoder.encode(
                vector, self._context.parms_id(level), self._context.chain.scale(level), plaintext
            )
            self._encryptor.encrypt(plaintext, ciphertext)
        return ciphertext

    def decrypt(self, ciphertext: Ciphertext) -> Vector:
        """Decrypt and decode the real parts."""
        plaintext = sealapi.Plaintext()
        with refusals("a decryption"):
            self._decryptor.decrypt(ciphertext, plaintext)
            return np.array(self._encoder.decode_double(plaintext))

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Save in SEAL's own format."""
        self._context.write(ciphertext, path)

    def read(self, path: Path) -> Ciphertext:
        """Load what either role wrote."""
        return self._context.read(path)

    def level(self, ciphertext: Ciphertext) -> int:
        """The number of the ciphertext's primes, less one."""
        return self._context.level(ciphertext)

    def security(self) -> SecurityFacts:
        """From the context's primes."""
        return self._context.chain.security(SECRET)


class TenSEALEvaluator(Evaluator):
    """Computes with SEAL's evaluator; it is given public and evaluation keys only."""

    def __init__(self, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> None:
        super().__init__()
        self._parameters = parameters
        keys = KeyFolder(folder, files)
        self._context = Context.load(parameters, keys.path("context"))
        self._encoder = sealapi.CKKSEncoder(self._context.seal)
        self._evaluator = sealapi.Evaluator(self._context.seal)
        self._relinearisation_key = sealapi.RelinKeys()
        self._rotation_keys: dict[int, sealapi.GaloisKeys] = {}
        keys.path("relinearisation_key")  # which the key owner always makes
        self._load(keys)

    def load_keys(self, folder: Path, file: KeyFile) -> None:
        """See `Evaluator.load_keys`."""
        self._load(KeyFolder(folder, [file]))

    def _load(self, keys: KeyFolder) -> None:
        with refusals("the evaluation keys"):
            for path in keys.paths("relinearisation_key"):
                self._relinearisation_key.load(self._context.seal, str(path))
            for step, path in keys.rotations():
                self._rotation_keys[step] = self._load_rotation_key(step, path)

    def _load_rotation_key(self, step: int, path: Path) -> sealapi.GaloisKeys:
        key = sealapi.GaloisKeys()
        key.load(self._context.seal, str(path))
        if not key.has_key(galois_element(step, self._parameters.n)):
            raise ExecutionError(f"{path.name} holds no key for a rotation by {step}; make the keys again")
        return key

    def read(self, path: Path) -> Ciphertext:
        """Load what either role wrote."""
        return self._context.read(path)

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Save in SEAL's own format."""
        self._context.write(ciphertext, path)

    def level(self, ciphertext: Ciphertext) -> int:
        """The number of the ciphertext's primes, less one."""
        return self._context.level(ciphertext)

    def encode(self, values: Vector | float, level: int) -> Plaintext:
        """Encode at the level's canonical scale; a float is encoded without a transform."""
        return self._encode(values, level, self._context.chain.scale(level))

    def _encode(self, values: Vector | float, level: int, scale: float) -> Plaintext:
        operand = (
            slot_vector(values, self._parameters.slots)
            if isinstance(values, np.ndarray)
            else constant(values)
        )
        plaintext = sealapi.Plaintext()
        with refusals("an encoding"):
            self._encoder.encode(operand, self._context.parms_id(level), scale, plaintext)
        return plaintext

    def add(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """a + b."""
        result = sealapi.Ciphertext()
        with counted(self.counts, "additions"):
            self._evaluator.add(a, b, result)
        return result

    def subtract(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """a - b."""
        result = sealapi.Ciphertext()
        with counted(self.counts, "additions"):
            self._evaluator.sub(a, b, result)
        return result

    def negate(self, a: Ciphertext) -> Ciphertext:
        """-a."""
        result = sealapi.Ciphertext()
        with counted(self.counts, "negations"):
            self._evaluator.negate(a, result)
        return result

    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """a + plaintext."""
        result = sealapi.Ciphertext()
        with counted(self.counts, "additions"):
            self._evaluator.add_plain(a, plaintext, result)
        return result

    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """a·plaintext, not rescaled."""
        result = sealapi.Ciphertext()
        with counted(self.counts, "ct_pt"):
            self._evaluator.multiply_plain(a, plaintext, result)
        return result

    def multiply(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """a·b, neither relinearised nor rescaled."""
        result = sealapi.Ciphertext()
        with counted(self.counts, "ct_ct"):
            self._evaluator.multiply(a, b, result)
        return result

    def relinearise(self, product: Ciphertext) -> Ciphertext:
        """Back to two polynomials."""
        result = sealapi.Ciphertext()
        with counted(self.counts, "relinearisations"):
            self._evaluator.relinearize(product, self._relinearisation_key, result)
        return result

    def rescale(self, product: Ciphertext) -> Ciphertext:
        """Divide by the level's prime; the scale must come out canonical."""
        result = sealapi.Ciphertext()
        with counted(self.counts, "rescales"):
            self._evaluator.rescale_to_next(product, result)
        result.scale = self._context.chain.canonical(self.level(result), result.scale)
        return result

    def drop(self, a: Ciphertext, level: int) -> Ciphertext:
        """Switch to level + 1, multiply by 1.0 at the scale that fits, rescale."""
        chain = self._context.chain
        one = self._encode(1.0, level + 1, chain.drop_scale(self.level(a), level))
        result = sealapi.Ciphertext()
        with counted(self.counts, "drops"):
            self._evaluator.mod_switch_to(a, self._context.parms_id(level + 1), result)
            self._evaluator.multiply_plain_inplace(result, one)
            self._evaluator.rescale_to_next_inplace(result)
        result.scale = chain.canonical(level, result.scale)
        return result

    def rotate(self, a: Ciphertext, step: int) -> Ciphertext:
        """Apply the step's own Galois element; `rotate_vector` would compose other keys."""
        key = self._rotation_keys.get(step)
        if key is None:
            raise ExecutionError(
                f"there is no key for a rotation by {step}; name the step when the keys are made"
            )
        result = sealapi.Ciphertext()
        with counted(self.counts, "rotations"):
            self._evaluator.apply_galois(a, galois_element(step, self._parameters.n), key, result)
        return result


class TenSEAL(Library):
    """TenSEAL 0.3.16 to 0.3.18."""

    name: ClassVar[str] = "tenseal"

    @classmethod
    def capabilities(cls, parameters: ParameterSet) -> Capabilities:
        """See `backends.tenseal.capabilities`."""
        return capabilities(parameters)

    @classmethod
    def key_owner(cls, parameters: ParameterSet) -> KeyOwner:
        """A key owner with fresh keys."""
        return TenSEALKeyOwner(parameters)

    @classmethod
    def evaluator(cls, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> Evaluator:
        """An evaluator over the key owner's files."""
        return TenSEALEvaluator(parameters, folder, files)

    @classmethod
    def versions(cls) -> dict[str, str]:
        """TenSEAL's version and that of the SEAL it was built with."""
        header = sealapi.Serialization.SEALHeader()
        return {"tenseal": version("tenseal"), "seal": f"{header.version_major}.{header.version_minor}"}
