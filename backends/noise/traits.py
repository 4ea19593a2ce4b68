"""What a library does that decides its noise, as far as it differs from others: declared, and never guessed.

The amounts follow from the parameters (`backends.noise.drawn`). What is declared here was read in the
library's source and found again in what its primitives decrypt to (`bench noise`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from backends.errors import BackendError
from backends.parameters import ParameterSet
from models import regular_files


@dataclass(frozen=True)
class Reduction:
    """How a library's bootstrap errs in its modular reduction.

    Attributes:
        correction: bits by which the message is scaled down before it.
        mismatch: the relative error of the modulus that it reduces by, which is close to a power of two times
            the scale and taken for that.
        factor: the standard deviation of everything else in it, in the smallest steps of the scale and
            before the message is scaled up again; it is measured, ring by ring (`of_ring`).
    """

    correction: int
    mismatch: float
    factor: float


def of_ring(factors: Mapping[int, float], log_n: int) -> float:
    """The factor that was measured at the ring nearest to 2^log_n; 0 where none was.

    Args:
        factors: by log2 of the ring dimension.
        log_n: of the ring that is asked about.
    """
    return factors[min(factors, key=lambda measured: abs(measured - log_n))] if factors else 0.0


@cache
def measured_factors(figures: Path) -> dict[int, float]:
    """What `bench noise` wrote of bootstraps, by log2 of the ring dimension; nothing where it has not yet.

    Raises:
        BackendError: the file is damaged.
    """
    if not figures.is_file():
        return {}
    try:
        measured = json.loads(regular_files.text(figures))["reduction"]
        return {int(log_n): float(factor) for log_n, factor in measured.items()}
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise BackendError(f"{figures} holds no factors of bootstraps ({error}); restore the file") from error


@dataclass(frozen=True)
class Traits:
    """How a library encrypts, switches keys, decrypts and bootstraps.

    Attributes:
        divides_fresh: whether an encryption under the public key is made under one prime more and divided by
            it, after which rounding is all its noise.
        subtracts_zero: whether an encryption under the public key has one of zero subtracted: two masks of
            zeros and ones, and the errors of two.
        floors: whether a key switch divides by P rounding down, and not to the nearest. Its error then has a
            mean, which is the same in every rotation.
        divides_at_once: whether a key switch divides by P as a whole and rounds once; else it rounds for
            each prime of P, which shows where it rounds down.
        floods: whether decryption adds noise as large as that which it finds in imaginary parts (Li and
            Micciancio 2021).
        sums_extended: whether a sum of rotations is divided by P once (Bossuat et al. 2021).
        reduction: what is told of a set with a bootstrap; None where the library has none.
        figures: the folder's `noise.json`: what formulas cannot tell, and how far they are off.
    """

    divides_fresh: bool = False
    subtracts_zero: bool = False
    floors: bool = False
    divides_at_once: bool = False
    floods: bool = False
    sums_extended: bool = False
    reduction: Callable[[ParameterSet], Reduction] | None = None
    figures: Path | None = None
