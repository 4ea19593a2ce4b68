"""What of a context and its keys decides their security, as far as OpenFHE shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import log2

import openfhe

from backends.errors import ExecutionError
from backends.interface import TOLD_BY_LIBRARY, SecurityFacts
from backends.openfhe.bindings import CryptoContext
from backends.openfhe.context import SECRETS
from backends.parameters import SPECIAL_PRIME_BITS, ParameterSet

BYTES_PER_RESIDUE = 8


def security_facts(
    context: CryptoContext, parameters: ParameterSet, relinearisation_key_bytes: int
) -> SecurityFacts:
    """Q exactly, from the context; P from above, from the relinearisation key as it was written.

    The bindings do not show P. A key-switching key holds `digits` pairs of polynomials modulo Q·P, so its
    size gives the number of primes of Q·P: what is not a polynomial in the file (some 10 kB) can only add
    to that number. Those that are not Q's are P's, each below 2^60.

    Raises:
        ExecutionError: no keys have been generated.
    """
    if not relinearisation_key_bytes:
        raise ExecutionError("there are no keys to read the security from; call generate first")
    bytes_per_prime = 2 * parameters.digits * parameters.n * BYTES_PER_RESIDUE
    primes_of_qp = relinearisation_key_bytes // bytes_per_prime
    special_primes = primes_of_qp - (parameters.depth + 1)
    secret, error_deviation = drawn(context)
    return SecurityFacts(
        log_n=int(log2(context.GetRingDimension())),
        log_q=log2(context.GetElementParams().GetModulus()),
        log_p=float(special_primes * SPECIAL_PRIME_BITS),
        secret=secret,
        log_ephemeral=_log_ephemeral(context, parameters),
        secret_from=TOLD_BY_LIBRARY,
        error_deviation=error_deviation,
        error_from=TOLD_BY_LIBRARY,
    )


def drawn(context: CryptoContext) -> tuple[str, float]:
    """The distribution of the secret and the standard deviation of the error, as the context has them.

    The bindings have no call for either. OpenFHE writes both where it serialises a context, under the names
    `mo` and `dp` (`CryptoParametersRLWE::save`).

    Raises:
        ExecutionError: this version of the library does not.
    """
    written = json.loads(openfhe.Serialize(context, openfhe.JSON))
    found = next((one for one in _blocks(written) if "dp" in one and "mo" in one), None)
    if found is None:
        raise ExecutionError(
            "OpenFHE does not tell how it draws secret and error; use the version that is declared"
        )
    names = {int(value): name for name, value in SECRETS.items()}
    number = int(str(found["mo"]))
    return names.get(number, f"OpenFHE's SecretKeyDist {number}"), float(str(found["dp"]))


def _blocks(written: object) -> Iterator[Mapping[str, object]]:
    """Every block of names in what was written."""
    if isinstance(written, dict):
        yield written
    within = written.values() if isinstance(written, dict) else written if isinstance(written, list) else ()
    for one in within:
        yield from _blocks(one)


def _log_ephemeral(context: CryptoContext, parameters: ParameterSet) -> float | None:
    """Bits of q0·p, the only modulus that the ephemeral secret encrypts under; p is below 2^60."""
    if parameters.secret != "sparse_encapsulated":
        return None
    return log2(context.GetModulusCKKS()) + SPECIAL_PRIME_BITS
