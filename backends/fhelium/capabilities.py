"""What FHElium offers at a parameter set; imports no library, so that the front process can ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import prod

from backends.errors import Unsupported
from backends.fhelium.circuit import Circuit
from backends.interface import Capabilities
from backends.parameters import ParameterSet
from backends.seal.chain import ModulusChain, modulus_bits
from backends.seal.primes import available, moduli

SECRET = "uniform_ternary"
#: Of its error where nothing else is asked for, as here.
ERROR_DEVIATION = 3.19
#: Beside its rotations a bootstrap conjugates.
CONJUGATION_KEYS = 1
NO_BOOTSTRAP = "the parameter set has no bootstrap; give it one"


def capabilities(parameters: ParameterSet) -> Capabilities:
    """What FHElium offers at `parameters`.

    Raises:
        Unsupported: this adapter cannot use these parameters.
    """
    if parameters.parties > 1:
        raise Unsupported(
            "fhelium has one key owner: FHElium's joint keys are experimental, and this adapter makes none; "
            "leave parties out, or choose openfhe"
        )
    if parameters.log_slots is not None:
        raise Unsupported("fhelium encodes N/2 slots and no fewer; leave log_slots out, or choose openfhe")
    if parameters.secret != SECRET:
        raise Unsupported(
            f"fhelium cannot use a {parameters.secret} secret: FHElium draws {SECRET} ones; choose that"
        )
    chain = ModulusChain.of(parameters, chosen_moduli(parameters))
    _check_digits(parameters, chain)
    security = chain.security(SECRET, ERROR_DEVIATION)
    if parameters.bootstrap is None:
        return Capabilities(no_bootstrap_reason=NO_BOOTSTRAP, complex_slots=True, security=security)
    circuit = Circuit.of(parameters)
    lowest, output = parameters.bootstrap_levels or (0, None)
    rotations = circuit.rotations()
    return Capabilities(
        security=security,
        complex_slots=True,
        complex_bootstrap=True,
        bootstrap_output_level=output,
        bootstrap_input_level=lowest,
        bootstrap_period=2.0**circuit.correction,
        bootstrap_keys=len(rotations) + CONJUGATION_KEYS,
        bootstrap_steps=rotations,
        bootstrap_plaintexts=circuit.plaintexts,
    )


def chosen_moduli(parameters: ParameterSet) -> tuple[int, ...]:
    """The primes that FHElium is given, q_0 first and the special ones last.

    It takes any that are 1 modulo 2N and below 2^60; these are the ones that SEAL chooses, so that a set that
    both can use has the same modulus on both.

    Raises:
        Unsupported: there are too few of some size.
    """
    bits = modulus_bits(parameters)
    for size, count in Counter(bits).items():
        there_are = available(parameters.log_n, size, count)
        if there_are < count:
            key = "scale_bits" if size == parameters.scale_bits else "first_modulus_bits"
            raise Unsupported(
                f"fhelium cannot use {count} primes of {size} bits at log_n {parameters.log_n}: of those "
                f"that are 1 modulo 2N there are {there_are}; choose a larger {key}"
            )
    return moduli(parameters.log_n, bits)


def _check_digits(parameters: ParameterSet, chain: ModulusChain) -> None:
    """FHElium fills digits from the top with as many primes as their product stays below P."""
    digits = _digits(chain.primes[::-1], prod(chain.special_primes))
    if digits != parameters.digits:
        raise Unsupported(
            f"FHElium makes {digits} key-switching digits of {len(chain.primes)} primes where P has "
            f"{len(chain.special_primes)}, not {parameters.digits}; choose digits {digits}"
        )


def _digits(primes: Sequence[int], special: int) -> int:
    """The digits of `HybridRnsDecomposition` in `fhelium/backend/rns/decomposition.py`."""
    count, product = 0, special
    for prime in primes:
        fits = product * prime < special
        count, product = (count, product * prime) if fits else (count + 1, prime)
    return count
