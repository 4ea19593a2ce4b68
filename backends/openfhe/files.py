"""Writing and reading OpenFHE objects, the library's failures made this project's errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openfhe

from backends.errors import BackendError, IntegrityError


def write(save: Callable[[str, Any], bool], path: Path) -> int:
    """Let `save`, which takes a path and a serialisation type, write a file; return its size.

    Raises:
        BackendError: the file could not be written whole.
    """
    reason = "the writer refuses"
    try:
        if save(str(path), openfhe.BINARY):
            return path.stat().st_size
    except RuntimeError as error:
        reason = str(error)
    raise BackendError(
        f"OpenFHE cannot write {path} ({reason}); make room on its disk or pick another folder"
    )


def load(read: Callable[[str, Any], Any], path: Path) -> Any:
    """What `read`, which takes a path and a serialisation type, makes of a file.

    Raises:
        IntegrityError: the file is missing or is not what it should be.
    """
    if not path.is_file():
        raise IntegrityError(f"{path} is missing; have the other party send it again")
    try:
        return read(str(path), openfhe.BINARY)
    except (RuntimeError, ValueError, MemoryError) as error:  # all three were met on altered files
        raise IntegrityError(
            f"OpenFHE cannot read {path} ({error}); have the other party send it again"
        ) from error


def write_ciphertext(ciphertext: Any, path: Path) -> None:
    """Serialise a ciphertext to a file."""
    write(lambda name, form: openfhe.SerializeToFile(name, ciphertext, form), path)


def read_ciphertext(path: Path) -> Any:
    """Load a ciphertext."""
    ciphertext, success = load(openfhe.DeserializeCiphertext, path)
    if not success or ciphertext is None:
        raise IntegrityError(f"{path} holds no OpenFHE ciphertext; have the other party send it again")
    return ciphertext


def read_public_key(path: Path) -> Any:
    """Load a public key."""
    public_key, success = load(openfhe.DeserializePublicKey, path)
    if not success or public_key is None:
        raise IntegrityError(f"{path} holds no OpenFHE public key; have the key owner send it again")
    return public_key


def load_keys(read: Callable[[str, Any], bool], path: Path) -> None:
    """Load evaluation keys into the process-wide map that `read` fills."""
    if not load(read, path):
        raise IntegrityError(f"{path} holds no OpenFHE keys; have the key owner send it again")
