"""The primes that SEAL will choose, known without the library.

`CoeffModulus::Create` and `util::get_primes` in github.com/microsoft/SEAL (`native/src/seal/modulus.cpp` and
`util/numth.cpp`): of each number of bits the largest primes that are 1 modulo 2N, as many as are asked for,
handed out from the smallest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

from backends.primes import is_prime


def moduli(log_n: int, bits: Sequence[int]) -> tuple[int, ...]:
    """The primes of a context in the order of their bits; there must be enough of each size (`available`)."""
    left = {size: list(_largest(log_n, size, count)) for size, count in Counter(bits).items()}
    return tuple(left[size].pop() for size in bits)


def available(log_n: int, size: int, count: int) -> int:
    """How many primes of `size` bits there are for a ring of dimension 2^log_n, counted up to `count`."""
    return len(_largest(log_n, size, count))


@cache
def _largest(log_n: int, size: int, count: int) -> tuple[int, ...]:
    """The largest primes of `size` bits that are 1 modulo 2N, from the top, `count` of them or all."""
    return tuple(islice(filter(is_prime, _candidates(log_n, size)), count))


def _candidates(log_n: int, size: int) -> Iterator[int]:
    step = 2 << log_n
    return iter(range(((1 << size) - 1) // step * step + 1, 1 << (size - 1), -step))
