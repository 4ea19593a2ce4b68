"""The calls of `tenseal.sealapi`, SEAL's own classes, that this adapter makes, as types; it has no stubs.

Ciphertexts and plaintexts are `backends.interface`'s opaque ones; `ciphertext` shows what SEAL's own object
can be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from backends.interface import Ciphertext, Plaintext, Values
from backends.seal import own_classes
from backends.seal.own_classes import Saved


class SecretKey:
    """A secret key."""


class SecurityLevel(Protocol):
    """A class of SEAL's security table."""

    name: str


class PublicKey(Saved, Protocol):
    """A public key."""


class RelinearisationKeys(Saved, Protocol):
    """Relinearisation keys."""

    def load(self, context: Context, path: str) -> None: ...


class GaloisKeys(own_classes.GaloisKeys, Protocol):
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


class Qualifiers(Protocol):
    """What SEAL found out about a context."""

    sec_level: SecurityLevel


class ContextData(Protocol):
    """One level of a context."""

    def parms_id(self) -> list[int]: ...

    def prev_context_data(self) -> ContextData: ...

    def qualifiers(self) -> Qualifiers: ...


class Context(Protocol):
    """A context, which may be invalid."""

    def parameters_set(self) -> bool: ...

    def parameters_error_name(self) -> str: ...

    def parameters_error_message(self) -> str: ...

    def key_context_data(self) -> ContextData: ...

    def last_context_data(self) -> ContextData: ...


class LibraryCiphertext(own_classes.LibraryCiphertext, Protocol):
    """What a ciphertext tells of itself."""

    scale: float


class KeyGenerator(Protocol):
    """Makes keys under one secret key."""

    def secret_key(self) -> SecretKey: ...

    def create_public_key(self, key: PublicKey) -> None: ...

    def create_relin_keys(self) -> Saved: ...

    def create_galois_keys(self, elements: list[int]) -> Saved: ...


class Encoder(Protocol):
    """Encodes slots and decodes them."""

    def encode(self, values: Values, parms_id: list[int], scale: float, into: Plaintext) -> None: ...

    def decode_double(self, plaintext: Plaintext) -> Sequence[float]: ...


class Encryptor(Protocol):
    """Encrypts under a public key."""

    def encrypt(self, plaintext: Plaintext, into: Ciphertext) -> None: ...


class Decryptor(Protocol):
    """Decrypts with a secret key."""

    def decrypt(self, ciphertext: Ciphertext, into: Plaintext) -> None: ...


class Operator(Protocol):
    """SEAL's class of operations, named Evaluator there."""

    def add(self, a: Ciphertext, b: Ciphertext, into: Ciphertext) -> None: ...

    def sub(self, a: Ciphertext, b: Ciphertext, into: Ciphertext) -> None: ...

    def negate(self, a: Ciphertext, into: Ciphertext) -> None: ...

    def add_plain(self, a: Ciphertext, plaintext: Plaintext, into: Ciphertext) -> None: ...

    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext, into: Ciphertext) -> None: ...

    def multiply_plain_inplace(self, a: Ciphertext, plaintext: Plaintext) -> None: ...

    def multiply(self, a: Ciphertext, b: Ciphertext, into: Ciphertext) -> None: ...

    def relinearize(self, a: Ciphertext, keys: RelinearisationKeys, into: Ciphertext) -> None: ...

    def rescale_to_next(self, a: Ciphertext, into: Ciphertext) -> None: ...

    def rescale_to_next_inplace(self, a: Ciphertext) -> None: ...

    def mod_switch_to(self, a: Ciphertext, parms_id: list[int], into: Ciphertext) -> None: ...

    def complex_conjugate(self, a: Ciphertext, keys: own_classes.GaloisKeys, into: Ciphertext) -> None: ...

    def apply_galois(
        self, a: Ciphertext, element: int, keys: own_classes.GaloisKeys, into: Ciphertext
    ) -> None: ...


def ciphertext(opaque: Ciphertext) -> LibraryCiphertext:
    """What a ciphertext of this adapter tells of itself."""
    return cast(LibraryCiphertext, opaque)
