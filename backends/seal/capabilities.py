"""What SEAL can and cannot do at a parameter set, whichever binding leads to it."""

from __future__ import annotations

from collections import Counter
from math import sqrt

from backends.errors import Unsupported
from backends.interface import Capabilities
from backends.parameters import ParameterSet
from backends.seal.chain import ModulusChain, modulus_bits
from backends.seal.primes import available, moduli

LARGEST_LOG_N = 15
#: `SEAL_USER_MOD_BIT_COUNT_MAX`.
LARGEST_PRIME_BITS = 60
#: Bits by which the first modulus must exceed the scale, for `CKKSEncoder` to encode anything at level 0.
LEAST_GAP = 2
SECRET = "uniform_ternary"
#: And of its error: the difference of two sums of 21 bits, whose variances are 1/4 each. SEAL calls that 3.2
#: (`util/rlwe.cpp`, `sample_poly_cbd`), and nothing that its bindings show tells it.
ERROR_DEVIATION = sqrt(2 * 21 / 4)
NO_BOOTSTRAP = "SEAL has no CKKS bootstrap; choose round_trip refreshes, or a backend that bootstraps"
NO_SHARES = (
    "has one key owner: SEAL has no protocol by which several make keys of shares of a secret, nor one by "
    "which they decrypt together; leave parties out, or choose openfhe"
)

ALL_SLOTS = "encodes N/2 slots and no fewer; leave log_slots out, or choose openfhe"


def capabilities(parameters: ParameterSet, library: str, *, complex_slots: bool = False) -> Capabilities:
    """The capabilities of `library`, a binding to SEAL.

    Args:
        parameters: the parameter set.
        library: its name.
        complex_slots: whether its adapter encodes complex slots and conjugates, as SEAL itself does.

    Raises:
        Unsupported: SEAL cannot use these parameters.
    """
    if parameters.parties > 1:
        raise Unsupported(f"{library} {NO_SHARES}")
    if parameters.bootstrap is not None:
        raise Unsupported(f"{library} cannot bootstrap: {NO_BOOTSTRAP}")
    if parameters.log_slots is not None:
        raise Unsupported(f"{library} {ALL_SLOTS}")
    if parameters.log_n > LARGEST_LOG_N:
        raise Unsupported(
            f"{library} cannot use log_n {parameters.log_n}: SEAL's security table stops at "
            f"{LARGEST_LOG_N}; choose log_n {LARGEST_LOG_N} or less"
        )
    if parameters.digits != parameters.depth + 1:
        raise Unsupported(
            f"{library} cannot use {parameters.digits} key-switching digits: SEAL has one special prime and "
            f"so one digit per prime; choose digits {parameters.depth + 1}"
        )
    if parameters.secret != SECRET:
        raise Unsupported(
            f"{library} cannot use a {parameters.secret} secret: SEAL draws {SECRET} ones; choose that"
        )
    _check_first_modulus(parameters, library)
    return Capabilities(
        no_bootstrap_reason=f"{library} cannot bootstrap: {NO_BOOTSTRAP}",
        complex_slots=complex_slots,
        security=_chain(parameters, library).security(SECRET, ERROR_DEVIATION),
    )


def _check_first_modulus(parameters: ParameterSet, library: str) -> None:
    gap = parameters.first_modulus_bits - parameters.scale_bits
    if gap < LEAST_GAP:
        larger = parameters.scale_bits + LEAST_GAP
        remedy = f"choose scale_bits {parameters.first_modulus_bits - LEAST_GAP} or less"
        if larger <= LARGEST_PRIME_BITS:
            remedy = f"choose first_modulus_bits {larger} or more"
        raise Unsupported(
            f"{library} cannot use a first modulus of {parameters.first_modulus_bits} bits at a scale of "
            f"{parameters.scale_bits}: SEAL encodes nothing at level 0 where they are not at least "
            f"{LEAST_GAP} bits apart; {remedy}"
        )


def _chain(parameters: ParameterSet, library: str) -> ModulusChain:
    """The modulus chain that SEAL will make.

    Raises:
        Unsupported: there are too few primes of some size.
    """
    bits = modulus_bits(parameters)
    for size, count in Counter(bits).items():
        _check_primes(parameters, library, size, count)
    return ModulusChain.of(parameters, moduli(parameters.log_n, bits))


def _check_primes(parameters: ParameterSet, library: str, size: int, count: int) -> None:
    there_are = available(parameters.log_n, size, count)
    if there_are < count:
        key = "scale_bits" if size == parameters.scale_bits else "first_modulus_bits"
        larger = range(size + 1, LARGEST_PRIME_BITS + 1)
        enough = next(more for more in larger if available(parameters.log_n, more, count) == count)
        raise Unsupported(
            f"{library} cannot use {count} primes of {size} bits at log_n {parameters.log_n}: of those that "
            f"are 1 modulo 2N there are {there_are}; choose {key} {enough} or more"
        )


def refuse_bootstrap(asked: bool) -> None:
    """Raise Unsupported where bootstrap keys are asked for."""
    if asked:
        raise Unsupported(NO_BOOTSTRAP)
