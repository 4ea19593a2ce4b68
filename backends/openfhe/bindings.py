"""The calls of OpenFHE's Python bindings that this adapter makes, as types; the bindings have no stubs.

Ciphertexts and plaintexts are `backends.interface`'s opaque ones. `ciphertext` and `plaintext` show what
OpenFHE's own objects can be asked.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from backends.interface import Ciphertext, ComplexVector, Plaintext, Vector


class Form:
    """A format of files, such as `openfhe.BINARY`."""


class Digits:
    """The digits of a ciphertext, computed once for several rotations."""


class AutomorphismKeys:
    """The keys of rotations and of the conjugation, under one secret key."""


class EvaluationKey:
    """A key of one key switch."""


class SecretKey(Protocol):
    """A secret key, or a share of one."""

    def GetKeyTag(self) -> str: ...


class PublicKey(Protocol):
    """A public key."""

    def GetKeyTag(self) -> str: ...


class KeyPair(Protocol):
    """A public key and its secret key."""

    publicKey: PublicKey  # noqa: N815
    secretKey: SecretKey  # noqa: N815


class LibraryCiphertext(Protocol):
    """What a ciphertext tells of itself."""

    def GetLevel(self) -> int: ...

    def GetNoiseScaleDeg(self) -> int: ...

    def GetKeyTag(self) -> str: ...

    def NumberCiphertextElements(self) -> int: ...

    def Clone(self) -> LibraryCiphertext: ...

    def GetElements(self) -> list[object]: ...

    def SetElements(self, elements: list[object]) -> None: ...


class LibraryPlaintext(Protocol):
    """A plaintext's level and, once decrypted, its slots."""

    def GetLevel(self) -> int: ...

    def SetLength(self, slots: int) -> None: ...

    def GetRealPackedValue(self) -> Sequence[float]: ...

    def GetRealPackedValueArray(self) -> Sequence[float]: ...


class ElementParameters(Protocol):
    """The ring of ciphertexts."""

    def GetModulus(self) -> int: ...


class CryptoContext(Protocol):
    """A context: keys, encryption and every operation."""

    def Enable(self, feature: object) -> None: ...

    def GetRingDimension(self) -> int: ...

    def GetElementParams(self) -> ElementParameters: ...

    def GetModulusCKKS(self) -> int: ...

    def FindAutomorphismIndex(self, step: int) -> int: ...

    def KeyGen(self) -> KeyPair: ...

    def EvalMultKeyGen(self, key: SecretKey) -> None: ...

    def EvalRotateKeyGen(self, key: SecretKey, steps: list[int]) -> None: ...

    def EvalAutomorphismKeyGen(self, key: SecretKey, indices: list[int]) -> None: ...

    def MultipartyKeyGen(self, public_key: PublicKey) -> KeyPair: ...

    def KeySwitchGen(self, old: SecretKey, new: SecretKey) -> EvaluationKey: ...

    def MultiKeySwitchGen(self, old: SecretKey, new: SecretKey, key: EvaluationKey) -> EvaluationKey: ...

    def MultiAddEvalKeys(self, a: EvaluationKey, b: EvaluationKey, tag: str) -> EvaluationKey: ...

    def MultiMultEvalKey(self, secret: SecretKey, key: EvaluationKey, tag: str) -> EvaluationKey: ...

    def MultiAddEvalMultKeys(self, a: EvaluationKey, b: EvaluationKey, tag: str) -> EvaluationKey: ...

    def MultiEvalAutomorphismKeyGen(
        self, secret: SecretKey, keys: AutomorphismKeys, indices: list[int], tag: str
    ) -> AutomorphismKeys: ...

    def MultiAddEvalAutomorphismKeys(
        self, a: AutomorphismKeys, b: AutomorphismKeys, tag: str
    ) -> AutomorphismKeys: ...

    def MultipartyDecryptLead(self, ciphertexts: list[Ciphertext], secret: SecretKey) -> list[Ciphertext]: ...

    def MultipartyDecryptMain(self, ciphertexts: list[Ciphertext], secret: SecretKey) -> list[Ciphertext]: ...

    def MultipartyDecryptFusion(self, shares: list[Ciphertext]) -> LibraryPlaintext: ...

    def IntMPBootAdjustScale(self, a: Ciphertext) -> Ciphertext: ...

    def IntMPBootRandomElementGen(self, public_key: PublicKey) -> Ciphertext: ...

    def IntMPBootDecrypt(self, secret: SecretKey, a: Ciphertext, random: Ciphertext) -> list[Ciphertext]: ...

    def IntMPBootAdd(self, shares: list[list[Ciphertext]]) -> list[Ciphertext]: ...

    def IntMPBootEncrypt(
        self, public_key: PublicKey, shares: list[Ciphertext], random: Ciphertext, a: Ciphertext
    ) -> Ciphertext: ...

    def EvalBootstrapSetup(
        self,
        level_budget: list[int],
        steps: list[int],
        slots: int,
        correction_factor: int,
        precompute: bool,
        slots_to_coefficients_first: bool,
    ) -> None: ...

    def EvalBootstrapKeyGen(self, key: SecretKey, slots: int) -> None: ...

    def MakeCKKSPackedPlaintext(
        self, values: Vector | ComplexVector, scale_degree: int, dropped: int, parameters: None, slots: int
    ) -> Plaintext: ...

    def Encrypt(self, key: PublicKey | SecretKey, plaintext: Plaintext) -> Ciphertext: ...

    def Decrypt(self, key: SecretKey, ciphertext: Ciphertext) -> LibraryPlaintext: ...

    def EvalAdd(self, a: Ciphertext, b: Ciphertext | Plaintext) -> Ciphertext: ...

    def EvalAddInPlace(self, a: Ciphertext, b: Ciphertext) -> None: ...

    def EvalAddMutable(self, a: Ciphertext, b: Ciphertext) -> Ciphertext: ...

    def EvalAddMutableInPlace(self, a: Ciphertext, b: Ciphertext) -> None: ...

    def EvalSub(self, a: Ciphertext, b: Ciphertext) -> Ciphertext: ...

    def EvalSubMutable(self, a: Ciphertext, b: Ciphertext) -> Ciphertext: ...

    def EvalNegate(self, a: Ciphertext) -> Ciphertext: ...

    def EvalMult(self, a: Ciphertext, b: Plaintext) -> Ciphertext: ...

    def EvalMultNoRelin(self, a: Ciphertext, b: Ciphertext) -> Ciphertext: ...

    def Relinearize(self, a: Ciphertext) -> Ciphertext: ...

    def Compress(self, a: Ciphertext, primes: int, scale_degree: int) -> Ciphertext: ...

    def EvalRotate(self, a: Ciphertext, step: int) -> Ciphertext: ...

    def EvalFastRotationPrecompute(self, a: Ciphertext) -> Digits: ...

    def EvalFastRotation(self, a: Ciphertext, step: int, digits: Digits) -> Ciphertext: ...

    def EvalFastRotationExt(
        self, a: Ciphertext, step: int, digits: Digits, with_first: bool
    ) -> Ciphertext: ...

    def KeySwitchDown(self, a: Ciphertext) -> Ciphertext: ...

    def EvalAutomorphism(self, a: Ciphertext, index: int, keys: AutomorphismKeys) -> Ciphertext: ...

    def EvalBootstrap(self, a: Ciphertext, iterations: int, precision: int) -> Ciphertext: ...

    def EvalBootstrapStCFirst(self, a: Ciphertext, iterations: int, precision: int) -> Ciphertext: ...


class ConstantPlaintext(float, Plaintext):
    """A constant vector: OpenFHE adds and multiplies a number without encoding it."""


class ComplexConstantPlaintext(complex, Plaintext):
    """A constant vector that is complex."""


def ciphertext(opaque: Ciphertext) -> LibraryCiphertext:
    """What a ciphertext of this adapter tells of itself."""
    return cast(LibraryCiphertext, opaque)


def opaque(told: LibraryCiphertext) -> Ciphertext:
    """A ciphertext of this adapter again."""
    return cast(Ciphertext, told)


def plaintext(opaque: Plaintext) -> LibraryPlaintext:
    """What a plaintext of this adapter tells of itself; it is not a constant."""
    return cast(LibraryPlaintext, opaque)


def open_mp() -> ctypes.CDLL:
    """The OpenMP runtime that OpenFHE's libraries are linked with, found through the extension itself."""
    return ctypes.CDLL(import_module("openfhe.openfhe").__file__)
