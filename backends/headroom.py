"""How large a value may be at a level, and what becomes of one that is larger.

A ciphertext holds a polynomial with integer coefficients modulo Q, the product of its primes: the values'
coefficients times the scale (Cheon et al. 2017). Sums, products, rotations, rescales and drops are exact
modulo Q, or modulo the smaller modulus that they leave; only decryption, and a bootstrap, which begins at
the first modulus, must take each coefficient for the one nearest to zero. So what counts is how large values
are where they are decrypted or refreshed, and there a coefficient beyond Q / (2·scale) comes back less some
multiple of Q / scale ("wraps"). A bootstrap may want them smaller still: it reduces by a sine, which brings
a coefficient near a quarter of its period back far too small. A bootstrap that begins with
slots-to-coefficients has made coefficients of the slots by then, so there each slot is held against the same
bounds. Constants must fit where they are encoded; SEAL refuses those that do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log2
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from backends.errors import PlanError
from backends.parameters import MOST_PRIME_BITS, SLOTS_TO_COEFFICIENTS_FIRST, ParameterSet
from models.arrays import Array

#: Real or complex slots.
Slots = Array | NDArray[np.complex128]

#: Libraries order slots by powers of 5, as OpenFHE and the simulator, or of 3, as SEAL does.
GENERATORS = (5, 3)
#: So many times the modulus is the most of which a float64 tells the rest to a thousandth.
HELD = 2.0**42
#: The part of a sine's period from which on a tenth of a coefficient is lost.
BENT = 1 / 8


def room(parameters: ParameterSet, level: int) -> float:
    """The largest coefficient, in units of values, that a ciphertext or a plaintext holds at a level."""
    spare = parameters.first_modulus_bits - parameters.scale_bits - 1
    return 2.0 ** min(spare + level * parameters.scale_bits, 1000)


def reach(parameters: ParameterSet, level: int, period: float | None = None) -> float:
    """The largest coefficient that comes back right where it is decrypted, encoded or bootstrapped.

    Args:
        parameters: the set.
        level: where that is.
        period: that of the bootstrap's sine; None where none is entered.
    """
    held = room(parameters, level)
    return held if period is None else min(held, BENT * period)


def coefficients(slots: Slots, generator: int = GENERATORS[0]) -> Array:
    """The N coefficients of the polynomial whose values at powers g^j of a root of unity are N/2 slots.

    The root is exp(iπ/N), and at the conjugates of those powers the values are the slots' conjugates; this is
    the order in which rotations are cyclic (Cheon et al. 2018).
    """
    n = 2 * len(slots)
    at = _places(n, generator)
    values = np.empty(n, complex)
    values[at], values[n - 1 - at] = slots, np.conj(slots)
    return np.asarray((np.fft.fft(values) / n * _turns(n).conj()).real)


def slots_of(polynomial: Array) -> NDArray[np.complex128]:
    """The slots of a polynomial: the inverse of `coefficients`."""
    n = len(polynomial)
    return np.asarray((np.fft.ifft(polynomial * _turns(n)) * n)[_places(n, GENERATORS[0])])


def wrapped(slots: Slots, most: float) -> Slots:
    """What is left of slots where coefficients beyond ±most wrap; of real ones, the real parts."""
    if np.abs(slots).mean() <= most:  # no coefficient is larger than that
        return slots
    with np.errstate(invalid="ignore", over="ignore"):
        found = slots_of(_left(coefficients(slots), most))
    return found if np.iscomplexobj(slots) else found.real


def _left(values: Array, most: float) -> Array:
    """What a modulus of ±most leaves of values: any number where a float does not hold the last digits."""
    left = (values + most) % (2 * most) - most
    lost = ~(np.abs(values) < most * HELD)
    if lost.any():
        drawn = np.random.default_rng(crc32(values.tobytes()))
        left[lost] = drawn.uniform(-most, most, np.count_nonzero(lost))
    return np.asarray(left)


def slots_enter(parameters: ParameterSet) -> bool:
    """Whether a bootstrap's modular reduction works on the slots, and not on the coefficients."""
    bootstrap = parameters.bootstrap
    return bootstrap is not None and bootstrap.kind == SLOTS_TO_COEFFICIENTS_FIRST


def bootstrapped(parameters: ParameterSet, slots: Slots) -> Slots:
    """What a bootstrap returns of slots, but for its noise; of those that enter, real ones."""
    most = room(parameters, 0)
    if slots_enter(parameters):
        return _left(np.asarray(slots.real), most)
    return wrapped(slots, most)


def largest_coefficient(slots: Slots | complex, enough: float) -> float:
    """The largest coefficient of slots in any library's order, or a bound to it that is at most `enough`."""
    if not isinstance(slots, np.ndarray):
        return max(abs(slots.real), abs(slots.imag))
    bound = float(np.abs(slots).mean())
    if bound <= enough:
        return bound
    return max(float(np.abs(coefficients(slots, generator)).max()) for generator in GENERATORS)


def check(
    parameters: ParameterSet,
    level: int,
    vectors: Sequence[Slots | complex],
    what: str,
    period: float | None = None,
) -> None:
    """See that slot vectors fit at a level, a number standing for one that is equal throughout.

    Args:
        parameters: the set.
        level: where they are encoded, decrypted or refreshed.
        vectors: the slot vectors.
        what: what they are, for the sentence.
        period: that of the sine of the bootstrap that they enter; None where they enter none.

    Raises:
        PlanError: they do not; it says with which parameters they would.
    """
    largest = max(float(np.abs(slots).max()) for slots in vectors)
    held, enough = room(parameters, level), reach(parameters, level, period)
    if period is not None and slots_enter(parameters):
        coefficient = largest
    else:
        coefficient = max(largest_coefficient(slots, enough) for slots in vectors)
    if coefficient <= enough:
        return
    told = f"values reach {largest:.2g} in {what} (coefficients {coefficient:.2g}), and a "
    if coefficient <= held:
        factor = ceil(log2(coefficient / BENT))
        raise PlanError(
            f"{told}bootstrap loses a tenth and more of those beyond {enough:.2g}; use a correction_factor "
            f"of {factor}, or scale the model's weights down"
        )
    spare = ceil(log2(coefficient)) + 1 - level * parameters.scale_bits
    first, scale = parameters.scale_bits + spare, parameters.first_modulus_bits - spare
    remedy = (
        f"first_modulus_bits of {first}"
        if first <= MOST_PRIME_BITS
        else f"scale_bits of {max(scale, 20)} or less"
    )
    raise PlanError(
        f"{told}first modulus of {parameters.first_modulus_bits} bits at a scale of "
        f"2^{parameters.scale_bits} holds {held:.2g} at level {level}; use {remedy}, or scale the model's "
        "weights down"
    )


def _places(n: int, generator: int) -> NDArray[np.int64]:
    """Where the slots lie among the n odd powers of the root: slot j at the power g^j."""
    powers = np.ones(n // 2, np.int64)
    for step in range(1, n // 2):
        powers[step] = powers[step - 1] * generator % (2 * n)
    return powers // 2


def _turns(n: int) -> NDArray[np.complex128]:
    """The powers 0 to n - 1 of the root."""
    return np.asarray(np.exp(1j * np.pi * np.arange(n) / n))
