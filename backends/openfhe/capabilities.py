"""What OpenFHE offers at a parameter set; imports no library, so that the front process can ask."""

from __future__ import annotations

from math import ceil, log2, prod

from backends.errors import Unsupported
from backends.interface import Capabilities, SecurityFacts
from backends.openfhe.primes import primes_of_p, primes_of_q
from backends.openfhe.standard import check_standard
from backends.parameters import SPECIAL_PRIME_BITS, BootstrapParameters, ParameterSet

#: Levels that a bootstrap's approximate modular reduction takes, the two linear transforms not counted.
MODULAR_REDUCTION_DEPTH = {"uniform_ternary": 14, "sparse_encapsulated": 10}

#: A bootstrap first multiplies by a correction and rescales, so one level must be left.
BOOTSTRAP_INPUT_LEVEL = 1


def capabilities(parameters: ParameterSet) -> Capabilities:
    """What OpenFHE offers at `parameters`.

    Raises:
        Unsupported: OpenFHE cannot use these parameters.
    """
    _check_digits(parameters)
    security = _security(parameters)
    if parameters.bootstrap is None:
        no_bootstrap = "the parameter set has no bootstrap; give it one"
        return Capabilities(no_bootstrap_reason=no_bootstrap, security=security, complex_slots=True)
    _check_bootstrap(parameters, parameters.bootstrap)
    return Capabilities(
        security=security,
        complex_slots=True,
        bootstrap_output_level=parameters.depth - parameters.bootstrap.depth,
        bootstrap_input_level=BOOTSTRAP_INPUT_LEVEL,
        bootstrap_keys=_bootstrap_keys(parameters, parameters.bootstrap),
        bootstrap_plaintexts=_bootstrap_plaintexts(parameters, parameters.bootstrap),
    )


def _security(parameters: ParameterSet) -> SecurityFacts:
    """What the key owner will answer: Q exactly, each prime of P as 60 bits, which it cannot read.

    Raises:
        Unsupported: there are no such primes, or OpenFHE's own check of security refuses them.
    """
    q = primes_of_q(parameters.log_n, parameters.first_modulus_bits, parameters.scale_bits, parameters.depth)
    p = primes_of_p(parameters.log_n, q, parameters.digits)
    check_standard(parameters, len(p))
    sparse = parameters.secret == "sparse_encapsulated"
    return SecurityFacts(
        log_n=parameters.log_n,
        log_q=log2(prod(q)),
        log_p=float(SPECIAL_PRIME_BITS * len(p)),
        secret=parameters.secret,
        log_ephemeral=log2(q[0]) + SPECIAL_PRIME_BITS if sparse else None,
    )


def _layer_bits(parameters: ParameterSet, levels: int) -> int:
    """Butterfly stages that each of the levels of a linear transform merges."""
    return ceil((parameters.log_n - 1) / levels)


def _bootstrap_keys(parameters: ParameterSet, bootstrap: BootstrapParameters) -> int:
    """Baby and giant steps of each merged layer, which both transforms share, and the conjugation."""
    bits = _layer_bits(parameters, min(bootstrap.level_budget))
    return int(max(bootstrap.level_budget) * 2 * 2 ** ceil((bits + 1) / 2)) + 2


def _bootstrap_plaintexts(parameters: ParameterSet, bootstrap: BootstrapParameters) -> int:
    """Diagonals of the merged layers of both linear transforms."""
    return sum(levels * (2 ** (_layer_bits(parameters, levels) + 1) - 1) for levels in bootstrap.level_budget)


def _check_digits(parameters: ParameterSet) -> None:
    """OpenFHE gives every digit the same number of primes and refuses digits that would stay empty."""
    primes = parameters.depth + 1
    used = ceil(primes / ceil(primes / parameters.digits))
    if used != parameters.digits:
        raise Unsupported(
            f"OpenFHE fills only {used} of {parameters.digits} key-switching digits with {primes} primes; "
            f"set digits to {used}"
        )


def _check_bootstrap(parameters: ParameterSet, bootstrap: BootstrapParameters) -> None:
    """The limits that OpenFHE would report only at the first bootstrap, or not at all."""
    depth = MODULAR_REDUCTION_DEPTH[parameters.secret] + sum(bootstrap.level_budget)
    if bootstrap.depth != depth:
        raise Unsupported(
            f"OpenFHE's bootstrap takes {depth} levels with level budget {list(bootstrap.level_budget)} and "
            f"secret {parameters.secret}, not {bootstrap.depth}; set bootstrap.depth to {depth}"
        )
    gap = parameters.first_modulus_bits - parameters.scale_bits
    if gap > bootstrap.correction_factor:
        raise Unsupported(
            f"the first modulus exceeds the scale by {gap} bits, and OpenFHE's bootstrap allows at most the "
            f"correction factor, {bootstrap.correction_factor}; raise the factor or lower the first modulus"
        )
