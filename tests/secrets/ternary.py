"""The coefficients of a ternary secret key from how a library writes it down: by values, modulo each prime.

OpenFHE and SEAL keep a polynomial by its values at the odd powers of the least primitive root of order 2N, in
bit-reversed order. That what comes back is ternary shows that it was read as it was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

#: Of a prime of a modulus, and of a residue of it.
_LEAST_BITS, _WORD = 25, 8


def coefficients(written: bytes, n: int, moduli: Sequence[int] = ()) -> NDArray[np.int8]:
    """`[n]`, each -1, 0 or 1.

    Args:
        written: the secret key.
        n: the ring dimension.
        moduli: primes; where there are none, those that are written beside the values.

    Raises:
        ValueError: there is no ternary polynomial in it.
    """
    for words in _words(written):
        sums = [0, *accumulate(words)]
        for modulus in moduli or sorted(_primes(words, n)):
            inverse = pow(n, -1, modulus)
            for start in range(len(words) - n + 1):
                # The first coefficient is the mean of all values, whatever their order.
                if (sums[start + n] - sums[start]) * inverse % modulus in (0, 1, modulus - 1):
                    found = _from_values(words[start : start + n], modulus)
                    if found is not None:
                        return found
    raise ValueError("no ternary polynomial is written there")


def primes(written: bytes, n: int) -> list[int]:
    """Those of a modulus that are written beside the values, and few that only look like one."""
    return sorted({prime for words in _words(written) for prime in _primes(words, n)})


def _words(written: bytes) -> Iterator[list[int]]:
    """The numbers of eight bytes, for each place where they may begin."""
    for shift in range(_WORD):
        yield np.frombuffer(written, "<u8", (len(written) - shift) // _WORD, shift).tolist()


def _primes(words: Sequence[int], n: int) -> Iterator[int]:
    """Those among some numbers that have roots of order 2N."""
    for word in set(words):
        if word.bit_length() >= _LEAST_BITS and word % (2 * n) == 1 and _is_prime(word):
            yield word


def _is_prime(number: int) -> bool:
    return all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7, 11, 13))


def _from_values(values: Sequence[int], modulus: int) -> NDArray[np.int8] | None:
    """Coefficients from values in bit-reversed order (Gentleman, Sande); None where they are not ternary."""
    n, found = len(values), [value % modulus for value in values]
    if any(value >= modulus for value in values):
        return None
    powers = _reversed_powers(pow(_root(n, modulus), -1, modulus), n, modulus)
    step, groups = 1, n
    while groups > 1:
        groups //= 2
        for group in range(groups):
            factor, first = powers[groups + group], 2 * group * step
            for at in range(first, first + step):
                low, high = found[at], found[at + step]
                found[at], found[at + step] = (low + high) % modulus, (low - high) * factor % modulus
        step *= 2
    scale = pow(n, -1, modulus)
    signed = {0: 0, 1: 1, modulus - 1: -1}
    try:
        return np.array([signed[one * scale % modulus] for one in found], np.int8)
    except KeyError:
        return None


def _root(n: int, modulus: int) -> int:
    """The least primitive root of order 2N."""
    tried = (pow(base, (modulus - 1) // (2 * n), modulus) for base in range(2, modulus))
    root = next(one for one in tried if pow(one, n, modulus) == modulus - 1)
    square, power, least = root * root % modulus, root, root
    for _ in range(n - 1):
        power = power * square % modulus
        least = min(least, power)
    return least


def _reversed_powers(root: int, n: int, modulus: int) -> list[int]:
    """Powers of a root, whose exponents are reversed bit by bit."""
    powers = [1]
    for _ in range(n - 1):
        powers.append(powers[-1] * root % modulus)
    bits = n.bit_length() - 1
    return [powers[int(f"{place:0{bits}b}"[::-1], 2)] for place in range(n)]
