"""Primes of 64 bits at most, found as a library finds them, so that a modulus is known before it is made."""

from __future__ import annotations

#: The first twelve primes: as bases they decide every number below 3.1e23 (Sorenson and Webster, Strong
#: pseudoprimes to twelve prime bases, Mathematics of Computation 86, 2017).
_BASES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


def is_prime(number: int) -> bool:
    """Whether a number below 2^64 is prime, by the test of Miller and Rabin to bases that decide it."""
    if number < 2:
        return False
    for base in _BASES:
        if number % base == 0:
            return number == base
    twos = ((number - 1) & (1 - number)).bit_length() - 1
    odd = (number - 1) >> twos
    return all(_passes(number, pow(base, odd, number), twos) for base in _BASES)


def _passes(number: int, power: int, twos: int) -> bool:
    """Whether a base's power is 1 or, squared fewer than `twos` times, -1 modulo the number."""
    if power == 1:
        return True
    for _ in range(twos):
        if power == number - 1:
            return True
        power = power * power % number
    return False
