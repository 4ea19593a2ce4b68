"""What decides OpenFHE's noise, known without the library."""

from __future__ import annotations

from pathlib import Path

from backends.noise.traits import Reduction, Traits, measured_factors, of_ring
from backends.openfhe.capabilities import correction_factor
from backends.openfhe.primes import primes_of_q
from backends.parameters import ParameterSet

#: What formulas cannot tell, as `bench noise` writes it.
FIGURES = Path(__file__).with_name("noise.json")


def reduction(parameters: ParameterSet) -> Reduction:
    """How a bootstrap errs.

    OpenFHE takes the first modulus q for exactly 2^gap times the top level's scale d, and multiplies by
    2^-gap/N rounded at that scale (`FHECKKSRNS::EvalBootstrap` in `ckksrns-fhe.cpp`).
    """
    q = primes_of_q(parameters.log_n, parameters.first_modulus_bits, parameters.scale_bits, parameters.depth)
    gap = parameters.first_modulus_bits - parameters.scale_bits
    multiplier = round(q[-1] * 2.0**-gap / parameters.n) * parameters.n
    return Reduction(
        correction=correction_factor(parameters),
        mismatch=q[0] * multiplier / q[-1] ** 2 - 1,
        factor=of_ring(measured_factors(FIGURES), parameters.log_n),
    )


TRAITS = Traits(floors=True, floods=True, sums_extended=True, reduction=reduction, figures=FIGURES)
