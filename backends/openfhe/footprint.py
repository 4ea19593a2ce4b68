"""The memory of OpenFHE's context, beside what a bootstrap prepares."""

from __future__ import annotations

from collections.abc import Collection

from backends.parameters import ParameterSet

#: Tables for each prime; measured: 4 MB at N = 2^12 with 12 primes, 9 MB at 2^14 with 10.
TABLE_BYTES = 64


def context_bytes(parameters: ParameterSet, levels: Collection[int]) -> int:
    """One context, whatever is encoded."""
    return TABLE_BYTES * parameters.n * (parameters.depth + 1 + parameters.special_primes)
