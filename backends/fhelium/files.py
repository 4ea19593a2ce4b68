"""FHElium's files, one value in each: safetensors, whose header says what it is and is checked at reading."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import fhelium
from fhelium import Ciphertext as FHEliumCiphertext

from backends.errors import ExecutionError
from backends.fhelium.calls import refusals
from backends.fhelium.device import device
from backends.interface import Ciphertext, KeyFile

Value = TypeVar("Value")

SUFFIX = ".safetensors"
#: The kind of the keys that a bootstrap needs, whether a program takes them as well or not.
BOOTSTRAP_KEYS = "bootstrap_keys"
_ROTATION, _CONJUGATION = "rotation_", "conjugation_key"


def key_file(kind: str, step: int | None = None) -> KeyFile:
    """The file of the one key of its kind, or of that of a rotation, whose name carries the step."""
    return KeyFile(kind, (kind if step is None else f"{_ROTATION}{step}") + SUFFIX)


def rotation_step(file: KeyFile) -> int | None:
    """The step in the name of a rotation key's file; None of another key's."""
    if not file.name.startswith(_ROTATION):
        return None
    return int(file.name.removeprefix(_ROTATION).removesuffix(SUFFIX))


def is_conjugation(file: KeyFile) -> bool:
    """Whether a file holds the key of a conjugation, whatever needs it."""
    return file.name == _CONJUGATION + SUFFIX


def for_bootstraps(file: KeyFile, steps: Collection[int]) -> KeyFile:
    """The file of the same key, said to be a bootstrap's if it is that of a conjugation or of these steps."""
    needed = is_conjugation(file) or rotation_step(file) in steps
    return replace(file, kind=BOOTSTRAP_KEYS) if needed else file


def save(value: object, path: Path) -> None:
    """Write a key or a ciphertext.

    Raises:
        ExecutionError: there is no room, or no such folder.
    """
    try:
        fhelium.save_value(value, path, overwrite=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise ExecutionError(
            f"FHElium could not write to {path.resolve()} ({error}); make room on its disk, or choose "
            "another folder"
        ) from error


def load(path: Path, kind: type[Value]) -> Value:
    """A value of one of FHElium's classes.

    Raises:
        ExecutionError: the file holds something else.
    """
    with refusals(f"the file {path.name}"):
        value: Value = fhelium.load_value(path, device=device(), expected_type=kind)
        return value


def load_ciphertext(path: Path) -> Ciphertext:
    """A ciphertext, not yet held to any parameters."""
    opaque: Ciphertext = load(path, FHEliumCiphertext)
    return opaque
