"""The key owner's role over SEAL: all but the keys, which each binding makes in its own way."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path

from backends.interface import Ciphertext, ComplexVector, KeyOwner, Plaintext, SecurityFacts, Vector
from backends.seal.calls import refusals
from backends.seal.capabilities import ERROR_DEVIATION, SECRET
from backends.seal.context import SEALContext


class SEALKeyOwner(KeyOwner):
    """Encrypts and decrypts with one of SEAL's bindings."""

    def __init__(self, context: SEALContext) -> None:
        self._context = context

    @abstractmethod
    def _encrypt(self, plaintext: Plaintext) -> Ciphertext:
        """The library's encryption."""

    @abstractmethod
    def _decrypt(self, ciphertext: Ciphertext) -> Vector:
        """The library's decryption, and the real parts of what it decodes to."""

    def encrypt(self, values: Vector | ComplexVector, level: int) -> Ciphertext:
        """Encode and encrypt at `level` itself."""
        plaintext = self._context.encode(values, level, self._context.chain.scale(level))
        with refusals("an encryption"):
            return self._encrypt(plaintext)

    def decrypt(self, ciphertext: Ciphertext) -> Vector:
        """Decrypt and decode the real parts."""
        with refusals("a decryption"):
            return self._decrypt(ciphertext)

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Save in SEAL's own format."""
        self._context.write(ciphertext, path)

    def read(self, path: Path) -> Ciphertext:
        """Load what either role wrote."""
        return self._context.read(path)

    def level(self, ciphertext: Ciphertext) -> int:
        """See `SEALContext.level`."""
        return self._context.level(ciphertext)

    def security(self) -> SecurityFacts:
        """From the context's primes."""
        return self._context.chain.security(SECRET, ERROR_DEVIATION)
