"""Partial decryptions fused past OpenFHE's own refusal, to look at them coefficient by coefficient.

OpenFHE refuses to decode real slots with imaginary parts, which is how it finds that a share is missing. That
is courtesy and no protection. It decodes any number of a context with complex slots, and what a context is
stands in what it serialises: so partial decryptions are read again as those of such a one.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, prod, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import openfhe
from numpy.typing import NDArray

from backends.openfhe.primes import primes_of_q
from backends.parameters import ParameterSet

#: How OpenFHE writes that a context's slots are real, and complex.
REAL, COMPLEX = '"cdt": 0', '"cdt": 1'
#: How likely uniform numbers are taken for others.
CHANCE = 1e-9


def over_modulus(shares: Sequence[Path], parameters: ParameterSet) -> NDArray[np.float64]:
    """`[N]`, the coefficients of fused partial decryptions over their modulus q, from -1/2 to 1/2.

    Args:
        shares: files of partial decryptions of one ciphertext, the first key owner's first if it is there.
        parameters: of their context, all of whose slots are used.
    """
    read = [_complex(path) for path in shares]
    fused = read[0].GetCryptoContext().MultipartyDecryptFusion(read)
    slots = np.array(fused.GetCKKSPackedValue())
    primes = primes_of_q(
        parameters.log_n, parameters.first_modulus_bits, parameters.scale_bits, parameters.depth
    )
    q = prod(primes[: parameters.depth + 1 - read[0].GetLevel()])
    return _coefficients(slots) * (read[0].GetScalingFactor() / q)


def each_over_modulus(
    shares: Sequence[Path], chosen: Sequence[Sequence[int]], parameters: ParameterSet
) -> list[NDArray[np.float64]]:
    """See `over_modulus`, of some choices of the shares."""
    return [over_modulus([shares[one] for one in some], parameters) for some in chosen]


def distance_from_uniform(numbers: NDArray[np.float64]) -> float:
    """Kolmogorov and Smirnov's: the most by which a distribution differs from uniform on -1/2 to 1/2."""
    ranks = (np.arange(len(numbers)) + 0.5) / len(numbers)
    return float(np.abs(np.sort(numbers) + 0.5 - ranks).max() + 0.5 / len(numbers))


def most_by_chance(count: int) -> float:
    """The distance that so many uniform numbers pass with the probability `CHANCE` (Massart 1990)."""
    return sqrt(log(2 / CHANCE) / (2 * count))


def _complex(path: Path) -> Any:
    """A partial decryption as one of a context with complex slots."""
    ciphertext, _ = openfhe.DeserializeCiphertext(str(path), openfhe.BINARY)
    again = path.with_suffix(".json")
    openfhe.SerializeToFile(str(again), ciphertext, openfhe.JSON)
    text = again.read_text()
    assert text.count(REAL) == 1
    again.write_text(text.replace(REAL, COMPLEX))
    found, _ = openfhe.DeserializeCiphertext(str(again), openfhe.JSON)
    again.unlink()
    return found


def _coefficients(slots: NDArray[np.complex128]) -> NDArray[np.float64]:
    """`[N]`, the polynomial whose values at the 2N-th roots of unity ζ^(5^j) are the N/2 slots."""
    n = 2 * len(slots)
    values, power = np.zeros(2 * n, np.complex128), 1
    for slot in slots:
        values[power], values[-power] = slot, slot.conj()
        power = power * 5 % (2 * n)
    return np.asarray(np.fft.fft(values).real[:n] / n, np.float64)
