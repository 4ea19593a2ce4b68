"""The memory of OpenFHE's context, beside what a bootstrap prepares."""

from __future__ import annotations

from collections.abc import Collection

from backends.parameters import ParameterSet

#: Rotation keys made, written and freed together.
KEYS_PER_FILE = 4

#: Tables for each prime; measured: 4 MB at N = 2^12 with 12 primes, 9 MB at 2^14 with 10.
TABLE_BYTES = 64
#: An encoded constant keeps its complex slot values, 16 bytes for each of N / 2.
CONSTANT_RESIDUES = 1
#: Peaks of evaluators at N = 2^12 and 2^14 beside all else, over the ciphertexts alive: a median of 16 cells,
#: whose peaks it tells within 4 %.
WORKING_SHARE = 2.2
#: Beside the keys that are made together there is a fifth of one.
BESIDE_KEYS = 0.2

#: OpenFHE 1.5.1, which HEXL is built with, rotates the other way in a bootstrap, so that a program shares
#: fewer keys with it; eleven cells at N = 2^16 took 0.97 to 1.15 times what is told of the usual build.
BUILD_SHARES = {"hexl": 1.15}


def keys_together(rotations: int, bootstraps: int) -> float:
    """The keys of a bootstrap are made at once, others four at a time; a relinearisation key alone."""
    return max(1, min(rotations, KEYS_PER_FILE), bootstraps) + BESIDE_KEYS


def context_bytes(parameters: ParameterSet, levels: Collection[int]) -> int:
    """One context, whatever is encoded."""
    return TABLE_BYTES * parameters.n * (parameters.depth + 1 + parameters.special_primes)
