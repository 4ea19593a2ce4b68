"""What OpenFHE offers at a parameter set; imports no library, so that the front process can ask."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log2, prod

from backends.errors import Unsupported
from backends.interface import Capabilities, SecurityFacts
from backends.openfhe.primes import primes_of_p, primes_of_q
from backends.openfhe.standard import check_standard
from backends.parameters import (
    COEFFICIENTS_TO_SLOTS_FIRST,
    SLOTS_TO_COEFFICIENTS_FIRST,
    SPECIAL_PRIME_BITS,
    BootstrapParameters,
    ParameterSet,
)

#: Of the error where nothing else is asked for, as here.
ERROR_DEVIATION = 3.19
#: Beside rotations: a conjugation, and the switch back from a sparse secret; that to it is small.
OTHER_BOOTSTRAP_KEYS = 2
#: Levels that a bootstrap's approximate modular reduction takes, the two linear transforms not counted.
MODULAR_REDUCTION_DEPTH = {"uniform_ternary": 14, "sparse_encapsulated": 10}

#: Levels below which a ciphertext cannot enter an interactive bootstrap: that of the library's usual
#: compression, and one to get there; from one less it returns other values.
INTERACTIVE_BOOTSTRAP_INPUT_LEVEL = 4

#: OpenFHE's own correction factors by kind and log2 of the ring dimension, where all slots are bootstrapped.
OWN_CORRECTIONS = {
    COEFFICIENTS_TO_SLOTS_FIRST: {10: 12, 11: 11, 12: 11, 13: 10, 14: 9, 15: 8, 16: 8, 17: 7},
    SLOTS_TO_COEFFICIENTS_FIRST: {10: 14, 11: 14, 12: 13, 13: 13, 14: 12, 15: 11, 16: 11, 17: 10},
}

#: Seconds of one iteration relative to the kind that comes first, at N = 2^16 and level budget [3, 3]: the
#: quieter table of `docs/bootstraps.md`, 9.1 and 11.7 s on two threads.
RELATIVE_WORK = {COEFFICIENTS_TO_SLOTS_FIRST: 1.0, SLOTS_TO_COEFFICIENTS_FIRST: 0.78}


def capabilities(parameters: ParameterSet) -> Capabilities:
    """What OpenFHE offers at `parameters`.

    Raises:
        Unsupported: OpenFHE cannot use these parameters.
    """
    _check_digits(parameters)
    _check_parties(parameters)
    security = _security(parameters)
    if parameters.bootstrap is None:
        no_bootstrap = "the parameter set has no bootstrap; give it one"
        together = INTERACTIVE_BOOTSTRAP_INPUT_LEVEL if parameters.parties > 1 else None
        return Capabilities(
            no_bootstrap_reason=no_bootstrap,
            security=security,
            complex_slots=True,
            interactive_bootstrap_input_level=together,
        )
    _check_bootstrap(parameters, parameters.bootstrap)
    lowest, output = parameters.bootstrap_levels or (0, None)
    steps = bootstrap_steps(parameters, parameters.bootstrap.level_budget)
    return Capabilities(
        security=security,
        complex_slots=True,
        complex_bootstrap=parameters.bootstrap.kind == COEFFICIENTS_TO_SLOTS_FIRST,
        bootstrap_output_level=output,
        bootstrap_input_level=lowest,
        bootstrap_work=RELATIVE_WORK[parameters.bootstrap.kind] * parameters.bootstrap.iterations,
        bootstrap_period=2.0 ** correction_factor(parameters),
        bootstrap_keys=len(steps) + OTHER_BOOTSTRAP_KEYS,
        bootstrap_steps=tuple(step for step in steps if step < parameters.slots),
        bootstrap_plaintexts=_bootstrap_plaintexts(parameters, parameters.bootstrap),
    )


def _security(parameters: ParameterSet) -> SecurityFacts:
    """What the key owner will answer: Q exactly, each prime of P as 60 bits, which it cannot read.

    Raises:
        Unsupported: there are no such primes, or OpenFHE's own check of security refuses them.
    """
    q = primes_of_q(parameters.log_n, parameters.first_modulus_bits, parameters.scale_bits, parameters.depth)
    p = primes_of_p(parameters.log_n, q, parameters.digits)
    check_standard(parameters)
    sparse = parameters.secret == "sparse_encapsulated"
    return SecurityFacts(
        log_n=parameters.log_n,
        log_q=log2(prod(q)),
        log_p=float(SPECIAL_PRIME_BITS * len(p)),
        secret=parameters.secret,
        log_ephemeral=log2(q[0]) + SPECIAL_PRIME_BITS if sparse else None,
        error_deviation=ERROR_DEVIATION,
    )


def _log_slots(parameters: ParameterSet) -> int:
    return parameters.slots.bit_length() - 1


def bootstrap_steps(parameters: ParameterSet, level_budget: Sequence[int]) -> tuple[int, ...]:
    """The rotations of a bootstrap, in the order of all N/2 slots of which fewer are a repeated part.

    A level of a linear transform merges butterfly stages, and rotates by the multiples of its stride up to
    its baby steps, the last of which serves for all giant steps. The stages that are left over make a level
    of their own: the first of coefficients-to-slots, the last of slots-to-coefficients. Fewer slots than N/2
    are summed over their copies, four at a time, and OpenFHE makes a key of one step beyond them.
    """
    log_slots = _log_slots(parameters)
    found: set[int] = set()
    for levels, left_over_first in zip(level_budget, (True, False), strict=True):
        merged, whole, left_over = _layers(log_slots, levels)
        stages = [merged] * whole
        if left_over:
            stages.insert(0 if left_over_first else whole, left_over)
        log_stride = 0
        for count in stages:
            found.update(step << log_stride for step in range(1, _baby_steps(count) + 1))
            log_stride += count
    all_slots, slots = parameters.n // 2, parameters.slots
    if slots < all_slots:
        copies = range(log_slots, parameters.log_n - 1, 2)
        found.update(many << log for log in copies for many in (1, 2, 3) if many << log < all_slots)
        found.update({slots + 1} if max(level_budget) > 1 else ())
    return tuple(sorted({step % all_slots for step in found if step % all_slots}))


def _layers(stages: int, levels: int) -> tuple[int, int, int]:
    """How many stages a level merges, how many levels do, and the stages of the last level, if it differs.

    It has what is left over: less than the others, or more where with one more each they left it nothing.
    """
    merged = ceil(stages / levels)
    if ceil(stages / merged) < levels:
        merged -= 1
    whole = levels if merged * levels == stages else levels - 1
    return merged, whole, stages - whole * merged


def _baby_steps(stages: int) -> int:
    """Of a level that merges so many stages, and so has 2^(stages + 1) - 1 diagonals."""
    return int(2 ** (stages // 2 + (2 if stages > 2 else 1)))


def _bootstrap_plaintexts(parameters: ParameterSet, bootstrap: BootstrapParameters) -> int:
    """Diagonals of the merged layers of both linear transforms."""
    found = 0
    for levels in bootstrap.level_budget:
        merged, whole, left_over = _layers(_log_slots(parameters), levels)
        found += whole * (2 ** (merged + 1) - 1) + (2 ** (left_over + 1) - 1 if left_over else 0)
    return found


def _check_digits(parameters: ParameterSet) -> None:
    """OpenFHE gives every digit the same number of primes and refuses digits that would stay empty."""
    primes = parameters.depth + 1
    used = ceil(primes / ceil(primes / parameters.digits))
    if used != parameters.digits:
        raise Unsupported(
            f"OpenFHE fills only {used} of {parameters.digits} key-switching digits with {primes} primes; "
            f"set digits to {used}"
        )


def _check_parties(parameters: ParameterSet) -> None:
    """The keys that switch to and from a sparse secret are made from the whole secret, which nobody has."""
    if parameters.parties > 1 and parameters.log_slots is not None:
        raise Unsupported(
            "several key owners make keys for N/2 slots and no fewer; leave log_slots or parties out"
        )
    if parameters.parties > 1 and parameters.secret == "sparse_encapsulated":
        raise Unsupported(
            "OpenFHE makes no joint keys of a sparse_encapsulated secret: those that switch between the two "
            "secrets come from one key owner alone; choose secret uniform_ternary, or one of the parties"
        )


def _check_bootstrap(parameters: ParameterSet, bootstrap: BootstrapParameters) -> None:
    """The limits that OpenFHE would report only at the first bootstrap, or not at all."""
    stages = _log_slots(parameters)
    if max(bootstrap.level_budget) > stages:
        raise Unsupported(
            f"a linear transform of {parameters.slots} slots has {stages} stages, fewer than the level "
            f"budget {list(bootstrap.level_budget)}; lower it"
        )
    if parameters.log_slots is not None and bootstrap.correction_factor is None:
        raise Unsupported(
            "OpenFHE's own correction factor is known here for all slots alone; with log_slots, give the "
            "bootstrap a correction_factor"
        )
    depth = MODULAR_REDUCTION_DEPTH[parameters.secret] + sum(bootstrap.level_budget)
    depth += bootstrap.iterations - 1  # scaling the error back
    if bootstrap.depth != depth:
        raise Unsupported(
            f"OpenFHE's bootstrap takes {depth} levels with level budget {list(bootstrap.level_budget)}, "
            f"secret {parameters.secret} and iterations {bootstrap.iterations}, not {bootstrap.depth}; "
            f"set bootstrap.depth to {depth}"
        )
    gap, correction = parameters.first_modulus_bits - parameters.scale_bits, correction_factor(parameters)
    if gap > correction:
        raise Unsupported(
            f"the first modulus exceeds the scale by {gap} bits, and OpenFHE's bootstrap allows at most the "
            f"correction factor, {correction}; raise the factor or lower the first modulus"
        )


def correction_factor(parameters: ParameterSet) -> int:
    """That of a set with a bootstrap, OpenFHE's own where the set leaves it to the library."""
    bootstrap = parameters.bootstrap
    assert bootstrap is not None
    return bootstrap.correction_factor or OWN_CORRECTIONS[bootstrap.kind][parameters.log_n]
