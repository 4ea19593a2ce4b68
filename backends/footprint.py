"""What a backend's process holds in memory beside keys, ciphertexts and constants: declared by each backend.

The figures are the growth of a process's resident memory, measured with the versions of `environment.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from backends.parameters import ParameterSet

#: From a parameter set and the levels at which constants are encoded to the bytes of a library's context.
ContextBytes = Callable[[ParameterSet, Collection[int]], int]
#: From the number of rotation keys and of those of a bootstrap to the keys in a key owner's memory at once.
KeysTogether = Callable[[int, int], float]


@dataclass(frozen=True)
class Footprint:
    """The memory of a backend's process.

    Attributes:
        process_bytes: interpreter, numpy, this project's code and the library, before any context.
        context_bytes: see `ContextBytes`.
        constant_residues: what an encoded constant takes beside its own primes, in residues.
        working_share: what an evaluation takes at its peak, as a multiple of the ciphertexts alive.
        pools: whether memory that was freed serves ciphertexts of the same size alone, as in SEAL's pools;
            then the most that was alive at each level counts.
        keys_together: what key generation takes at its peak, in keys, from the number of rotation keys and of
            those of a bootstrap.
        key_file_share: the size of a key's file as a share of the key in memory.
        build_shares: what an evaluator needs with another build of the library, as a multiple of its needs
            with the usual one, by the name of the build; 1 where a build has no entry.
        encrypts: whether it holds keys and encodes constants ahead; a simulator does neither, and of a
            ciphertext it has the slots alone.
    """

    process_bytes: int = 40_000_000
    context_bytes: ContextBytes = lambda parameters, levels: 0
    constant_residues: int = 0
    working_share: float = 1.0
    pools: bool = False
    keys_together: KeysTogether = lambda rotations, bootstraps: 1 + rotations + bootstraps
    key_file_share: float = 1.0
    build_shares: Mapping[str, float] = field(default_factory=dict)
    encrypts: bool = True

    def evaluator_bytes(self, needed: int, build: str) -> int:
        """What an evaluator needs with a build, where it needs so much with the usual one."""
        return int(self.build_shares.get(build, 1.0) * needed)

    def key_files(self, keys_bytes: int) -> int:
        """What keys of so many bytes in memory take on disk."""
        return int(self.key_file_share * keys_bytes)
