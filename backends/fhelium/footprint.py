"""The memory of FHElium's engine, and of what it makes."""

from __future__ import annotations

from collections.abc import Collection

from backends.parameters import ParameterSet

#: Of each prime, for each coefficient and each stage of a transform: a root of every butterfly, both ways.
TABLE_BYTES = 8
#: A key that is made, its tensors as they are packed, and the file's bytes.
KEYS_TOGETHER = 3.0
#: An evaluation's peak at N = 2^12 beside all else, over the ciphertexts alive.
WORKING_SHARE = 2.2


def context_bytes(parameters: ParameterSet, levels: Collection[int]) -> int:
    """One engine, whatever is encoded."""
    primes = parameters.depth + 1 + parameters.special_primes
    return TABLE_BYTES * parameters.n * parameters.log_n * primes
