"""The evaluator's role over SEAL: what it counts, refuses and makes exact, whichever binding computes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backends.errors import ExecutionError
from backends.interface import Ciphertext, Evaluator, KeyFile, Plaintext, Vector
from backends.primitives import Primitive
from backends.seal.calls import refusals
from backends.seal.context import SEALContext
from backends.seal.keys import KeyFolder


class Operations(ABC):
    """SEAL's own operations through a binding. Each leaves its operands alone and gives a new ciphertext."""

    @abstractmethod
    def load(self, keys: KeyFolder) -> None:
        """Load the evaluation keys in a folder; of a kind loaded before they take the place."""

    @abstractmethod
    def has_rotation_key(self, step: int) -> bool:
        """Whether the key of this very step was loaded."""

    @abstractmethod
    def add(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """a + b."""

    @abstractmethod
    def subtract(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """a - b."""

    @abstractmethod
    def negate(self, a: Ciphertext) -> Ciphertext:
        """-a."""

    @abstractmethod
    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """a + plaintext."""

    @abstractmethod
    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """a·plaintext, not rescaled."""

    @abstractmethod
    def multiply(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """a·b, neither relinearised nor rescaled."""

    @abstractmethod
    def relinearise(self, product: Ciphertext) -> Ciphertext:
        """Back to two polynomials."""

    @abstractmethod
    def rescale(self, product: Ciphertext) -> Ciphertext:
        """Divided by the level's prime."""

    @abstractmethod
    def drop(self, a: Ciphertext, start: int, level: int, one: Plaintext) -> Ciphertext:
        """Switched from `start` to `level + 1`, multiplied by `one`, and rescaled."""

    @abstractmethod
    def rotate(self, a: Ciphertext, step: int) -> Ciphertext:
        """Rotated by the step's own key."""


class SEALEvaluator(Evaluator):
    """Computes with public and evaluation keys only.

    Attributes:
        context: SEAL's context.
    """

    def __init__(self, context: SEALContext, operations: Operations, keys: KeyFolder) -> None:
        super().__init__()
        self.context = context
        self._operations = operations
        keys.path("relinearisation_key")  # which the key owner always makes
        self._load(keys)

    def load_keys(self, folder: Path, file: KeyFile) -> None:
        """See `Evaluator.load_keys` and `Operations.load`."""
        self._load(KeyFolder(folder, [file]))

    def _load(self, keys: KeyFolder) -> None:
        with refusals("the evaluation keys"):
            self._operations.load(keys)

    def read(self, path: Path) -> Ciphertext:
        """Load what either role wrote."""
        return self.context.read(path)

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Save in SEAL's own format."""
        self.context.write(ciphertext, path)

    def level(self, ciphertext: Ciphertext) -> int:
        """See `SEALContext.level`."""
        return self.context.level(ciphertext)

    def encode(self, values: Vector | float, level: int) -> Plaintext:
        """Encode at the level's canonical scale."""
        return self.context.encode(values, level, self.context.chain.scale(level))

    def add(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """a + b."""
        with self._counted(Primitive.ADD):
            return self._operations.add(a, b)

    def subtract(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """a - b."""
        with self._counted(Primitive.SUBTRACT):
            return self._operations.subtract(a, b)

    def negate(self, a: Ciphertext) -> Ciphertext:
        """-a."""
        with self._counted(Primitive.NEGATE):
            return self._operations.negate(a)

    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """a + plaintext."""
        with self._counted(Primitive.ADD_PLAIN):
            return self._operations.add_plain(a, plaintext)

    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """a·plaintext, not rescaled."""
        with self._counted(Primitive.MULTIPLY_PLAIN):
            return self._operations.multiply_plain(a, plaintext)

    def multiply(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """a·b, neither relinearised nor rescaled."""
        with self._counted(Primitive.MULTIPLY):
            return self._operations.multiply(a, b)

    def relinearise(self, product: Ciphertext) -> Ciphertext:
        """Back to two polynomials."""
        with self._counted(Primitive.RELINEARISE):
            return self._operations.relinearise(product)

    def rescale(self, product: Ciphertext) -> Ciphertext:
        """Divide by the level's prime; the scale must come out canonical."""
        with self._counted(Primitive.RESCALE):
            result = self._operations.rescale(product)
        return self.context.canonical(result)

    def drop(self, a: Ciphertext, level: int) -> Ciphertext:
        """Switch to level + 1, multiply by 1.0 at the scale that fits, rescale."""
        start = self.level(a)
        one = self.context.one(start, level)
        with self._counted(Primitive.DROP):
            result = self._operations.drop(a, start, level, one)
        return self.context.canonical(result)

    def rotate(self, a: Ciphertext, step: int) -> Ciphertext:
        """Rotate by the step's own key; SEAL would compose others where it is missing."""
        if not self._operations.has_rotation_key(step):
            raise ExecutionError(
                f"there is no key for a rotation by {step}; name the step when the keys are made"
            )
        with self._counted(Primitive.ROTATE):
            return self._operations.rotate(a, step)

    @contextmanager
    def _counted(self, primitive: Primitive) -> Iterator[None]:
        """Count one primitive around the library's call.

        Raises:
            ExecutionError: SEAL refused its operands.
        """
        self.count(primitive)
        with refusals(primitive.counted):
            yield
