"""OpenFHE's own check of security, which it makes of a set that demands some before it makes a context.

It estimates the modulus from the bits asked for, one more because it chooses primes around the scale, and
compares with a table of its own (`ParameterGenerationCKKSRNS::ParamsGenCKKSRNSInternal`,
`CryptoParametersRNS::EstimateLogP` and `stdlatticeparms.cpp` in github.com/openfheorg/openfhe-development).
"""

from __future__ import annotations

from collections.abc import Mapping

from backends.errors import Unsupported
from backends.openfhe.primes import special_primes
from backends.parameters import SPECIAL_PRIME_BITS, ParameterSet

#: Security in bits → log2 N → the most bits of Q·P, ternary secrets, classical adversary.
MOST_BITS: Mapping[int, Mapping[int, int]] = {
    128: {10: 27, 11: 54, 12: 109, 13: 218, 14: 438, 15: 881, 16: 1747, 17: 3523},
    192: {10: 19, 11: 37, 12: 75, 13: 152, 14: 305, 15: 611, 16: 1199, 17: 2411},
    256: {10: 14, 11: 29, 12: 58, 13: 118, 14: 237, 15: 476, 16: 929, 17: 1866},
}


def check_standard(parameters: ParameterSet) -> None:
    """See that OpenFHE makes a context at the security that a set demands; 0 demands nothing.

    Raises:
        Unsupported: it makes none.
    """
    if parameters.security == 0:
        return
    bits = _with_one_more(parameters.first_modulus_bits + parameters.depth * parameters.scale_bits)
    bits += _special_primes(parameters) * SPECIAL_PRIME_BITS
    most = MOST_BITS[parameters.security][parameters.log_n]
    if bits > most:
        raise Unsupported(
            f"OpenFHE makes no context of {parameters.security} bits of security at N = 2^{parameters.log_n} "
            f"whose modulus it estimates at {bits}: its table has {most}; lower depth, scale_bits or "
            "first_modulus_bits"
        )


def _special_primes(parameters: ParameterSet) -> int:
    """How many OpenFHE estimates: what the largest digit asks for, and a bit."""
    bits = [parameters.first_modulus_bits, *[parameters.scale_bits] * parameters.depth]
    per_digit = -(-len(bits) // parameters.digits)
    largest = max(sum(bits[start : start + per_digit]) for start in range(0, len(bits), per_digit))
    return special_primes(_with_one_more(largest))


def _with_one_more(bits: int) -> int:
    """A bit more, but for one prime of the largest size."""
    return bits if bits == SPECIAL_PRIME_BITS else bits + 1
