"""The calls of FHElium that this adapter makes, as types; it has annotations, and they speak of torch.

Ciphertexts and plaintexts are `backends.interface`'s opaque ones; `ciphertext` and `plaintext` show what
FHElium's own objects can be asked. A *domain* is where polynomials are kept: their coefficients, or their
values under the number-theoretic transform (`ntt`), in which products are taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from backends.interface import Ciphertext, ComplexVector, Plaintext, Vector

NTT = "ntt"


class Residues(Protocol):
    """A tensor of torch."""

    def numpy(self) -> NDArray[np.float64]: ...

    def __setitem__(self, index: slice, value: Residues | int) -> None: ...


class LibraryPlaintext(Protocol):
    """What a plaintext tells of itself; a depth counts rescales from the top."""

    depth: int


class LibraryCiphertext(Protocol):
    """What a ciphertext tells of itself; `scale` can be noted anew."""

    data: Residues
    depth: int
    scale: float
    polynomial_domain: str

    @property
    def component_count(self) -> int: ...

    def clone(self) -> Ciphertext: ...


class SecretKey(Protocol):
    """A secret key."""


class PublicKey(Protocol):
    """A public key."""


class SwitchingKey(Protocol):
    """A relinearisation key, or that of a conjugation."""


class RotationKey(SwitchingKey, Protocol):
    """The key of a rotation; FHElium counts steps to the right, from -slots/2 on."""

    rotation_step: int


class Config(Protocol):
    """The parameters of an engine."""

    logN: int  # noqa: N815 - the library's name
    q_moduli: tuple[int, ...]
    p_moduli: tuple[int, ...]
    sigma: float


class Operator(Protocol):
    """The calls of an engine that work without a secret key."""

    def encode(self, message: Vector | ComplexVector, *, depth: int, scale: float) -> Plaintext: ...

    def prepare_plaintext_for_multiplication(self, plaintext: Plaintext) -> Plaintext: ...

    def prepare_compressed_plaintext(
        self, message: Vector | ComplexVector, *, depth: int, scale: float
    ) -> Plaintext: ...

    def validate_ciphertext(self, value: Ciphertext) -> None: ...

    def validate_key_switch_key(self, key: SwitchingKey) -> None: ...

    def add(self, lhs: Ciphertext, rhs: Ciphertext) -> Ciphertext: ...

    def add_(self, lhs: Ciphertext, rhs: Ciphertext) -> Ciphertext: ...

    def subtract(self, lhs: Ciphertext, rhs: Ciphertext) -> Ciphertext: ...

    def negate(self, value: Ciphertext) -> Ciphertext: ...

    def add_plaintext(self, ciphertext: Ciphertext, plaintext: Plaintext) -> Ciphertext: ...

    def multiply_plaintext(self, ciphertext: Ciphertext, plaintext: Plaintext) -> Ciphertext: ...

    def multiply_plaintext_(self, ciphertext: Ciphertext, plaintext: Plaintext) -> Ciphertext: ...

    def multiply(self, lhs: Ciphertext, rhs: Ciphertext) -> Ciphertext: ...

    def relinearize(self, value: Ciphertext, key: SwitchingKey, *, output_domain: str) -> Ciphertext: ...

    def rescale_to_next_depth(self, value: Ciphertext) -> Ciphertext: ...

    def rescale_to_next_depth_(self, value: Ciphertext) -> Ciphertext: ...

    def mod_switch_to_depth(self, value: Ciphertext, target_depth: int) -> Ciphertext: ...

    def coefficient_domain_to_ntt_domain(self, value: Ciphertext) -> Ciphertext: ...

    def ntt_domain_to_coefficient_domain(self, value: Ciphertext) -> Ciphertext: ...

    def rotate_with_key(self, value: Ciphertext, key: RotationKey, *, output_domain: str) -> Ciphertext: ...

    def rotate_many_with_keys(
        self, value: Ciphertext, keys: Sequence[RotationKey], *, output_domain: str
    ) -> list[Ciphertext]: ...

    def conjugate(self, value: Ciphertext, key: SwitchingKey, *, output_domain: str) -> Ciphertext: ...


class Engine(Operator, Protocol):
    """An engine, all of it."""

    config: Config
    key_digit_count: int

    def zero_plaintext_like(self, plaintext: Plaintext) -> Plaintext: ...

    def subtract_(self, lhs: Ciphertext, rhs: Ciphertext) -> Ciphertext: ...

    def create_secret_key(self) -> SecretKey: ...

    def create_public_key(self, secret_key: SecretKey) -> PublicKey: ...

    def create_relinearization_key(self, secret_key: SecretKey) -> SwitchingKey: ...

    def create_rotation_key(self, rotation_step: int, secret_key: SecretKey) -> RotationKey: ...

    def create_conjugation_key(self, secret_key: SecretKey) -> SwitchingKey: ...

    def encrypt(self, plaintext: Plaintext, public_key: PublicKey, *, output_domain: str) -> Ciphertext: ...

    def decrypt_message(
        self, ciphertext: Ciphertext, secret_key: SecretKey | None, *, is_real: bool, device: str
    ) -> Residues: ...


def ciphertext(opaque: Ciphertext) -> LibraryCiphertext:
    """What a ciphertext of this adapter tells of itself."""
    return cast(LibraryCiphertext, opaque)


def plaintext(opaque: Plaintext) -> LibraryPlaintext:
    """What a plaintext of this adapter tells of itself."""
    return cast(LibraryPlaintext, opaque)
