"""TenSEAL's roles, through `tenseal.sealapi`: the key owner and the evaluator over SEAL's own objects."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from tenseal import sealapi

from backends.interface import Ciphertext, Evaluator, KeyFile, KeyOwner, Library, Plaintext, Vector
from backends.parameters import ParameterSet
from backends.primitives import Primitive
from backends.seal.evaluator import counted
from backends.seal.keys import KeyFolder, conjugation_element, galois_element
from backends.seal.own_classes import OwnClassesEvaluator, OwnClassesKeyOwner, Saved
from backends.tenseal.bindings import (
    Decryptor,
    Encryptor,
    GaloisKeys,
    KeyGenerator,
    Operator,
    PublicKey,
    RelinearisationKeys,
)
from backends.tenseal.context import TenSEALContext


class TenSEALKeyOwner(OwnClassesKeyOwner):
    """Holds the secret key, in SEAL's key generator; evaluation keys are seeded, which halves their files."""

    def __init__(self, parameters: ParameterSet) -> None:
        context = TenSEALContext.create(parameters)
        self._seal, self._encoder = context.seal, context.encoder
        self._generator: KeyGenerator = sealapi.KeyGenerator(context.seal)
        public_key = _public_key(self._generator)
        super().__init__(context, public_key)
        self._encryptor: Encryptor = sealapi.Encryptor(context.seal, public_key)
        self._decryptor: Decryptor = sealapi.Decryptor(context.seal, self._generator.secret_key())

    def _another_public_key(self) -> Saved:
        return _public_key(sealapi.KeyGenerator(self._seal))

    def _relinearisation_key(self) -> Saved:
        return self._generator.create_relin_keys()

    def _rotation_key(self, step: int) -> Saved:
        return self._generator.create_galois_keys([galois_element(step, self._n)])

    def _conjugation_key(self) -> Saved:
        return self._generator.create_galois_keys([conjugation_element(self._n)])

    def _encrypt(self, plaintext: Plaintext) -> Ciphertext:
        ciphertext: Ciphertext = sealapi.Ciphertext()
        self._encryptor.encrypt(plaintext, ciphertext)
        return ciphertext

    def _decrypt(self, ciphertext: Ciphertext) -> Vector:
        plaintext: Plaintext = sealapi.Plaintext()
        self._decryptor.decrypt(ciphertext, plaintext)
        return np.array(self._encoder.decode_double(plaintext))


class TenSEALEvaluator(OwnClassesEvaluator):
    """Computes with SEAL's evaluator; it is given public and evaluation keys only.

    Attributes:
        context: SEAL's context.
    """

    context: TenSEALContext

    def __init__(self, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> None:
        keys = KeyFolder(folder, files)
        super().__init__(TenSEALContext.load(parameters, keys.path("context")))
        self._operator: Operator = sealapi.Evaluator(self.context.seal)
        self._relinearisation_key: RelinearisationKeys = sealapi.RelinKeys()
        self._take(keys)

    def _load_relinearisation_key(self, path: Path) -> None:
        self._relinearisation_key.load(self.context.seal, str(path))

    def _load_galois_keys(self, path: Path) -> GaloisKeys:
        keys: GaloisKeys = sealapi.GaloisKeys()
        keys.load(self.context.seal, str(path))
        return keys

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
        element = galois_element(step, self._n)
        self._operator.apply_galois(a, element, self._galois_keys[element], result)
        return result

    @counted(Primitive.CONJUGATE)
    def conjugate(self, a: Ciphertext) -> Ciphertext:
        """See `Evaluator.conjugate`."""
        key, result = self._conjugation(), _new()
        self._operator.complex_conjugate(a, key, result)
        return result


def _new() -> Ciphertext:
    """An empty ciphertext, for SEAL to put a result into."""
    ciphertext: Ciphertext = sealapi.Ciphertext()
    return ciphertext


def _public_key(generator: KeyGenerator) -> PublicKey:
    """A public key under a generator's secret key."""
    key: PublicKey = sealapi.PublicKey()
    generator.create_public_key(key)
    return key


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
