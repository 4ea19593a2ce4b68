"""Writing and reading OpenFHE objects, the library's failures made this project's errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import openfhe

from backends.errors import BackendError, IntegrityError
from backends.interface import Ciphertext
from backends.openfhe.bindings import AutomorphismKeys, EvaluationKey, Form, PublicKey

Loaded = TypeVar("Loaded")
#: A reader of the library's: the object, and whether it is one.
Deserialise = Callable[[str, Form], tuple[Loaded | None, bool]]


def write(save: Callable[[str, Form], bool], path: Path) -> int:
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


def load(read: Callable[[str, Form], Loaded], path: Path) -> Loaded:
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


def write_ciphertext(ciphertext: Ciphertext, path: Path) -> None:
    """Serialise a ciphertext to a file."""
    write(lambda name, form: openfhe.SerializeToFile(name, ciphertext, form), path)


def read_ciphertext(path: Path) -> Ciphertext:
    """Load a ciphertext."""
    read: Deserialise[Ciphertext] = openfhe.DeserializeCiphertext
    return _object(read, path, "a ciphertext")


def read_public_key(path: Path) -> PublicKey:
    """Load a public key."""
    read: Deserialise[PublicKey] = openfhe.DeserializePublicKey
    return _object(read, path, "a public key")


def read_evaluation_key(path: Path) -> EvaluationKey:
    """Load a key that several key owners are making together."""
    read: Deserialise[EvaluationKey] = openfhe.DeserializeEvalKey
    return _object(read, path, "a key")


def read_automorphism_keys(path: Path) -> AutomorphismKeys:
    """Load automorphism keys that several key owners are making together."""
    read: Deserialise[AutomorphismKeys] = openfhe.DeserializeEvalKeyMap
    return _object(read, path, "a map of keys")


def _object(read: Deserialise[Loaded], path: Path, what: str) -> Loaded:
    """An object that the library reads from a file, and tells apart from others."""
    found, success = load(read, path)
    if not success or found is None:
        raise IntegrityError(f"{path} is not {what} of OpenFHE; have the other party send it again")
    return found


def load_keys(read: Callable[[str, Form], bool], path: Path) -> None:
    """Load evaluation keys into the process-wide map that `read` fills."""
    if not load(read, path):
        raise IntegrityError(f"{path} is not a file of OpenFHE's keys; have the key owner send it again")
