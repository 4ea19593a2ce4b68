"""Layers in TenSEAL's own types, `CKKSVector` and `CKKSTensor`, as its tutorials write them."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import tenseal
from tenseal import sealapi  # noqa: F401 - without it TenSEAL's own context cannot show its primes

from backends.errors import ParameterError
from backends.interface import Ciphertext, KeyFile, SecurityFacts
from backends.native import Ciphertexts, NativeEvaluator, NativeKeyOwner, NativeTypes
from backends.parameters import ParameterSet
from backends.seal.capabilities import ERROR_DEVIATION, SECRET
from backends.seal.chain import ModulusChain, modulus_bits
from backends.tenseal.adapter import TenSEAL
from backends.tenseal.native_bindings import NativeContext, PlainTensor, tensors, value
from models.graph import Array

CONTEXT = KeyFile("context", "context.tenseal")


class _Types(NativeTypes):
    """One of TenSEAL's types: how it holds rows, and how it computes on them."""

    rotates: ClassVar[bool]

    @classmethod
    def key_owner(cls, parameters: ParameterSet) -> NativeKeyOwner:
        """A key owner with fresh keys."""
        return _KeyOwner(cls, parameters)

    @classmethod
    def evaluator(cls, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> NativeEvaluator:
        """An evaluator over the key owner's context, which holds public and evaluation keys."""
        return _Evaluator(cls, folder)

    @classmethod
    def versions(cls) -> dict[str, str]:
        """Those of the adapter."""
        return TenSEAL.versions()

    @classmethod
    @abstractmethod
    def encrypt(cls, context: NativeContext, values: Array) -> Ciphertexts:
        """Encrypt `[rows, features]`."""

    @classmethod
    @abstractmethod
    def decrypt(cls, ciphertexts: Ciphertexts) -> Array:
        """`[rows, features]`."""

    @classmethod
    @abstractmethod
    def load(cls, context: NativeContext, data: bytes) -> Ciphertext:
        """One ciphertext object."""

    @classmethod
    @abstractmethod
    def linear(cls, x: Ciphertexts, weight: Array, bias: Array) -> Ciphertexts:
        """x·weightᵀ + bias."""


class Vectors(_Types):
    """A `CKKSVector` a row; `mm` rotates through its slots."""

    rotates = True

    @classmethod
    def encrypt(cls, context: NativeContext, values: Array) -> Ciphertexts:
        """See `NativeKeyOwner.encrypt`."""
        return [tenseal.ckks_vector(context, row.tolist()) for row in values]

    @classmethod
    def decrypt(cls, ciphertexts: Ciphertexts) -> Array:
        """See `NativeKeyOwner.decrypt`."""
        return np.array([value(vector).decrypt() for vector in ciphertexts])

    @classmethod
    def load(cls, context: NativeContext, data: bytes) -> Ciphertext:
        """See `_Types.load`."""
        vector: Ciphertext = tenseal.ckks_vector_from(context, data)
        return vector

    @classmethod
    def linear(cls, x: Ciphertexts, weight: Array, bias: Array) -> Ciphertexts:
        """See `NativeEvaluator.linear`."""
        matrix, shift = weight.T.tolist(), bias.tolist()
        return [value(vector).mm(matrix) + shift for vector in x]


class Tensors(_Types):
    """One `CKKSTensor` whose batch are the rows: a ciphertext a feature."""

    rotates = False

    @classmethod
    def encrypt(cls, context: NativeContext, values: Array) -> Ciphertexts:
        """See `NativeKeyOwner.encrypt`; `mm` wants a matrix beside the batch."""
        plain = tenseal.plain_tensor(values[:, None, :].tolist())
        return [tenseal.ckks_tensor(context, plain, batch=True)]

    @classmethod
    def decrypt(cls, ciphertexts: Ciphertexts) -> Array:
        """See `NativeKeyOwner.decrypt`."""
        decrypted = tensors(ciphertexts).decrypt()
        assert not isinstance(decrypted, list)
        return np.array(decrypted.tolist())[:, 0]

    @classmethod
    def load(cls, context: NativeContext, data: bytes) -> Ciphertext:
        """See `_Types.load`."""
        tensor: Ciphertext = tenseal.ckks_tensor_from(context, data)
        return tensor

    @classmethod
    def linear(cls, x: Ciphertexts, weight: Array, bias: Array) -> Ciphertexts:
        """See `NativeEvaluator.linear`."""
        matrix: PlainTensor = tenseal.plain_tensor(weight.T.tolist())
        shift: PlainTensor = tenseal.plain_tensor(bias[None].tolist())
        return [tensors(x).mm(matrix) + shift]


class _KeyOwner(NativeKeyOwner):
    """Holds TenSEAL's context with its secret key."""

    def __init__(self, types: type[_Types], parameters: ParameterSet) -> None:
        self._types, self._parameters = types, parameters
        try:
            self._context: NativeContext = tenseal.context(
                tenseal.SCHEME_TYPE.CKKS,
                parameters.n,
                coeff_mod_bit_sizes=modulus_bits(parameters),
                n_threads=_threads(),
            )
        except ValueError as error:
            raise ParameterError(
                f"TenSEAL's types refuse {parameters.name} ({error}); they allow no less than 128 bits by "
                "SEAL's table: choose fewer primes or a larger log_n"
            ) from error
        self._context.global_scale = 2.0**parameters.scale_bits

    def make_keys(self) -> None:
        """See `NativeKeyOwner.make_keys`; rotation keys are those of all powers of two."""
        if self._types.rotates:
            self._context.generate_galois_keys()

    def write_keys(self, folder: Path) -> list[KeyFile]:
        """See `NativeKeyOwner.write_keys`."""
        public = self._context.serialize(save_secret_key=False, save_galois_keys=self._types.rotates)
        (folder / CONTEXT.name).write_bytes(public)
        return [CONTEXT]

    def encrypt(self, values: Array) -> Ciphertexts:
        """See `NativeKeyOwner.encrypt`."""
        return self._types.encrypt(self._context, values)

    def decrypt(self, ciphertexts: Ciphertexts) -> Array:
        """See `NativeKeyOwner.decrypt`."""
        return self._types.decrypt(ciphertexts)

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """See `NativeKeyOwner.write`."""
        path.write_bytes(value(ciphertext).serialize())

    def read(self, path: Path) -> Ciphertext:
        """See `NativeKeyOwner.read`."""
        return self._types.load(self._context, path.read_bytes())

    def security(self) -> SecurityFacts:
        """From the primes of TenSEAL's context."""
        parms = self._context.seal_context().data.key_context_data().parms()
        moduli = [modulus.value() for modulus in parms.coeff_modulus()]
        return ModulusChain.of(self._parameters, moduli).security(SECRET, ERROR_DEVIATION)


class _Evaluator(NativeEvaluator):
    """Holds TenSEAL's context without a secret key."""

    def __init__(self, types: type[_Types], folder: Path) -> None:
        self._types = types
        data = (folder / CONTEXT.name).read_bytes()
        self._context: NativeContext = tenseal.context_from(data, n_threads=_threads())

    def linear(self, x: Ciphertexts, weight: Array, bias: Array) -> Ciphertexts:
        """See `NativeEvaluator.linear`."""
        return self._types.linear(x, weight, bias)

    def polynomial(self, x: Ciphertexts, coefficients: Sequence[float]) -> Ciphertexts:
        """See `NativeEvaluator.polynomial`; both types have a `polyval`."""
        return [value(one).polyval(list(coefficients)) for one in x]

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """See `NativeEvaluator.write`."""
        path.write_bytes(value(ciphertext).serialize())

    def read(self, path: Path) -> Ciphertext:
        """See `NativeEvaluator.read`."""
        return self._types.load(self._context, path.read_bytes())


def _threads() -> int:
    """As many as the cores to which this process is pinned."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
