"""What decides OpenFHE's noise, known without the library."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from backends.errors import BackendError
from backends.noise.traits import Reduction, Traits, of_ring
from backends.openfhe.capabilities import correction_factor
from backends.openfhe.primes import primes_of_q
from backends.parameters import ParameterSet
from models import regular_files

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
        factor=of_ring(_factors(), parameters.log_n),
    )


@cache
def _factors() -> dict[int, float]:
    """What was measured, by log2 of the ring dimension.

    Raises:
        BackendError: the file is damaged.
    """
    if not FIGURES.is_file():
        return {}
    try:
        measured = json.loads(regular_files.text(FIGURES))["reduction"]
        return {int(log_n): float(factor) for log_n, factor in measured.items()}
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise BackendError(f"{FIGURES} holds no factors of bootstraps ({error}); restore the file") from error


TRAITS = Traits(floors=True, floods=True, sums_extended=True, reduction=reduction, figures=FIGURES)
