"""One judge of security for every backend: from log QP as it really is and the secret in use.

A library's acceptance is not a proof: SEAL's table is that of 2018, and OpenFHE judges a sparse secret by the
row of a dense one.

Dense secrets are judged by the guidelines of 2024, `GUIDELINES` below: classical adversary, uniform ternary
secret, error of standard deviation 3.19. Each figure was read in two places: the paper's companion code
(github.com/gong-cr/FHE-Security-Guidelines, `RNS-CKKS-examples/lattigo/parameters/tables.go`), and
github.com/HomomorphicEncryption/SparseLWEkit, `Security/README.md`, or, for N = 2^17, OpenFHE's
`stdlatticeparms.cpp`.

Sparse secrets have no figures there. OpenFHE's `SPARSE_ENCAPSULATED` has two: a main secret of Hamming
weight 192 (`PKEBase::KeyGenInternal`), and an ephemeral one of weight 32, under which only one switching key
is encrypted, modulo q0·p, for raising the modulus in a bootstrap (`FHECKKSRNS::KeySwitchGenSparse`). Each is
judged apart, by `ENCAPSULATION` below, whose authors chose the same two weights; the moduli are those of its
parameter sets as github.com/tuneinsight/lattigo publishes them (`circuits/ckks/bootstrapping`:
`N16QP1553H192H32` and `EphemeralSecretWeight`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from backends.errors import ParameterError
from backends.interface import SecurityFacts
from backends.parameters import SPECIAL_PRIME_BITS, ParameterSet
from backends.registry import CapabilityCheck

GUIDELINES = (
    "Bossuat et al., Security Guidelines for Implementing Homomorphic Encryption, IACR CiC 1(4) 2024 "
    "(ePrint 2024/463), table 5.2, classical, uniform ternary secret"
)
ENCAPSULATION = (
    "Bossuat, Troncoso-Pastoriza, Hubaux, Bootstrapping for Approximate Homomorphic Encryption with "
    "Negligible Failure-Probability by Using Sparse-Secret Encapsulation, ACNS 2022 (ePrint 2022/024), main "
    "secret of Hamming weight 192; ephemeral secret of weight 32, used modulo q0·p alone, judged apart"
)

#: What is part of the name of a parameter set whose keys reach less than 128 bits.
INSECURE = "INSECURE"

#: secret → log2 N → security class in bits → largest log QP, in bits.
LARGEST_LOG_QP: Mapping[str, Mapping[int, Mapping[int, int]]] = {
    "uniform_ternary": {
        10: {128: 26},
        11: {128: 53, 192: 36, 256: 27},
        12: {128: 106, 192: 73, 256: 56},
        13: {128: 214, 192: 147, 256: 114},
        14: {128: 430, 192: 297, 256: 230},
        15: {128: 868, 192: 597, 256: 462},
        16: {128: 1747, 192: 1199, 256: 929},
        17: {128: 3523, 192: 2411, 256: 1866},
    },
    "sparse_encapsulated": {16: {128: 1553}},
}
SOURCES: Mapping[str, str] = {"uniform_ternary": GUIDELINES, "sparse_encapsulated": ENCAPSULATION}

#: Bits of q0·p that 128-bit security allows under the ephemeral secret; the first modulus and a special
#: prime have 60 each at most (see `ParameterSet`), so every set of this project stays below.
LARGEST_EPHEMERAL_LOG_QP = 121

#: The error's standard deviation under which all bounds were computed; a library that is asked for it may
#: keep it in single precision.
LEAST_ERROR_DEVIATION = 3.19


@dataclass(frozen=True)
class Security:
    """The verdict on one context, with the names of the record's `security` block.

    Attributes:
        bits: highest tabulated class that is met, None where none is.
        log_n: log2 of the ring dimension.
        log_qp: bits of Q·P as they really are, not rounded.
        secret: distribution of the main secret.
        source: where the bound comes from.
        secure: whether at least 128 bits are met; what is not is INSECURE wherever it shows.
        secret_from: who tells the distribution, `library` or `declared`.
        error_deviation: standard deviation of the error's coefficients, None where nothing says.
        error_from: who tells it.
    """

    bits: int | None
    log_n: int
    log_qp: float
    secret: str
    source: str
    secure: bool
    secret_from: str
    error_deviation: float | None
    error_from: str


def judge(facts: SecurityFacts) -> Security:
    """Judge what an adapter read from its library's context and keys.

    Raises:
        ParameterError: the secret is unknown here, or log QP is not a positive number.
    """
    if not (isfinite(facts.log_qp) and facts.log_qp > 0):
        raise ParameterError(f"log QP is {facts.log_qp}; read it from the primes of the library's context")
    if facts.secret not in LARGEST_LOG_QP:
        raise ParameterError(
            f"no security bounds are known for the secret {facts.secret!r}; use one of "
            f"{', '.join(LARGEST_LOG_QP)}"
        )
    bounds = LARGEST_LOG_QP[facts.secret].get(facts.log_n, {})
    bits = max((security for security, bound in bounds.items() if facts.log_qp <= bound), default=None)
    if facts.log_ephemeral is not None and facts.log_ephemeral > LARGEST_EPHEMERAL_LOG_QP:
        bits = None
    if facts.error_deviation is not None and facts.error_deviation < LEAST_ERROR_DEVIATION:
        bits = None  # a narrower error than that of every bound
    return Security(
        bits=bits,
        log_n=facts.log_n,
        log_qp=facts.log_qp,
        secret=facts.secret,
        source=SOURCES[facts.secret],
        secure=bits is not None,
        secret_from=facts.secret_from,
        error_deviation=facts.error_deviation,
        error_from=facts.error_from,
    )


def nominal(parameters: ParameterSet) -> SecurityFacts:
    """What a set asks for, in place of what is not known before there are keys."""
    log_p = float(SPECIAL_PRIME_BITS * parameters.special_primes)
    return SecurityFacts(parameters.log_n, parameters.nominal_log_qp - log_p, log_p, parameters.secret)


def foretold(parameters: ParameterSet, capabilities: CapabilityCheck) -> SecurityFacts:
    """What the keys of a backend will be judged by: the primes that its library will choose.

    It is what the set asks for where these are not known beforehand, or the library cannot use the set. An
    error of a backend that nobody foresaw is its cells' own: it fails them, and no name.
    """
    try:
        found = capabilities(parameters).security
    except Exception:
        found = None
    return nominal(parameters) if found is None else found


def named(parameters: ParameterSet, facts: SecurityFacts) -> str:
    """A set's name where its keys will be judged by these facts: under 128 bits INSECURE is part of it."""
    return parameters.name if judge(facts).secure else f"{parameters.name}_{INSECURE}"


def check_demand(parameters: ParameterSet, facts: SecurityFacts) -> None:
    """Check that a modulus meets the security that its set demands; 0 demands nothing.

    Args:
        parameters: the set.
        facts: of its keys, or as `foretold` before there are any.

    Raises:
        ParameterError: log QP exceeds the bound, or no bound is tabulated.
    """
    if parameters.security == 0:
        return
    demand = f"{parameters.security} bits at N = 2^{facts.log_n} with a {facts.secret} secret"
    rows = LARGEST_LOG_QP[facts.secret]
    bound = rows.get(facts.log_n, {}).get(parameters.security)
    if bound is None:
        tabulated = ", ".join(str(log_n) for log_n, row in rows.items() if parameters.security in row)
        choice = f"choose log_n from {tabulated}" if tabulated else "choose security: 128"
        raise ParameterError(f"no bound on log QP is tabulated for {demand}; {choice}")
    if facts.log_qp > bound:
        raise ParameterError(
            f"log QP is {_above(facts.log_qp, bound)} bits and {demand} allow {bound}; lower depth, "
            "scale_bits or first_modulus_bits, raise digits or log_n, or set security: 0 for a toy set that "
            "is marked INSECURE"
        )


def _above(log_qp: float, bound: int) -> str:
    """With as few digits as show that it is above the bound."""
    return next(text for digits in range(18) if float(text := f"{log_qp:.{digits}f}") > bound)
