"""What adapters share over bindings that show SEAL's own classes: a key is an object, and a file of its own.

Pyfhel keeps its keys out of sight, and so shares none of this.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from backends.errors import ExecutionError
from backends.interface import Ciphertext, KeyFile, Keys
from backends.seal.calls import writing
from backends.seal.capabilities import refuse_bootstrap
from backends.seal.context import SEALContext
from backends.seal.evaluator import SEALEvaluator
from backends.seal.key_owner import SEALKeyOwner
from backends.seal.keys import KeyFolder, conjugation_element, galois_element
from backends.single_keys import one_by_one


class Saved(Protocol):
    """Whatever SEAL writes to a file."""

    def save(self, path: str) -> None:
        """Write it, in SEAL's own format."""


class LibraryCiphertext(Saved, Protocol):
    """What a ciphertext tells of itself."""

    def coeff_modulus_size(self) -> int:
        """The number of its primes."""

    def load(self, context: object, path: str) -> None:
        """Become the one that a file has."""


class GaloisKeys(Protocol):
    """Keys of automorphisms."""

    def has_key(self, element: int) -> bool:
        """Whether the key of an automorphism is among them."""


class OwnClassesContext(SEALContext):
    """A context whose ciphertexts are SEAL's own objects.

    Attributes:
        seal: the library's context.
    """

    seal: object

    @abstractmethod
    def _empty(self) -> Ciphertext:
        """A ciphertext, to become one of a file."""

    def level(self, ciphertext: Ciphertext) -> int:
        """See `SEALContext.level`."""
        return _library(ciphertext).coeff_modulus_size() - 1

    def _load(self, path: Path) -> Ciphertext:
        ciphertext = self._empty()
        _library(ciphertext).load(self.seal, str(path))
        return ciphertext

    def _save(self, ciphertext: Ciphertext, path: Path) -> None:
        _library(ciphertext).save(str(path))


def _library(opaque: Ciphertext) -> LibraryCiphertext:
    return cast(LibraryCiphertext, opaque)


@dataclass(frozen=True)
class MadeKeys(Keys):
    """A key, or the context, to be written.

    Attributes:
        kind: as in `KeyFile`.
        seal: SEAL's object; None of the context.
        step: the step of a rotation key, else None.
    """

    kind: str
    seal: Saved | None = None
    step: int | None = None


class OwnClassesKeyOwner(SEALKeyOwner):
    """Makes and writes SEAL's keys, one at a time."""

    def __init__(self, context: SEALContext, public_key: Saved) -> None:
        super().__init__(context)
        self._n = context.parameters.n
        self._saved_public_key = public_key

    @abstractmethod
    def _another_public_key(self) -> Saved:
        """A public key under a secret key of its own, to be measured."""

    @abstractmethod
    def _relinearisation_key(self) -> Saved:
        """A relinearisation key."""

    @abstractmethod
    def _rotation_key(self, step: int) -> Saved:
        """The key of one rotation."""

    @abstractmethod
    def _conjugation_key(self) -> Saved:
        """The key of the conjugation."""

    def key_batches(
        self, rotation_steps: Sequence[int], bootstrap: bool, conjugation: bool
    ) -> Iterator[Keys]:
        """See `KeyOwner.key_batches`; each rotation key is made alone."""
        refuse_bootstrap(bootstrap)
        yield MadeKeys("context")
        yield MadeKeys("public_key", self._saved_public_key)
        yield from one_by_one(self, rotation_steps, conjugation)

    def make_keys(self, kind: str, steps: Sequence[int]) -> MadeKeys:
        """See `KeyOwner.make_keys`; rotation keys are made for one step at a time."""
        refuse_bootstrap(kind == "bootstrap_keys")
        if kind == "rotation_keys":
            (step,) = steps
            return MadeKeys(kind, self._rotation_key(step), step)
        makers = {
            "public_key": self._another_public_key,
            "relinearisation_key": self._relinearisation_key,
            "conjugation_key": self._conjugation_key,
        }
        return MadeKeys(kind, makers[kind]())

    def write_keys(self, keys: Keys, folder: Path) -> KeyFile:
        """See `KeyOwner.write_keys`."""
        assert isinstance(keys, MadeKeys)
        files = KeyFolder(folder)
        path = files.add(keys.kind) if keys.step is None else files.add_rotation(keys.step)
        with writing(folder):
            if keys.seal is None:
                self._context.save(path)
            else:
                keys.seal.save(str(path))
        return files.files[0]


class OwnClassesEvaluator(SEALEvaluator):
    """Loads SEAL's keys, one a file, and knows each by its automorphism."""

    def __init__(self, context: SEALContext) -> None:
        super().__init__(context)
        self._n = context.parameters.n
        self._galois_keys: dict[int, GaloisKeys] = {}

    @abstractmethod
    def _load_relinearisation_key(self, path: Path) -> None:
        """Take the relinearisation key in a file."""

    @abstractmethod
    def _load_galois_keys(self, path: Path) -> GaloisKeys:
        """The keys of automorphisms in a file."""

    def _load(self, keys: KeyFolder) -> None:
        for path in keys.paths("relinearisation_key"):
            self._load_relinearisation_key(path)
        for step, path in keys.rotations():
            self._take_galois_key(galois_element(step, self._n), path)
        for path in keys.paths("conjugation_key"):
            self._take_galois_key(conjugation_element(self._n), path)

    def _take_galois_key(self, element: int, path: Path) -> None:
        key = self._load_galois_keys(path)
        if not key.has_key(element):
            raise ExecutionError(f"{path.name} does not hold the key of its name; make the keys again")
        self._galois_keys[element] = key

    def _has_rotation_key(self, step: int) -> bool:
        return galois_element(step, self._n) in self._galois_keys

    def _conjugation(self) -> GaloisKeys:
        """The key of the conjugation.

        Raises:
            ExecutionError: it was not loaded.
        """
        key = self._galois_keys.get(conjugation_element(self._n))
        if key is None:
            raise ExecutionError("there is no key for a conjugation; ask for it when the keys are made")
        return key
