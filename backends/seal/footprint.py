"""The memory of SEAL's contexts.

A context has tables for each prime of each level of its chain: 72 bytes a coefficient, and 5 MB beside them.
Measured with SEAL 4.1 and 4.3: 30 MB at N = 2^12 with 12 primes, 74 MB at 2^14 with 10, and 473 MB at 2^15
with 20.
"""

from __future__ import annotations

from collections.abc import Collection

from backends.parameters import ParameterSet

#: Peaks of evaluators at N = 2^12 and 2^14 beside all else, over what was alive at each level: ciphertexts,
#: products of three polynomials and what switches keys. It tells those of TenSEAL within 4 %.
WORKING_SHARE = 1.5
TABLE_BYTES, FIXED_BYTES = 72, 5_000_000


def context_bytes(parameters: ParameterSet, levels: Collection[int]) -> int:
    """One context, whatever is encoded."""
    return of_primes(parameters, parameters.depth + 2)


def of_primes(parameters: ParameterSet, primes: int) -> int:
    """A context of so many primes, the special one included."""
    return TABLE_BYTES * parameters.n * primes * (primes + 1) // 2 + FIXED_BYTES
