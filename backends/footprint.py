"""What a backend's process holds in memory beside keys, ciphertexts and constants: declared by each backend.

The figures are the growth of a process's resident memory, measured with the versions of `environment.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from backends.parameters import ParameterSet

#: From a parameter set and the levels at which constants are encoded to the bytes of a library's context.
ContextBytes = Callable[[ParameterSet, Collection[int]], int]


@dataclass(frozen=True)
class Footprint:
    """The memory of a backend's process.

    Attributes:
        process_bytes: interpreter, numpy, this project's code and the library, before any context.
        context_bytes: see `ContextBytes`.
        key_file_share: the size of a key's file as a share of the key in memory.
        encrypts: whether it holds keys and encodes constants ahead; a simulator does neither, and of a
            ciphertext it has the slots alone.
    """

    process_bytes: int = 40_000_000
    context_bytes: ContextBytes = lambda parameters, levels: 0
    key_file_share: float = 1.0
    encrypts: bool = True

    def key_files(self, keys_bytes: int) -> int:
        """What keys of so many bytes in memory take on disk."""
        return int(self.key_file_share * keys_bytes)
