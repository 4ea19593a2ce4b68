"""seal-python's roles: the key owner and the evaluator over SEAL's own objects."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import seal

from backends.interface import Ciphertext, Evaluator, KeyFile, KeyOwner, Library, Plaintext, Vector
from backends.parameters import ParameterSet
from backends.primitives import Primitive
from backends.seal.evaluator import counted
from backends.seal.keys import KeyFolder, galois_element
from backends.seal.own_classes import OwnClassesEvaluator, OwnClassesKeyOwner, Saved
from backends.seal_python.bindings import (
    Decryptor,
    EncryptionParameters,
    Encryptor,
    GaloisKeys,
    KeyGenerator,
    Operator,
    RelinearisationKeys,
)
from backends.seal_python.context import SEALPythonContext

#: SEAL's step for the conjugation, as rotations have theirs, where keys are made.
_CONJUGATION = 0


class SEALPythonKeyOwner(OwnClassesKeyOwner):
    """Holds the secret key, in SEAL's key generator; the binding has no seeded keys."""

    def __init__(self, parameters: ParameterSet) -> None:
        context = SEALPythonContext.create(parameters)
        self._seal, self._encoder = context.seal, context.encoder
        self._generator: KeyGenerator = seal.KeyGenerator(context.seal)
        public_key = self._generator.create_public_key()
        super().__init__(context, public_key)
        self._encryptor: Encryptor = seal.Encryptor(context.seal, public_key)
        self._decryptor: Decryptor = seal.Decryptor(context.seal, self._generator.secret_key())

    def _another_public_key(self) -> Saved:
        generator: KeyGenerator = seal.KeyGenerator(self._seal)
        return generator.create_public_key()

    def _relinearisation_key(self) -> Saved:
        return self._generator.create_relin_keys()

    def _rotation_key(self, step: int) -> Saved:
        key: GaloisKeys = seal.GaloisKeys()
        self._generator.create_galois_keys([step], key)
        return key

    def _conjugation_key(self) -> Saved:
        return self._rotation_key(_CONJUGATION)

    def _encrypt(self, plaintext: Plaintext) -> Ciphertext:
        return self._encryptor.encrypt(plaintext)

    def _decrypt(self, ciphertext: Ciphertext) -> Vector:
        return np.asarray(self._encoder.decode(self._decryptor.decrypt(ciphertext)))


class SEALPythonEvaluator(OwnClassesEvaluator):
    """Computes with SEAL's evaluator; it is given public and evaluation keys only.

    Attributes:
        context: SEAL's context.
    """

    context: SEALPythonContext

    def __init__(self, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> None:
        keys = KeyFolder(folder, files)
        super().__init__(SEALPythonContext.load(parameters, keys.path("context")))
        self._operator: Operator = seal.Evaluator(self.context.seal)
        self._relinearisation_key: RelinearisationKeys = seal.RelinKeys()
        self._take(keys)

    def _load_relinearisation_key(self, path: Path) -> None:
        self._relinearisation_key.load(self.context.seal, str(path))

    def _load_galois_keys(self, path: Path) -> GaloisKeys:
        keys: GaloisKeys = seal.GaloisKeys()
        keys.load(self.context.seal, str(path))
        return keys

    @counted(Primitive.ADD)
    def add(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.add`."""
        return self._operator.add(a, b)

    @counted(Primitive.SUBTRACT)
    def subtract(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.subtract`."""
        return self._operator.sub(a, b)

    @counted(Primitive.NEGATE)
    def negate(self, a: Ciphertext) -> Ciphertext:
        """See `Evaluator.negate`."""
        return self._operator.negate(a)

    @counted(Primitive.ADD_PLAIN)
    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """See `Evaluator.add_plain`."""
        return self._operator.add_plain(a, plaintext)

    @counted(Primitive.MULTIPLY_PLAIN)
    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """See `Evaluator.multiply_plain`."""
        return self._operator.multiply_plain(a, plaintext)

    @counted(Primitive.MULTIPLY)
    def multiply(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.multiply`."""
        return self._operator.multiply(a, b)

    @counted(Primitive.RELINEARISE)
    def relinearise(self, product: Ciphertext) -> Ciphertext:
        """See `Evaluator.relinearise`."""
        return self._operator.relinearize(product, self._relinearisation_key)

    @counted(Primitive.RESCALE)
    def _rescaled(self, product: Ciphertext) -> Ciphertext:
        return self._operator.rescale_to_next(product)

    @counted(Primitive.DROP)
    def _dropped(self, a: Ciphertext, start: int, level: int, one: Plaintext) -> Ciphertext:
        result = self._operator.mod_switch_to(a, self.context.parms_id(level + 1))
        self._operator.multiply_plain_inplace(result, one)
        self._operator.rescale_to_next_inplace(result)
        return result

    @counted(Primitive.ROTATE)
    def _rotated(self, a: Ciphertext, step: int) -> Ciphertext:
        """Apply the step's own Galois element; `rotate_vector` would compose other keys."""
        element = galois_element(step, self._n)
        return self._operator.apply_galois(a, element, self._galois_keys[element])

    @counted(Primitive.CONJUGATE)
    def conjugate(self, a: Ciphertext) -> Ciphertext:
        """See `Evaluator.conjugate`."""
        return self._operator.complex_conjugate(a, self._conjugation())


class SEALPython(Library):
    """seal-python 4.4."""

    @classmethod
    def key_owner(cls, parameters: ParameterSet) -> KeyOwner:
        """A key owner with fresh keys."""
        return SEALPythonKeyOwner(parameters)

    @classmethod
    def evaluator(cls, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> Evaluator:
        """An evaluator over the key owner's files."""
        return SEALPythonEvaluator(parameters, folder, files)

    @classmethod
    def versions(cls) -> dict[str, str]:
        """seal-python's version and, from the header of what SEAL saves, that of the SEAL in it."""
        saved: EncryptionParameters = seal.EncryptionParameters(seal.scheme_type.ckks)
        header = saved.to_bytes()
        return {"seal-python": version("seal-python"), "seal": f"{header[3]}.{header[4]}"}
