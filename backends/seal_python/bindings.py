"""The calls of seal-python that this adapter makes, as types; its own stubs lie in its distribution alone.

Ciphertexts and plaintexts are `backends.interface`'s opaque ones; `ciphertext` shows what SEAL's own object
can be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from backends.interface import Ciphertext, Plaintext, Values, Vector
from backends.seal import own_classes
from backends.seal.own_classes import Saved


class SecretKey(Protocol):
    """A secret key."""

    def load(self, context: Context, path: str) -> None: ...


class SecurityLevel(Protocol):
    """A class of SEAL's security table."""

    name: str


class RelinearisationKeys(Saved, Protocol):
    """Relinearisation keys."""

    def load(self, context: Context, path: str) -> None: ...


class GaloisKeys(own_classes.GaloisKeys, Saved, Protocol):
    """Rotation keys, by Galois element."""

    def load(self, context: Context, path: str) -> None: ...


class Modulus(Protocol):
    """A prime."""

    def value(self) -> int: ...


class EncryptionParameters(Saved, Protocol):
    """What a context is made from."""

    def set_poly_modulus_degree(self, degree: int) -> None: ...

    def set_coeff_modulus(self, moduli: Sequence[Modulus]) -> None: ...

    def coeff_modulus(self) -> Sequence[Modulus]: ...

    def load(self, path: str) -> None: ...

    def to_bytes(self) -> bytes: ...


class Qualifiers(Protocol):
    """What SEAL found out about a context."""

    sec_level: SecurityLevel


class ContextData(Protocol):
    """One level of a context."""

    def parms_id(self) -> list[int]: ...

    def next_context_data(self) -> ContextData: ...

    def qualifiers(self) -> Qualifiers: ...


class Context(Protocol):
    """A context, which may be invalid."""

    def parameters_set(self) -> bool: ...

    def parameter_error_name(self) -> str: ...

    def parameter_error_message(self) -> str: ...

    def key_context_data(self) -> ContextData: ...

    def first_context_data(self) -> ContextData: ...


class LibraryCiphertext(own_classes.LibraryCiphertext, Protocol):
    """What a ciphertext tells of itself; `scale` with a number notes another one."""

    def scale(self, value: float = ...) -> float: ...


class KeyGenerator(Protocol):
    """Makes keys under one secret key; of Galois keys it is told the steps, 0 for the conjugation."""

    def secret_key(self) -> SecretKey: ...

    def create_public_key(self) -> Saved: ...

    def create_relin_keys(self) -> Saved: ...

    def create_galois_keys(self, steps: list[int], into: GaloisKeys) -> None: ...


class Encoder(Protocol):
    """Encodes slots at the top level, and decodes them."""

    def encode(self, values: Values, scale: float) -> Plaintext: ...

    def encode_complex(self, values: Values, scale: float) -> Plaintext: ...

    def decode(self, plaintext: Plaintext) -> Vector: ...


class Encryptor(Protocol):
    """Encrypts under a public key."""

    def encrypt(self, plaintext: Plaintext) -> Ciphertext: ...


class Decryptor(Protocol):
    """Decrypts with a secret key."""

    def decrypt(self, ciphertext: Ciphertext) -> Plaintext: ...


class Operator(Protocol):
    """SEAL's class of operations, named Evaluator there."""

    def add(self, a: Ciphertext, b: Ciphertext) -> Ciphertext: ...

    def sub(self, a: Ciphertext, b: Ciphertext) -> Ciphertext: ...

    def negate(self, a: Ciphertext) -> Ciphertext: ...

    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext: ...

    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext: ...

    def multiply_plain_inplace(self, a: Ciphertext, plaintext: Plaintext) -> None: ...

    def multiply(self, a: Ciphertext, b: Ciphertext) -> Ciphertext: ...

    def relinearize(self, a: Ciphertext, keys: RelinearisationKeys) -> Ciphertext: ...

    def rescale_to_next(self, a: Ciphertext) -> Ciphertext: ...

    def rescale_to_next_inplace(self, a: Ciphertext) -> None: ...

    def mod_switch_to(self, a: Ciphertext, parms_id: list[int]) -> Ciphertext: ...

    def complex_conjugate(self, a: Ciphertext, keys: own_classes.GaloisKeys) -> Ciphertext: ...

    def apply_galois(self, a: Ciphertext, element: int, keys: own_classes.GaloisKeys) -> Ciphertext: ...


class PlaintextOperator(Protocol):
    """The one operation on plaintexts, of the same class."""

    def mod_switch_to_inplace(self, a: Plaintext, parms_id: list[int]) -> None: ...


def ciphertext(opaque: Ciphertext) -> LibraryCiphertext:
    """What a ciphertext of this adapter tells of itself."""
    return cast(LibraryCiphertext, opaque)
