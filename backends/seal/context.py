"""A SEAL context and its ciphertexts, as both roles and both bindings use them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

from backends.interface import Ciphertext, Plaintext, Values
from backends.parameters import ParameterSet
from backends.seal.calls import refusals, writing
from backends.seal.chain import ModulusChain


class SEALContext(ABC):
    """A validated context.

    Attributes:
        parameters: the set that it was made from.
        chain: primes and canonical scales.
    """

    def __init__(self, parameters: ParameterSet, chain: ModulusChain) -> None:
        self.parameters = parameters
        self.chain = chain

    @abstractmethod
    def save(self, path: Path) -> None:
        """Write what the evaluator makes the same context from; it holds no key."""

    @abstractmethod
    def encode(self, values: Values, level: int, scale: float) -> Plaintext:
        """A plaintext at a level and scale; a number stands for a constant vector.

        Raises:
            ExecutionError: another shape than all slots, or values that are not finite.
        """

    @abstractmethod
    def level(self, ciphertext: Ciphertext) -> int:
        """The level of a ciphertext: the number of its primes, less one."""

    @abstractmethod
    def scale(self, ciphertext: Ciphertext) -> float:
        """The scale that the library has noted for a ciphertext."""

    @abstractmethod
    def set_scale(self, ciphertext: Ciphertext, scale: float) -> None:
        """Note another scale; the values change with it."""

    @abstractmethod
    def _load(self, path: Path) -> Ciphertext:
        """A ciphertext in SEAL's own format."""

    @abstractmethod
    def _save(self, ciphertext: Ciphertext, path: Path) -> None:
        """Serialise in SEAL's own format."""

    def one(self, start: int, level: int) -> Plaintext:
        """The plaintext 1.0 at `level + 1` whose product takes a ciphertext from `start` to `level` exactly.

        Raises:
            ExecutionError: `level` is not below `start`.
        """
        return self.encode(1.0, level + 1, self.chain.drop_scale(start, level))

    def canonical(self, ciphertext: Ciphertext) -> Ciphertext:
        """The same ciphertext, its scale the canonical one of its level without what floats round.

        Raises:
            ExecutionError: its scale is another one.
        """
        self.set_scale(ciphertext, self.chain.canonical(self.level(ciphertext), self.scale(ciphertext)))
        return ciphertext

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Serialise in SEAL's own format.

        Raises:
            ExecutionError: SEAL could not write to `path`.
        """
        with writing(path):
            self._save(ciphertext, path)

    def read(self, path: Path) -> Ciphertext:
        """A ciphertext at its level's canonical scale.

        Raises:
            ExecutionError: the file does not hold a ciphertext of this context at the canonical scale.
        """
        with refusals(f"the ciphertext {path.name}"):
            ciphertext = self._load(path)
        return self.canonical(ciphertext)
