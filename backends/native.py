"""The contract of a baseline: a layer in a library's own (native) types, as its users write it today.

It shares nothing with the engine: no layout, no plan, no levels. A layer's input is `[rows, features]`, a row
for each token of each sample, and every operation is the type's own. An adapter offers a class for each such
program (see `Descriptor.native_types`): `vectors`, a ciphertext for each row, and `tensors`, one for each
feature with all rows in its slots. Most libraries have none.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from backends.interface import Ciphertext, KeyFile, SecurityFacts
from backends.parameters import ParameterSet
from models.graph import Array

#: Operations of a graph that the contract has.
OPERATIONS = ("linear", "polynomial")
#: Ciphertexts of one value, in the type's own order.
Ciphertexts = Sequence[Ciphertext]


class NativeKeyOwner(ABC):
    """The party that holds the secret key."""

    @abstractmethod
    def make_keys(self) -> None:
        """Make what an evaluator needs, in memory."""

    @abstractmethod
    def write_keys(self, folder: Path) -> list[KeyFile]:
        """Write what was made to `folder`; the secret key stays in memory."""

    @abstractmethod
    def encrypt(self, values: Array) -> Ciphertexts:
        """Encrypt `[rows, features]`."""

    @abstractmethod
    def decrypt(self, ciphertexts: Ciphertexts) -> Array:
        """The values `[rows, features]` of a result."""

    @abstractmethod
    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Serialise one ciphertext object to a file."""

    @abstractmethod
    def read(self, path: Path) -> Ciphertext:
        """Load one from a file whose digest the caller has checked."""

    @abstractmethod
    def security(self) -> SecurityFacts:
        """Read from the library's own context."""


class NativeEvaluator(ABC):
    """The party that computes; it has no way to decrypt."""

    @abstractmethod
    def linear(self, x: Ciphertexts, weight: Array, bias: Array) -> Ciphertexts:
        """x·weightᵀ + bias, `weight [out, features]` and `bias [out]`."""

    @abstractmethod
    def polynomial(self, x: Ciphertexts, coefficients: Sequence[float]) -> Ciphertexts:
        """A polynomial at each value, coefficients from the constant up."""

    @abstractmethod
    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Serialise one ciphertext object to a file."""

    @abstractmethod
    def read(self, path: Path) -> Ciphertext:
        """Load one from a file whose digest the caller has checked."""


class NativeTypes(ABC):
    """The entry: the two roles, one a process."""

    @classmethod
    @abstractmethod
    def key_owner(cls, parameters: ParameterSet) -> NativeKeyOwner:
        """The key owner's role in this process.

        Raises:
            ParameterError: the library refuses the parameters.
        """

    @classmethod
    @abstractmethod
    def evaluator(cls, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> NativeEvaluator:
        """The evaluator's role in this process, from the files that the key owner wrote."""

    @classmethod
    @abstractmethod
    def versions(cls) -> dict[str, str]:
        """Names and versions of the library and of what it is built on."""
