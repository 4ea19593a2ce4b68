"""Several key owners: each holds a share of the secret key, which is their sum and is nowhere.

Keys are made in turns (Asharov et al. 2012; Mouchet et al. 2021): the first key owner makes its share of a
key, every other one adds its own to what it was handed, and what the last one hands on is the joint key. To
decrypt, each makes a partial decryption with its share and floods it with noise, and the first one fuses all
of them; without any one of them, what is fused is uniformly random.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backends.errors import Unsupported
from backends.interface import Ciphertext, ComplexVector, KeyFile, Library, SecurityFacts, Vector
from backends.parameters import ParameterSet
from backends.stopwatch import Stopwatch

#: The kind of refresh in which key owners raise a ciphertext together and none of them sees the values.
INTERACTIVE_BOOTSTRAP = "interactive_bootstrap"


@dataclass(frozen=True)
class JointKey:
    """A key, or some automorphism keys, that key owners make together, each adding its share in its turn.

    Attributes:
        file: what the last of them hands on.
        steps: of its rotations, where it is of rotations.
        conjugates: whether it holds the key of the conjugation.
        for_owners: whether every key owner needs it to go on.
        for_evaluator: whether the evaluator is sent it.
    """

    file: KeyFile
    steps: tuple[int, ...] = ()
    conjugates: bool = False
    for_owners: bool = False
    for_evaluator: bool = True


class ShareHolder(ABC):
    """One of several key owners. It holds a share of the secret key, which never leaves it.

    Attributes:
        flooding_bits: log2 of the standard deviation of the noise, in coefficients, with which a partial
            decryption is flooded.
    """

    flooding_bits: float

    @abstractmethod
    def joint_keys(
        self, rotation_steps: Sequence[int], bootstrap: bool, conjugation: bool
    ) -> Sequence[JointKey]:
        """What key owners have to make together, in this order."""

    @abstractmethod
    def contribute(
        self, key: JointKey, received: Path | None, folder: Path, making: Stopwatch, writing: Stopwatch
    ) -> KeyFile:
        """Add this holder's share to a key and write it.

        Args:
            key: what is made.
            received: what the holder before has written; None of the first, who begins it.
            folder: where the file goes.
            making: runs while keys are made in memory.
            writing: runs while they are read and written.
        """

    @abstractmethod
    def adopt(self, kind: str, path: Path) -> None:
        """Take up a joint key that is `for_owners`, such as the public key."""

    @abstractmethod
    def encrypt(self, values: Vector | ComplexVector, level: int) -> Ciphertext:
        """A fresh ciphertext of a slot vector at `level`, under the joint public key."""

    @abstractmethod
    def share(self, ciphertext: Ciphertext) -> Ciphertext:
        """This holder's partial decryption, flooded with noise."""

    @abstractmethod
    def fuse(self, shares: Sequence[Ciphertext]) -> Vector:
        """The slot vector of a ciphertext, of the partial decryptions of all holders, the first's first.

        Not numbers, where the library finds none in them.
        """

    @abstractmethod
    def begin_bootstrap(self, ciphertext: Ciphertext) -> tuple[Ciphertext, Ciphertext]:
        """What every holder's `share_bootstrap` takes: the ciphertext made ready, and a random polynomial."""

    @abstractmethod
    def share_bootstrap(self, ready: Ciphertext, random: Ciphertext) -> Sequence[Ciphertext]:
        """This holder's part of an interactive bootstrap, in which nobody learns the values.

        It is a partial decryption under a mask, and the mask encrypted at the highest level.
        """

    @abstractmethod
    def finish_bootstrap(
        self, ready: Ciphertext, random: Ciphertext, shares: Sequence[Sequence[Ciphertext]]
    ) -> Ciphertext:
        """The ciphertext at the highest level, of the parts of all holders, the first's first."""

    @abstractmethod
    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Serialise a ciphertext or a partial decryption to a file."""

    @abstractmethod
    def read(self, path: Path) -> Ciphertext:
        """Load a ciphertext or a partial decryption from a file whose digest the caller has checked."""

    @abstractmethod
    def security(self) -> SecurityFacts:
        """Read from the library's context and the joint keys; of the last holder, who has written them."""


class SharingLibrary(Library):
    """A library whose secret key several can share."""

    @classmethod
    @abstractmethod
    def share_holder(cls, parameters: ParameterSet, number: int) -> ShareHolder:
        """The role of one of several key owners in this process.

        Args:
            parameters: the parameter set, which says how many there are.
            number: of this one, from 0.
        """


def share_holder(library: type[Library], parameters: ParameterSet, number: int) -> ShareHolder:
    """One of several key owners, if a library has them (see `SharingLibrary.share_holder`).

    Raises:
        Unsupported: the library does not share a secret key.
    """
    if not issubclass(library, SharingLibrary):
        raise Unsupported(f"the library does not share a secret key, and parties is {parameters.parties}")
    return library.share_holder(parameters, number)
