"""All that is looked for after a run: what its key owners told, and its samples."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.run.kinds import kind_of
from bench.spec.cells import Cell
from tests.secrets.places import contents
from tests.secrets.telling import Ear
from tests.secrets.ternary import coefficients, primes
from tests.secrets.traces import Coefficients, Search, of_bytes, of_numbers

#: What a file may hold that was decrypted: raw outputs, and those of finished batches in a journal.
RAW_OUTPUTS = ".npz"
#: Of so many decrypted values the text is looked for too.
_AS_TEXT = 32


class Sought:
    """What is looked for, and the search.

    Attributes:
        secrets: how many secret keys, or shares of one, are known.
    """

    def __init__(self, ear: Ear, samples: Search, n: int) -> None:
        """Take what was told so far.

        Args:
            ear: which heard it.
            samples: see `samples_of`.
            n: the ring dimension.
        """
        told, moduli = ear.told("secret"), ear.moduli()
        self.secrets = len(told)
        written = [trace for one in told for trace in of_bytes("the secret key as it is written down", one)]
        known = moduli or sorted({prime for one in told for prime in _primes(one, n)})
        self._coefficients = Coefficients([_coefficients(one, n, tuple(moduli)) for one in told], known)
        vectors = [np.frombuffer(one)[np.newaxis] for one in ear.told("decrypted")]
        rows = [trace for one in vectors for trace in of_numbers("a decrypted value", one, _AS_TEXT)]
        public = ear.told("public")
        self._released = Search([*written, *samples.traces], public)
        self._all = Search([*written, *samples.traces, *rows], public)

    def found(self, content: bytes, *, released: bool = False, aligned: bool = False) -> set[str]:
        """The names of what is found in some bytes.

        Args:
            content: the bytes.
            released: whether decrypted values may be there.
            aligned: whether numbers begin where a memory has them, at multiples of their size.
        """
        dense = self._released if released else self._all
        found = dense.found(content, aligned=aligned)
        return found | self._coefficients.found(content, aligned=aligned) if self.secrets else found

    def in_file(self, path: Path) -> list[str]:
        """What is found in a file, with its name."""
        released = path.suffix == RAW_OUTPUTS
        found = {name for content in contents(path) for name in self.found(content, released=released)}
        return [f"{path} holds {name}" for name in sorted(found)]


@cache
def _primes(written: bytes, n: int) -> list[int]:
    return primes(written, n)


@cache
def _coefficients(written: bytes, n: int, moduli: tuple[int, ...]) -> NDArray[np.int8]:
    return coefficients(written, n, moduli)


def samples_of(cells: Sequence[Cell]) -> Search:
    """The cells' samples, in the forms in which they could be anywhere."""
    traces = []
    for cell in cells:
        loaded = kind_of(cell).load(cell, lambda done, total: None)
        values = np.ascontiguousarray(loaded.workload.encrypted_inputs, dtype=np.float64)  # type: ignore[attr-defined]
        traces += of_numbers("a sample", values.reshape(-1, values.shape[-1]))
    return Search(traces)
