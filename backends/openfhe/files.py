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
    read: Callable[[str, Form], tuple[Ciphertext | None, bool]] = openfhe.DeserializeCiphertext
    ciphertext, success = load(read, path)
    if not success or ciphertext is None:
        raise IntegrityError(f"{path} is not a ciphertext of OpenFHE; have the other party send it again")
    return ciphertext


def read_public_key(path: Path) -> PublicKey:
    """Load a public key."""
    read: Callable[[str, Form], tuple[PublicKey | None, bool]] = openfhe.DeserializePublicKey
    public_key, success = load(read, path)
    if not success or public_key is None:
        raise IntegrityError(f"{path} is not a public key of OpenFHE; have the key owner send it again")
    return public_key


def read_evaluation_key(path: Path) -> EvaluationKey:
    """Load a key that several key owners are making together."""
    read: Callable[[str, Form], tuple[EvaluationKey | None, bool]] = openfhe.DeserializeEvalKey
    key, success = load(read, path)
    if not success or key is None:
        raise IntegrityError(f"{path} is not a key of OpenFHE; have the key owner send it again")
    return key


def read_automorphism_keys(path: Path) -> AutomorphismKeys:
    """Load automorphism keys that several key owners are making together."""
    read: Callable[[str, Form], tuple[AutomorphismKeys | None, bool]] = openfhe.DeserializeEvalKeyMap
    keys, success = load(read, path)
    if not success or keys is None:
        raise IntegrityError(f"{path} holds no keys of OpenFHE; have the key owner send it again")
    return keys


def load_keys(read: Callable[[str, Form], bool], path: Path) -> None:
    """Load evaluation keys into the process-wide map that `read` fills."""
    if not load(read, path):
        raise IntegrityError(f"{path} is not a file of OpenFHE's keys; have the key owner send it again")
