"""The calls of TenSEAL's own types that the baseline makes, as types; TenSEAL has no stubs.

Ciphertexts are `backends.interface`'s opaque ones; `value` shows what TenSEAL's own object can do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from backends.interface import Ciphertext
from backends.tenseal.bindings import EncryptionParameters

#: A matrix, or the slots of a vector.
Rows = list[list[float]]


class PlainTensor(Protocol):
    """Plain values of any shape."""

    def tolist(self) -> list[Rows]: ...


class Value(Protocol):
    """An encrypted vector or tensor."""

    def serialize(self) -> bytes: ...

    def decrypt(self) -> PlainTensor | list[float]: ...

    def mm(self, matrix: PlainTensor | Rows) -> Value: ...

    def polyval(self, coefficients: list[float]) -> Ciphertext: ...

    def __add__(self, shift: PlainTensor | list[float]) -> Ciphertext: ...


class KeyContextData(Protocol):
    """The level of the keys."""

    def parms(self) -> EncryptionParameters: ...


class SEALContext(Protocol):
    """SEAL's context."""

    def key_context_data(self) -> KeyContextData: ...


class SEALContextHolder(Protocol):
    """What holds SEAL's context."""

    data: SEALContext


class NativeContext(Protocol):
    """A context with the keys in it."""

    global_scale: float

    def generate_galois_keys(self) -> None: ...

    def serialize(self, *, save_secret_key: bool, save_galois_keys: bool) -> bytes: ...

    def seal_context(self) -> SEALContextHolder: ...


def value(opaque: Ciphertext) -> Value:
    """What a ciphertext of these types can do."""
    return cast(Value, opaque)


def tensors(opaque: Sequence[Ciphertext]) -> Value:
    """The one tensor that holds all rows."""
    (tensor,) = opaque
    return value(tensor)
