"""The evaluator's role over SEAL: what it counts, refuses and makes exact, whichever binding computes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from backends.errors import ExecutionError
from backends.interface import Ciphertext, Evaluator, KeyFile, Plaintext, Values
from backends.primitives import Primitive
from backends.seal.calls import refusals
from backends.seal.context import SEALContext
from backends.seal.keys import KeyFolder

Operands = ParamSpec("Operands")
EvaluatorT = TypeVar("EvaluatorT", bound=Evaluator)

#: An operation of an evaluator.
Operation = Callable[Concatenate[EvaluatorT, Operands], Ciphertext]


def counted(
    primitive: Primitive,
) -> Callable[[Operation[EvaluatorT, Operands]], Operation[EvaluatorT, Operands]]:
    """Make a method, which is little more than the library's call, count one primitive.

    Where SEAL refuses the operands, the method raises ExecutionError.
    """

    def decorate(call: Operation[EvaluatorT, Operands]) -> Operation[EvaluatorT, Operands]:
        @wraps(call)
        def counting(self: EvaluatorT, /, *operands: Operands.args, **named: Operands.kwargs) -> Ciphertext:
            self.count(primitive)
            with refusals(primitive.counted):
                return call(self, *operands, **named)

        return counting

    return decorate


class SEALEvaluator(Evaluator):
    """Computes with public and evaluation keys only.

    Each operation leaves its operands alone and gives a new ciphertext. A subclass makes its objects and
    then calls `_take`.

    Attributes:
        context: SEAL's context.
    """

    def __init__(self, context: SEALContext) -> None:
        super().__init__()
        self.context = context

    @abstractmethod
    def _load(self, keys: KeyFolder) -> None:
        """Load the evaluation keys in a folder; they take the place of those of their kind loaded before."""

    @abstractmethod
    def _has_rotation_key(self, step: int) -> bool:
        """Whether the key of this very step was loaded."""

    @abstractmethod
    def _rotated(self, a: Ciphertext, step: int) -> Ciphertext:
        """Rotated by the step's own key; counted."""

    @abstractmethod
    def _rescaled(self, product: Ciphertext) -> Ciphertext:
        """Divided by the level's prime; counted."""

    @abstractmethod
    def _dropped(self, a: Ciphertext, start: int, level: int, one: Plaintext) -> Ciphertext:
        """Switched from `start` to `level + 1`, multiplied by `one`, and rescaled; counted."""

    def _take(self, keys: KeyFolder) -> None:
        """Load the key owner's files.

        Raises:
            ExecutionError: the relinearisation key is missing, or SEAL refuses a file.
        """
        keys.path("relinearisation_key")  # which the key owner always makes
        with refusals("the evaluation keys"):
            self._load(keys)

    def load_keys(self, folder: Path, file: KeyFile) -> None:
        """See `Evaluator.load_keys`."""
        with refusals("the evaluation keys"):
            self._load(KeyFolder(folder, [file]))

    def read(self, path: Path) -> Ciphertext:
        """Load what either role wrote."""
        return self.context.read(path)

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Save in SEAL's own format."""
        self.context.write(ciphertext, path)

    def level(self, ciphertext: Ciphertext) -> int:
        """See `SEALContext.level`."""
        return self.context.level(ciphertext)

    def encode(self, values: Values, level: int) -> Plaintext:
        """Encode at the level's canonical scale."""
        return self.context.encode(values, level, self.context.chain.scale(level))

    def rescale(self, product: Ciphertext) -> Ciphertext:
        """Divide by the level's prime; the scale must come out canonical."""
        return self.context.canonical(self._rescaled(product))

    def drop(self, a: Ciphertext, level: int) -> Ciphertext:
        """Switch to level + 1, multiply by 1.0 at the scale that fits, rescale."""
        start = self.level(a)
        one = self.context.one(start, level)
        return self.context.canonical(self._dropped(a, start, level, one))

    def rotate(self, a: Ciphertext, step: int) -> Ciphertext:
        """Rotate by the step's own key; SEAL would compose others where it is missing."""
        if not self._has_rotation_key(step):
            raise ExecutionError(
                f"there is no key for a rotation by {step}; name the step when the keys are made"
            )
        return self._rotated(a, step)
