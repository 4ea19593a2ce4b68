"""The files of public and evaluation keys, one per key, and the Galois elements of rotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from backends.errors import ExecutionError
from backends.interface import KeyFile

_GENERATOR = 3  # of the rotations among the Galois group modulo 2N, as SEAL orders its slots
SUFFIX = ".seal"  # of files in SEAL's own format


def galois_element(step: int, n: int) -> int:
    """The automorphism X → X^element of the ring of dimension n that moves slot `step` to slot 0.

    Raises:
        ExecutionError: the step is not in 0 < step < n/2.
    """
    if not 0 < step < n // 2:
        raise ExecutionError(f"there is no rotation by {step}; choose 1 to {n // 2 - 1}")
    return pow(_GENERATOR, step, 2 * n)


def conjugation_element(n: int) -> int:
    """The automorphism of the ring of dimension n that conjugates the slots."""
    return 2 * n - 1


class KeyFolder:
    """A folder of key files: the key owner adds to it, the evaluator looks up what it holds.

    Attributes:
        files: what the folder holds, as the parties tell each other.
    """

    def __init__(self, folder: Path, files: Sequence[KeyFile] = ()) -> None:
        self._folder = folder
        self.files = list(files)

    def add(self, kind: str, suffix: str = SUFFIX) -> Path:
        """The path under which to write the one file of its kind."""
        return self._add(KeyFile(kind, kind + suffix))

    def add_rotation(self, step: int) -> Path:
        """The path under which to write the key of one rotation; the name carries the step."""
        return self._add(KeyFile("rotation_keys", f"rotation_{step}{SUFFIX}"))

    def path(self, kind: str) -> Path:
        """Where the one file of its kind is.

        Raises:
            ExecutionError: the key owner wrote none.
        """
        for path in self.paths(kind):
            return path
        raise ExecutionError(f"the key owner wrote no {kind}; make the keys again")

    def paths(self, kind: str) -> list[Path]:
        """Where the files of a kind are."""
        return [self._folder / file.name for file in self.files if file.kind == kind]

    def rotations(self) -> Iterator[tuple[int, Path]]:
        """Each rotation's step and its key's path."""
        for file in self.files:
            if file.kind == "rotation_keys":
                path = self._folder / file.name
                yield int(path.stem.removeprefix("rotation_")), path

    def _add(self, file: KeyFile) -> Path:
        self.files.append(file)
        return self._folder / file.name
