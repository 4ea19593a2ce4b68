"""The primes that OpenFHE will choose, known without the library.

Q is chosen by `ParameterGenerationCKKSRNS::SinglePrimeModuliGen` under FLEXIBLEAUTO, P by
`CryptoParametersRNS::PrecomputeCRTTables`, by the searches of `nbtheory-impl.h`, all of them in
github.com/openfheorg/openfhe-development. All primes are 1 modulo 2N.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import count
from math import floor, prod

from backends.errors import Unsupported
from backends.parameters import SPECIAL_PRIME_BITS
from backends.primes import is_prime

#: Between which multiples of the top level's scale OpenFHE wants that of every level.
LEAST_RATIO, LARGEST_RATIO = 0.5, 2.0

#: By how many bits OpenFHE 1.6 wants P to exceed the largest digit of Q; 1.5 wanted none.
DIGIT_MARGIN_BITS = 4


@cache
def primes_of_q(log_n: int, first_bits: int, scale_bits: int, depth: int) -> tuple[int, ...]:
    """q_0 to q_depth.

    Each prime keeps the scale of its level close to that of the level above: by turns the next below and the
    next above it.

    Raises:
        Unsupported: the search finds none, or the scales of the levels drift apart.
    """
    step = 2 << log_n
    chain = [_prime((1 << scale_bits) + 1, step)]  # from the top down
    scales = [float(chain[0])]
    for turn in range(depth - 1):
        scales.append(scales[-1] * scales[-1] / float(chain[-1]))
        chain.append(_next_to(scales[-1], step if turn % 2 else -step, chain))
    scales.append(scales[-1] * scales[-1] / float(chain[-1]))
    if not all(LEAST_RATIO < scale / scales[0] < LARGEST_RATIO for scale in scales):
        raise Unsupported(
            f"OpenFHE cannot keep the scales of {depth} levels together at scale_bits {scale_bits} and log_n "
            f"{log_n}: such primes are too far apart; choose a larger scale_bits, or fewer levels"
        )
    first = _prime((1 << first_bits) + 1 - step, -step)
    if first in chain:
        first = _prime(max(chain) + step, step)
    return (first, *reversed(chain))


def primes_of_p(log_n: int, q: tuple[int, ...], digits: int) -> tuple[int, ...]:
    """The special primes: as many, of 60 bits, as the largest digit of Q and its margin have."""
    step = 2 << log_n
    per_digit = -(-len(q) // digits)
    largest = max(prod(q[start : start + per_digit]).bit_length() for start in range(0, len(q), per_digit))
    found: list[int] = []
    prime = _prime((1 << SPECIAL_PRIME_BITS) + 1, step)
    while len(found) < special_primes(largest):
        prime = _prime(prime - step, -step)
        if prime not in q:
            found.append(prime)
    return tuple(found)


def special_primes(digit_bits: int) -> int:
    """How many OpenFHE takes for a largest digit of so many bits."""
    return -(-(digit_bits + DIGIT_MARGIN_BITS) // SPECIAL_PRIME_BITS)


def _next_to(scale: float, step: int, taken: Sequence[int]) -> int:
    """The nearest prime on one side of a scale that is not taken; two steps away at least."""
    rounded = floor(scale) + (scale % 1 >= 0.5)
    prime = _prime(rounded - rounded % abs(step) + 1 + 2 * step, step)
    while prime in taken:
        prime = _prime(prime + step, step)
    return prime


def _prime(start: int, step: int) -> int:
    """The first prime from `start` on.

    Raises:
        Unsupported: there is none down to 1.
    """
    for candidate in count(start, step):
        if candidate < 2:
            break
        if is_prime(candidate):
            return candidate
    raise Unsupported(
        f"OpenFHE finds no primes that are 1 modulo {abs(step)} near the scale; choose a larger scale_bits"
    )
