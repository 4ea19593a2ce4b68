"""TenSEAL's roles, through `tenseal.sealapi`: the key owner and the evaluator over SEAL's own objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from tenseal import sealapi

from backends.errors import ExecutionError
from backends.interface import (
    Ciphertext,
    Evaluator,
    KeyFile,
    KeyOwner,
    Keys,
    Library,
    Plaintext,
    Vector,
)
from backends.parameters import ParameterSet
from backends.primitives import Primitive
from backends.seal.calls import writing
from backends.seal.capabilities import refuse_bootstrap
from backends.seal.evaluator import SEALEvaluator, counted
from backends.seal.key_owner import SEALKeyOwner
from backends.seal.keys import KeyFolder, conjugation_element, galois_element
from backends.tenseal.bindings import (
    Decryptor,
    Encryptor,
    GaloisKeys,
    KeyGenerator,
    Operator,
    PublicKey,
    RelinearisationKeys,
    Saved,
)
from backends.tenseal.context import TenSEALContext


@dataclass(frozen=True)
class MadeKeys(Keys):
    """A key, or the context, to be written.

    Attributes:
        kind: as in `KeyFile`.
        seal: SEAL's object; None of the context.
        step: the step of a rotation key, else None.
    """

    kind: str
    seal: Saved | None = None
    step: int | None = None


class TenSEALKeyOwner(SEALKeyOwner):
    """Holds the secret key, in SEAL's key generator."""

    def __init__(self, parameters: ParameterSet) -> None:
        context = TenSEALContext.create(parameters)
        super().__init__(context)
        self._seal, self._encoder, self._n = context.seal, context.encoder, parameters.n
        self._generator: KeyGenerator = sealapi.KeyGenerator(context.seal)
        self._public_key: PublicKey = sealapi.PublicKey()
        self._generator.create_public_key(self._public_key)
        self._encryptor: Encryptor = sealapi.Encryptor(context.seal, self._public_key)
        self._decryptor: Decryptor = sealapi.Decryptor(context.seal, self._generator.secret_key())

    def key_batches(
        self, rotation_steps: Sequence[int], bootstrap: bool, conjugation: bool
    ) -> Iterator[MadeKeys]:
        """See `KeyOwner.key_batches`; each rotation key is made, seeded, alone."""
        refuse_bootstrap(bootstrap)
        yield MadeKeys("context")
        yield MadeKeys("public_key", self._public_key)
        yield self.make_keys("relinearisation_key", ())
        for step in sorted(set(rotation_steps)):
            yield self.make_keys("rotation_keys", (step,))
        if conjugation:
            yield self.make_keys("conjugation_key", ())

    def make_keys(self, kind: str, steps: Sequence[int]) -> MadeKeys:
        """See `KeyOwner.make_keys`; rotation keys are made for one step at a time."""
        if kind == "public_key":
            public_key: PublicKey = sealapi.PublicKey()
            generator: KeyGenerator = sealapi.KeyGenerator(self._seal)
            generator.create_public_key(public_key)
            return MadeKeys(kind, public_key)
        if kind == "relinearisation_key":
            return MadeKeys(kind, self._generator.create_relin_keys())
        if kind == "conjugation_key":
            return MadeKeys(kind, self._generator.create_galois_keys([conjugation_element(self._n)]))
        refuse_bootstrap(kind == "bootstrap_keys")
        (step,) = steps
        element = galois_element(step, self._n)
        return MadeKeys(kind, self._generator.create_galois_keys([element]), step)

    def write_keys(self, keys: Keys, folder: Path) -> KeyFile:
        """See `KeyOwner.write_keys`."""
        assert isinstance(keys, MadeKeys)
        files = KeyFolder(folder)
        path = files.add(keys.kind) if keys.step is None else files.add_rotation(keys.step)
        with writing(folder):
            if keys.seal is None:
                self._context.save(path)
            else:
                keys.seal.save(str(path))
        return files.files[0]

    def _encrypt(self, plaintext: Plaintext) -> Ciphertext:
        ciphertext: Ciphertext = sealapi.Ciphertext()
        self._encryptor.encrypt(plaintext, ciphertext)
        return ciphertext

    def _decrypt(self, ciphertext: Ciphertext) -> Vector:
        plaintext: Plaintext = sealapi.Plaintext()
        self._decryptor.decrypt(ciphertext, plaintext)
        return np.array(self._encoder.decode_double(plaintext))


class TenSEALEvaluator(SEALEvaluator):
    """Computes with SEAL's evaluator; it is given public and evaluation keys only.

    Attributes:
        context: SEAL's context.
    """

    context: TenSEALContext

    def __init__(self, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> None:
        keys = KeyFolder(folder, files)
        super().__init__(TenSEALContext.load(parameters, keys.path("context")))
        self._n = parameters.n
        self._operator: Operator = sealapi.Evaluator(self.context.seal)
        self._relinearisation_key: RelinearisationKeys = sealapi.RelinKeys()
        self._rotation_keys: dict[int, GaloisKeys] = {}
        self._conjugation_key: GaloisKeys | None = None
        self._take(keys)

    def _load(self, keys: KeyFolder) -> None:
        for path in keys.paths("relinearisation_key"):
            self._relinearisation_key.load(self.context.seal, str(path))
        for step, path in keys.rotations():
            self._rotation_keys[step] = self._load_galois_key(galois_element(step, self._n), path)
        for path in keys.paths("conjugation_key"):
            self._conjugation_key = self._load_galois_key(conjugation_element(self._n), path)

    def _load_galois_key(self, element: int, path: Path) -> GaloisKeys:
        key: GaloisKeys = sealapi.GaloisKeys()
        key.load(self.context.seal, str(path))
        if not key.has_key(element):
            raise ExecutionError(f"{path.name} does not hold the key of its name; make the keys again")
        return key

    def _has_rotation_key(self, step: int) -> bool:
        return step in self._rotation_keys

    @counted(Primitive.ADD)
    def add(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.add`."""
        result = _new()
        self._operator.add(a, b, result)
        return result

    @counted(Primitive.SUBTRACT)
    def subtract(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.subtract`."""
        result = _new()
        self._operator.sub(a, b, result)
        return result

    @counted(Primitive.NEGATE)
    def negate(self, a: Ciphertext) -> Ciphertext:
        """See `Evaluator.negate`."""
        result = _new()
        self._operator.negate(a, result)
        return result

    @counted(Primitive.ADD_PLAIN)
    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """See `Evaluator.add_plain`."""
        result = _new()
        self._operator.add_plain(a, plaintext, result)
        return result

    @counted(Primitive.MULTIPLY_PLAIN)
    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """See `Evaluator.multiply_plain`."""
        result = _new()
        self._operator.multiply_plain(a, plaintext, result)
        return result

    @counted(Primitive.MULTIPLY)
    def multiply(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.multiply`."""
        result = _new()
        self._operator.multiply(a, b, result)
        return result

    @counted(Primitive.RELINEARISE)
    def relinearise(self, product: Ciphertext) -> Ciphertext:
        """See `Evaluator.relinearise`."""
        result = _new()
        self._operator.relinearize(product, self._relinearisation_key, result)
        return result

    @counted(Primitive.RESCALE)
    def _rescaled(self, product: Ciphertext) -> Ciphertext:
        result = _new()
        self._operator.rescale_to_next(product, result)
        return result

    @counted(Primitive.DROP)
    def _dropped(self, a: Ciphertext, start: int, level: int, one: Plaintext) -> Ciphertext:
        result = _new()
        self._operator.mod_switch_to(a, self.context.parms_id(level + 1), result)
        self._operator.multiply_plain_inplace(result, one)
        self._operator.rescale_to_next_inplace(result)
        return result

    @counted(Primitive.ROTATE)
    def _rotated(self, a: Ciphertext, step: int) -> Ciphertext:
        """Apply the step's own Galois element; `rotate_vector` would compose other keys."""
        result = _new()
        self._operator.apply_galois(a, galois_element(step, self._n), self._rotation_keys[step], result)
        return result

    @counted(Primitive.CONJUGATE)
    def conjugate(self, a: Ciphertext) -> Ciphertext:
        """See `Evaluator.conjugate`."""
        if self._conjugation_key is None:
            raise ExecutionError("there is no key for a conjugation; ask for it when the keys are made")
        result = _new()
        self._operator.complex_conjugate(a, self._conjugation_key, result)
        return result


def _new() -> Ciphertext:
    """An empty ciphertext, for SEAL to put a result into."""
    ciphertext: Ciphertext = sealapi.Ciphertext()
    return ciphertext


class TenSEAL(Library):
    """TenSEAL 0.3.16 to 0.3.18."""

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
