"""Primality, against division and against numbers that deceive weaker tests."""

from math import isqrt

import pytest

from backends.primes import is_prime


def test_small_numbers() -> None:
    by_division = [n for n in range(2, 3000) if all(n % d for d in range(2, isqrt(n) + 1))]
    assert [n for n in range(3000) if is_prime(n)] == by_division


@pytest.mark.parametrize(
    "composite",
    [
        561,  # a Carmichael number
        3215031751,  # passes to the bases 2, 3, 5 and 7
        3825123056546413051,  # passes to the first nine primes
        (2**31 - 1) * (2**31 - 19),
        2**61 + 1,
    ],
)
def test_composites_that_deceive(composite: int) -> None:
    assert not is_prime(composite)


@pytest.mark.parametrize("prime", [2**31 - 1, 2**61 - 1, 1152921504606830593, 2**64 - 59])
def test_large_primes(prime: int) -> None:
    assert is_prime(prime)
