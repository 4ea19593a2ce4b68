"""The call into the library: checked on the way in, and its errors said in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from backends.errors import ExecutionError
from backends.interface import ComplexVector, Vector

_LIBRARY_ERRORS = (ValueError, RuntimeError, IndexError)


@contextmanager
def refusals(action: str) -> Iterator[None]:
    """Turn the exceptions of SEAL's bindings into ours.

    Args:
        action: what was asked of SEAL.

    Raises:
        ExecutionError: SEAL refused its operands.
    """
    try:
        yield
    except _LIBRARY_ERRORS as error:
        remedy = "check the operands' levels and that products are rescaled"
        if "transparent" in str(error):
            remedy = "skip all-zero plaintexts and differences of a ciphertext with itself"
        raise ExecutionError(f"SEAL refused {action} ({error}); {remedy}") from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say what SEAL's only word on a file, "I/O error", means.

    Raises:
        ExecutionError: SEAL could not write to `path`.
    """
    try:
        yield
    except RuntimeError as error:
        if "I/O error" not in str(error):
            raise
        raise ExecutionError(
            f"SEAL could not write to {path.resolve()}; make room on its disk, or choose another folder"
        ) from error


def slot_vector(values: Vector | ComplexVector, slots: int) -> Vector | ComplexVector:
    """A writable copy, once the values are known to fill the slots with finite numbers.

    Raises:
        ExecutionError: another shape, or a value that is not finite (SEAL would encode garbage).
    """
    vector = np.array(values, dtype=np.complex128 if np.iscomplexobj(values) else np.float64, order="C")
    if vector.shape != (slots,):
        raise ExecutionError(f"a slot vector has shape ({slots},), not {vector.shape}; pad it")
    if not np.isfinite(vector).all():
        raise ExecutionError("a slot vector holds values that are not finite; clean the data or the model")
    return vector


def constant(value: complex) -> complex:
    """The constant, once it is known to be finite.

    Raises:
        ExecutionError: it is not finite.
    """
    if not np.isfinite(value):
        raise ExecutionError(f"the constant {value} is not finite; clean the model")
    return value
