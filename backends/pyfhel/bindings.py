"""The calls of Pyfhel that this adapter makes, as types; it has no stubs.

Ciphertexts and plaintexts are `backends.interface`'s opaque ones; `ciphertext` shows what Pyfhel's own object
can be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from backends.interface import Ciphertext, ComplexVector, Plaintext, Vector


class LibraryCiphertext(Protocol):
    """What a ciphertext tells of itself."""

    scale: float

    def set_scale(self, scale: float) -> None: ...

    def size(self) -> int: ...

    def sizeof_ciphertext(self, compression: str) -> int: ...

    def save(self, path: str, compression: str) -> None: ...

    def load(self, path: str) -> None: ...

    def to_bytes(self, compression: str) -> bytes: ...

    def from_bytes(self, content: bytes) -> None: ...


class LibraryPlaintext(Protocol):
    """What a plaintext tells of itself."""

    def to_bytes(self, compression: str) -> bytes: ...


class PyfhelObject(Protocol):
    """A Pyfhel object, which holds a context and all keys that it is given or makes."""

    qi: Sequence[int]
    sec: int

    def contextGen(
        self,
        scheme: str,
        *,
        n: int,
        scale: float,
        sec: int,
        qi: Sequence[int] = ...,
        qi_sizes: Sequence[int] = ...,
    ) -> str: ...

    def keyGen(self) -> None: ...

    def relinKeyGen(self) -> None: ...

    def rotateKeyGen(self, steps: list[int]) -> None: ...

    def is_secret_key_empty(self) -> bool: ...

    def to_bytes_secret_key(self, compression: str) -> bytes: ...

    def load_secret_key(self, path: str) -> None: ...

    def save_public_key(self, path: str, compression: str) -> None: ...

    def save_relin_key(self, path: str, compression: str) -> None: ...

    def load_relin_key(self, path: str) -> None: ...

    def save_rotate_key(self, path: str, compression: str) -> None: ...

    def load_rotate_key(self, path: str) -> None: ...

    def encodeFrac(self, values: Vector, scale: float = ...) -> Plaintext: ...

    def encode(self, values: Vector | ComplexVector, scale: float = ...) -> Plaintext: ...

    def encryptPtxt(self, plaintext: Plaintext) -> Ciphertext: ...

    def decryptFrac(self, ciphertext: Ciphertext) -> Vector: ...

    def add(self, a: Ciphertext, b: Ciphertext, *, in_new_ctxt: bool) -> Ciphertext: ...

    def sub(self, a: Ciphertext, b: Ciphertext, *, in_new_ctxt: bool) -> Ciphertext: ...

    def negate(self, a: Ciphertext, *, in_new_ctxt: bool) -> Ciphertext: ...

    def add_plain(self, a: Ciphertext, plaintext: Plaintext, *, in_new_ctxt: bool) -> Ciphertext: ...

    def multiply_plain(
        self, a: Ciphertext, plaintext: Plaintext, *, in_new_ctxt: bool = False
    ) -> Ciphertext: ...

    def multiply(self, a: Ciphertext, b: Ciphertext, *, in_new_ctxt: bool) -> Ciphertext: ...

    def rotate(self, a: Ciphertext, step: int, *, in_new_ctxt: bool) -> Ciphertext: ...

    def relinearize(self, a: Ciphertext) -> None: ...

    def rescale_to_next(self, a: Ciphertext) -> None: ...

    def mod_switch_to_next_ctxt(self, a: Ciphertext) -> None: ...


def ciphertext(opaque: Ciphertext) -> LibraryCiphertext:
    """What a ciphertext of this adapter tells of itself."""
    return cast(LibraryCiphertext, opaque)


def plaintext(opaque: Plaintext) -> LibraryPlaintext:
    """What a plaintext of this adapter tells of itself."""
    return cast(LibraryPlaintext, opaque)
