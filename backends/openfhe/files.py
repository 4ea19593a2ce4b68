"""Writing and reading OpenFHE objects, with the failures that the library hides made errors.

A full disk leaves OpenFHE's writers unmoved (they return True on a truncated file), and a missing or truncated
file gives its readers' False, None or an exception, by turns.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openfhe

from backends.errors import BackendError, IntegrityError

BYTES_PER_RESIDUE = 8


def write(save: Callable[[str, Any], bool], path: Path, payload_bytes: int) -> int:
    """Let `save` write `path`; return the file's size.

    Args:
        save: takes a path and a serialisation type, returns success.
        path: file to write.
        payload_bytes: size of the polynomials inside, below which the file is cut short.

    Raises:
        BackendError: the file could not be written whole.
    """
    written = save(str(path), openfhe.BINARY)
    size = path.stat().st_size if path.exists() else 0
    if not written or size < payload_bytes:
        raise BackendError(
            f"{path} holds {size} of at least {payload_bytes} bytes; make room on its disk or pick another folder"
        )
    return size


def load(read: Callable[[str, Any], Any], path: Path) -> Any:
    """What `read` makes of a path and a serialisation type.

    Raises:
        IntegrityError: the file is missing or is not what it should be.
    """
    if not path.is_file():
        raise IntegrityError(f"{path} is missing; ask the other party for it again")
    try:
        return read(str(path), openfhe.BINARY)
    except RuntimeError as error:
        raise IntegrityError(
            f"OpenFHE cannot read {path} ({error}); ask the other party for it again"
        ) from error


def write_ciphertext(ciphertext: Any, path: Path) -> None:
    """Serialise a ciphertext to a file."""
    context = ciphertext.GetCryptoContext()
    limbs = context.GetMultiplicativeDepth() + 1 - ciphertext.GetLevel()
    residues = ciphertext.NumberCiphertextElements() * limbs * context.GetRingDimension()
    write(
        lambda name, form: openfhe.SerializeToFile(name, ciphertext, form), path, residues * BYTES_PER_RESIDUE
    )


def read_ciphertext(path: Path) -> Any:
    """Load a ciphertext."""
    ciphertext, success = load(openfhe.DeserializeCiphertext, path)
    if not success or ciphertext is None:
        raise IntegrityError(f"{path} holds no OpenFHE ciphertext; ask the other party for it again")
    return ciphertext


def load_keys(read: Callable[[str, Any], bool], path: Path) -> None:
    """Load evaluation keys into the process-wide map that `read` fills."""
    if not load(read, path):
        raise IntegrityError(f"{path} holds no OpenFHE keys; ask the key owner for it again")
