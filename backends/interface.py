"""The contract that a homomorphic-encryption library meets to run every program of this project.

Words. A *slot vector* is a float64 array of `parameters.slots` values. A *level* is the number of rescales
a ciphertext can still take: `parameters.depth` when fresh, 0 at the bottom. A *product* is a ciphertext
whose scale is still squared, because it was multiplied and not yet rescaled; products may be added to
products of the same level, rotated and conjugated (once relinearised) and rescaled, and nothing else. Every
operation with two operands wants both at the same level, and both products or both not.

Rotation by `step` moves slot `step` to slot 0 (a cyclic left rotation over all slots), `0 < step < slots`.

A library with `Capabilities.complex_slots` computes with complex slots: it encodes and encrypts complex slot
vectors, and conjugates. What it decrypts must be real again, as z and its conjugate added up are: some
libraries take imaginary parts for noise, and refuse or spoil the values.

Adapters count primitives with `count`, at the very call into the library, so that a wrong or extra call shows
when the executed counts are compared with the program's. `backends.primitives` lists them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from math import inf
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from backends.errors import Unsupported
from backends.parameters import ParameterSet
from backends.primitives import Primitive
from backends.stopwatch import Stopwatch

Vector = NDArray[np.float64]
ComplexVector = NDArray[np.complex128]
#: What can be encoded: a slot vector, or a number that stands for one that is equal throughout.
Values = Vector | ComplexVector | float | complex


class Ciphertext:
    """A library's own ciphertext, opaque to everything outside the adapter that made it.

    An adapter declares in `Protocol` classes which calls of its library take and return one; a type checker
    then tells ciphertexts, plaintexts and keys apart, though at run time they are the library's objects.
    """

    __slots__ = ()


class Plaintext:
    """A library's own plaintext, opaque like `Ciphertext`."""

    __slots__ = ()


class Keys:
    """Keys that an adapter made and has not written yet, opaque like `Ciphertext`."""

    __slots__ = ()


@dataclass(frozen=True)
class Capabilities:
    """What a library offers at one parameter set."""

    #: Level of a ciphertext after a bootstrap; None when the library cannot bootstrap at these parameters.
    bootstrap_output_level: int | None = None
    #: Lowest level at which a ciphertext may enter a bootstrap.
    bootstrap_input_level: int = 0
    #: CPU time of a bootstrap relative to the library's usual one, as measured; refreshes are placed by it.
    bootstrap_work: float = 1.0
    #: Period of the sine by which a bootstrap reduces (Cheon et al. 2018), in units of values.
    bootstrap_period: float = inf
    #: Keys that bootstrapping needs, the steps of those that a program may rotate by as well, and plaintexts
    #: modulo Q·P that the evaluator prepares for it: to tell beforehand what fits a machine.
    bootstrap_keys: int = 0
    bootstrap_steps: tuple[int, ...] = ()
    bootstrap_plaintexts: int = 0
    #: Lowest level at which a ciphertext may enter an interactive bootstrap, by several key owners who share
    #: the secret key; None where there is none.
    interactive_bootstrap_input_level: int | None = None
    #: Why there is no bootstrap, for `Unsupported`.
    no_bootstrap_reason: str | None = None
    #: Whether slots may be complex: complex values are encoded and encrypted, and conjugated.
    complex_slots: bool = False
    #: Whether a bootstrap keeps imaginary parts; where it does not, slots must be real when they enter it.
    complex_bootstrap: bool = False
    #: What `KeyOwner.security` will answer, by the rule by which the library chooses its primes; None where
    #: nobody wrote that rule down.
    security: SecurityFacts | None = None


#: Who says how a library draws: the library, of its context, or its adapter, by the library's source.
TOLD_BY_LIBRARY, DECLARED = "library", "declared"


@dataclass(frozen=True)
class SecurityFacts:
    """What the security checker judges of keys: ring and moduli as read from the library's real context.

    How secret and error are drawn is read there too where the library tells it, and declared else.

    Attributes:
        log_n: log2 of the ring dimension.
        log_q: bits of Q.
        log_p: bits of the special primes.
        secret: distribution of the secret key.
        log_ephemeral: bits of the modulus under which an ephemeral sparse secret is used, where there is one.
        secret_from: `library` or `declared`.
        error_deviation: standard deviation of a coefficient of the error; None where there is none.
        error_from: `library` or `declared`.
    """

    log_n: int
    log_q: float
    log_p: float
    secret: str
    log_ephemeral: float | None = None
    secret_from: str = DECLARED
    error_deviation: float | None = None
    error_from: str = DECLARED

    @property
    def log_qp(self) -> float:
        """Bits of the largest modulus under which anything is encrypted: ciphertexts' Q times special P."""
        return self.log_q + self.log_p


@dataclass(frozen=True)
class KeyFile:
    """A file that the key owner wrote for the evaluator."""

    kind: str  # context | public_key | relinearisation_key | rotation_keys | conjugation_key | bootstrap_keys
    name: str  # relative to the folder handed to `KeyOwner.generate`


class KeyOwner(ABC):
    """The party that holds the secret key. It encrypts, decrypts, and makes the keys the evaluator needs."""

    def generate(
        self,
        folder: Path,
        rotation_steps: Sequence[int],
        bootstrap: bool,
        conjugation: bool = False,
        making: Stopwatch | None = None,
        writing: Stopwatch | None = None,
    ) -> list[KeyFile]:
        """Make all keys and write the public and evaluation keys to `folder`, batch by batch, freeing each.

        The secret key stays in memory. Called once.

        Args:
            folder: where the files go.
            rotation_steps: of the rotations whose keys are made; no others are.
            bootstrap: whether the keys of a bootstrap are made.
            conjugation: whether the key of a conjugation is made.
            making: runs while keys are made in memory.
            writing: runs while they are written to files.
        """
        making, writing = making or Stopwatch(), writing or Stopwatch()
        files: list[KeyFile] = []
        batches = iter(self.key_batches(rotation_steps, bootstrap, conjugation))
        while True:
            with making:
                keys = next(batches, None)
            if keys is None:
                return self.gather_keys(folder, files)
            with writing:
                files.append(self.write_keys(keys, folder))
            self.release_keys(keys)
            del keys  # or it would be in memory beside the next

    @abstractmethod
    def key_batches(
        self, rotation_steps: Sequence[int], bootstrap: bool, conjugation: bool
    ) -> Iterator[Keys]:
        """Make what an evaluator needs, for `rotation_steps`, a bootstrap and a conjugation if asked for.

        Each batch fits memory; it is written and released before the next is asked for. What is made before a
        batch is handed over counts as making keys, so write nothing here.
        """

    @abstractmethod
    def write_keys(self, keys: Keys, folder: Path) -> KeyFile:
        """Serialise one batch in the library's own format."""

    def release_keys(self, keys: Keys) -> None:  # noqa: B027 - few libraries keep keys elsewhere
        """Let go of a batch that is written; for a library that keeps keys in maps of its own."""

    def gather_keys(self, folder: Path, files: list[KeyFile]) -> list[KeyFile]:
        """What an evaluator is sent of the files written, for a library that loads one of a kind alone.

        It is this project's own work, and counts neither as making keys nor as writing them.
        """
        return files

    def secret(self) -> bytes:
        """The secret key, and what else it takes to encrypt and decrypt, in the library's own form.

        Whoever asks keeps them secret.

        Raises:
            Unsupported: the adapter does not tell them.
        """
        raise Unsupported(f"{type(self).__name__} does not tell its secret key; make new keys")

    def restore(self, secret: bytes) -> None:
        """Go on with what `secret` of another key owner told; evaluation keys are not made again.

        Raises:
            Unsupported: the adapter cannot.
            IntegrityError: these are not such keys.
        """
        raise Unsupported(f"{type(self).__name__} takes up no secret key; make new keys")

    @abstractmethod
    def encrypt(self, values: Vector | ComplexVector, level: int) -> Ciphertext:
        """A fresh ciphertext of a slot vector at `level`, under the public key."""

    @abstractmethod
    def decrypt(self, ciphertext: Ciphertext) -> Vector:
        """The slot vector of a ciphertext that is not a product and whose slots are real.

        Not numbers, where the library finds that values were too large for their modulus and says no more.
        """

    @abstractmethod
    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Serialise a ciphertext to a file."""

    @abstractmethod
    def read(self, path: Path) -> Ciphertext:
        """Load a ciphertext from a file whose digest the caller has checked."""

    @abstractmethod
    def level(self, ciphertext: Ciphertext) -> int:
        """The level that the library itself reports."""

    @abstractmethod
    def security(self) -> SecurityFacts:
        """Read from the library's context and keys after `generate`."""

    def make_keys(self, kind: str, steps: Sequence[int]) -> Keys:
        """Make the keys of one `KeyFile.kind` once more; where they are rotation keys, those for `steps`.

        It measures what one kind of key takes, is called after `generate`, and may be left out; what it makes
        is written by `write_keys`, into a file that `Evaluator.load_keys` takes. A
        `public_key` is made with a new secret key of its own, the others under the secret key in use.

        Raises:
            Unsupported: the adapter makes no keys one kind at a time.
        """
        raise Unsupported("the adapter makes no keys one kind at a time; give it make_keys to measure them")


class Evaluator(ABC):
    """The party that computes. It holds public and evaluation keys only and has no way to decrypt."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._counting = Lock()

    def count(self, primitive: Primitive) -> None:
        """Count one execution of a primitive that is not a compound, in whichever thread it runs."""
        with self._counting:
            self.counts[primitive.counted] += 1

    def one_thread(self) -> None:  # noqa: B027 - most libraries have one thread
        """Have the library compute in the calling thread alone whatever this thread asks from now on.

        It is called first in each of several threads, where the backend declares that its library
        `releases_gil`; a library that has one thread has nothing to do.
        """

    def load_keys(self, folder: Path, file: KeyFile) -> None:
        """Load a file of evaluation keys again, to measure it; digests are checked by the caller.

        Raises:
            Unsupported: the adapter loads no keys one file at a time.
        """
        raise Unsupported("the adapter loads no keys one file at a time; give it load_keys to measure them")

    @abstractmethod
    def read(self, path: Path) -> Ciphertext:
        """Load a ciphertext from a file whose digest the caller has checked."""

    @abstractmethod
    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Serialise a ciphertext to a file."""

    @abstractmethod
    def level(self, ciphertext: Ciphertext) -> int:
        """The level that the library itself reports, products at the level of their factors."""

    @abstractmethod
    def encode(self, values: Values, level: int) -> Plaintext:
        """A plaintext at the canonical scale of `level`; a number stands for a constant vector."""

    def encode_named(self, name: Hashable, make: Callable[[], Values], level: int) -> Plaintext:
        """The same of slots that are wanted often, such as a mask.

        Args:
            name: tells them from all others.
            make: makes them.
            level: see `encode`.
        """
        return self.encode(make(), level)

    def encode_columns(
        self, columns: Vector | ComplexVector, places: NDArray[np.bool_], level: int
    ) -> Sequence[Plaintext]:
        """The same of slots that are alike in many places, as a diagonal of a linear map is in all tokens.

        Args:
            columns: of each plaintext a value a feature, `[plaintexts, features]`.
            places: of the slots of one feature, those that have its value; the others are zero.
            level: see `encode`.
        """
        return [self.encode(np.outer(column, places).reshape(-1), level) for column in columns]

    @abstractmethod
    def add(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """a + b."""

    @abstractmethod
    def subtract(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """a - b."""

    @abstractmethod
    def negate(self, a: Ciphertext) -> Ciphertext:
        """-a, at no cost in levels."""

    @abstractmethod
    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """a + plaintext; a is not a product."""

    @abstractmethod
    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """The product of a and a plaintext encoded at a's level, not rescaled."""

    @abstractmethod
    def multiply(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """The product a·b with three polynomials: neither relinearised nor rescaled."""

    @abstractmethod
    def relinearise(self, product: Ciphertext) -> Ciphertext:
        """Back to two polynomials; still a product."""

    @abstractmethod
    def rescale(self, product: Ciphertext) -> Ciphertext:
        """Divide a product by the level's prime: one level less, at that level's canonical scale."""

    @abstractmethod
    def drop(self, a: Ciphertext, level: int) -> Ciphertext:
        """Switch the ciphertext modulus: the same values at a lower level, exactly at its canonical scale."""

    @abstractmethod
    def rotate(self, a: Ciphertext, step: int) -> Ciphertext:
        """Cyclic left rotation by `step`; a missing key is an error, never a composition of other keys."""

    def conjugate(self, a: Ciphertext) -> Ciphertext:
        """The complex conjugate of every slot; a missing key is an error. It takes a key switch.

        Raises:
            Unsupported: the library does not conjugate.
        """
        raise Unsupported("the library does not conjugate; plan the program without complex slots")

    def bootstrap(self, a: Ciphertext) -> Ciphertext:
        """The same values at `capabilities.bootstrap_output_level`."""
        raise NotImplementedError

    # The compound operations below mean exactly the loops they are written as; a library that can hoist or
    # work in an extended basis overrides them and still counts each rotation and each product.

    def rotate_many(self, a: Ciphertext, steps: Sequence[int]) -> Sequence[Ciphertext]:
        """One rotation of a per step."""
        return [self.rotate(a, step) for step in steps]

    def rotate_sum(self, terms: Sequence[tuple[Ciphertext, int]]) -> Ciphertext:
        """Sum over (ciphertext, step) of the rotated ciphertexts; step 0 is the ciphertext itself."""
        rotated = (self.rotate(ciphertext, step) if step else ciphertext for ciphertext, step in terms)
        return reduce(self.add, rotated)

    def multiply_plain_sum(self, terms: Sequence[tuple[Ciphertext, Plaintext]]) -> Ciphertext:
        """Sum of ciphertext·plaintext: a product."""
        return reduce(self.add, (self.multiply_plain(a, plaintext) for a, plaintext in terms))

    def multiply_sum(self, terms: Sequence[tuple[Ciphertext, Ciphertext]]) -> Ciphertext:
        """Sum of ciphertext·ciphertext before one relinearisation: a product of three polynomials."""
        return reduce(self.add, (self.multiply(a, b) for a, b in terms))


class Library(ABC):
    """The entry of an adapter: its two roles, one in each process. What it can do is in its `Descriptor`."""

    @classmethod
    @abstractmethod
    def key_owner(cls, parameters: ParameterSet) -> KeyOwner:
        """The key owner's role in this process."""

    @classmethod
    @abstractmethod
    def evaluator(cls, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> Evaluator:
        """The evaluator's role in this process, from the files that the key owner wrote."""

    @classmethod
    @abstractmethod
    def versions(cls) -> dict[str, str]:
        """Names and versions of the library and of what it is built on."""
