"""The noise of a library's instructions, drawn for slots: what the simulator adds where it imitates one.

A ciphertext's noise is a polynomial e_0 + e_1·s, s being the secret key. Coefficients of e_0 and e_1 are
independent and small against N, so that in the slots they are normal (the heuristic of Cheon et al. 2017,
section 3, and of Costache, Curtis et al. 2022): at the root ζ of a slot with variance N·(v_0 + v_1·|s(ζ)|²),
v_0 and v_1 being those of a coefficient. The secret is drawn, because |s(ζ)| differs from slot to slot and
stays the same for all of a key's ciphertexts, which makes the tail of the noise.
"""

from __future__ import annotations

from functools import cached_property
from math import ceil, hypot, pi, sqrt
from zlib import crc32

import numpy as np

from backends import headroom
from backends.headroom import Slots
from backends.interface import ComplexVector, Vector
from backends.noise.traits import Reduction, Traits
from backends.parameters import SPECIAL_PRIME_BITS, ParameterSet

#: Standard deviation of the errors in keys and encryptions, in all libraries (Albrecht et al. 2018).
DEVIATION = 3.19
#: Hamming weights of an encapsulated sparse secret: the main one, and that under which a modulus is raised.
MAIN_WEIGHT, EPHEMERAL_WEIGHT = 192, 32
#: Variance of a rounding to the nearest whole number, and of a coefficient of a ternary polynomial.
ROUNDING, TERNARY = 1 / 12, 2 / 3
#: Variance of the difference of two that are 0 or 1.
BINARY_DIFFERENCE = 1 / 2
#: A normal variable's median distance from 0.
MEDIAN = 0.6745
#: Where OpenFHE refuses to decrypt: the deviation of imaginary parts over the root of N, found by bisection.
REFUSED = 1 / 32


class Noise:
    """Draws the noise of one party's instructions; the same parameters and party give the same noise."""

    def __init__(self, parameters: ParameterSet, traits: Traits, party: str) -> None:
        self._parameters, self._traits = parameters, traits
        self._random = np.random.default_rng([crc32(parameters.name.encode()), crc32(party.encode())])

    @cached_property
    def secret(self) -> ComplexVector:
        """The secret key in the slots; both parties' noise is that of one key."""
        n, random = self._parameters.n, np.random.default_rng(crc32(self._parameters.name.encode()))
        if self._sparse:
            key = np.zeros(n)
            key[random.choice(n, MAIN_WEIGHT, replace=False)] = random.choice([-1.0, 1.0], MAIN_WEIGHT)
        else:
            key = random.integers(-1, 2, n).astype(float)
        return headroom.slots_of(key)

    def fresh(self) -> ComplexVector:
        """Of an encryption under the public key."""
        if self._traits.divides_fresh:
            return self._drawn(ROUNDING, ROUNDING)
        n, variance = self._parameters.n, DEVIATION**2
        if self._traits.subtracts_zero:
            return self._drawn(variance * (2 + n * BINARY_DIFFERENCE), 2 * variance)
        return self._drawn(variance * (1 + n * TERNARY), variance)

    def encoded(self) -> ComplexVector:
        """Of a plaintext, whose coefficients are rounded."""
        return self._drawn(ROUNDING, 0)

    def rescaled(self) -> ComplexVector:
        """Of a division by a prime of Q, rounded to the nearest."""
        return self._drawn(ROUNDING, ROUNDING)

    def switched(self, product: bool) -> ComplexVector:
        """Of a key switch: its digits times the errors in the key, divided by P, and the rounding of that.

        Under a product's scale it hardly shows.
        """
        each = self._traits.floors and not self._traits.divides_at_once
        primes = self._parameters.special_primes if each else 1
        rounding = primes * ROUNDING
        found = self._drawn(rounding + self._digits, rounding)
        if self._traits.floors:
            found = found - primes * self._floor
        return found / self._scale if product else found

    def bootstrapped(self, slots: ComplexVector) -> ComplexVector:
        """What a bootstrap makes of slots, those that enter one by their real parts.

        The modular reduction is a sine of the coefficients, or of the slots, scaled down by the correction
        factor (Cheon et al. 2018); what else errs is drawn. A second iteration bootstraps the difference,
        scaled up (Bae et al. 2022), of which the sine leaves no error.
        """
        bootstrap = self._parameters.bootstrap
        assert bootstrap is not None, "the contract lets no other set's ciphertexts pass"
        assert self._traits.reduction is not None, "a library that bootstraps tells how"
        reduction = self._traits.reduction(self._parameters)
        errors = self._reduced(reduction)
        if bootstrap.iterations > 1:
            return slots + errors / 2.0 ** (bootstrap.first_precision_bits or 0) + self.rescaled()
        if headroom.slots_enter(self._parameters):
            return (_sine(np.asarray(slots.real), reduction.correction) + errors).astype(complex)
        coefficients = headroom.coefficients(slots)
        return headroom.slots_of(_sine(coefficients, reduction.correction)) + errors

    def decrypted(self, slots: ComplexVector) -> Vector:
        """The real parts, and the noise by which a library hides that of the ciphertext.

        Where it finds more than it takes for noise, it refuses, and there are no numbers.
        """
        if not self._traits.floods:
            return np.ascontiguousarray(slots.real)
        n = self._parameters.n
        found = float(np.median(np.abs(slots.imag))) / MEDIAN
        if found > REFUSED * sqrt(n):
            return np.full(len(slots), np.nan)
        least = sqrt(n) / 8 * sqrt(n / 2) / self._scale
        flood = sqrt(2) * max(found, least)
        return np.asarray(slots.real + self._random.normal(0, flood, len(slots)))

    @property
    def _sparse(self) -> bool:
        return self._parameters.secret != "uniform_ternary"

    @cached_property
    def _scale(self) -> float:
        return 2.0**self._parameters.scale_bits

    @cached_property
    def _digits(self) -> float:
        """Variance that a key's errors leave in a coefficient after the division by P."""
        at, per_digit = self._parameters, ceil((self._parameters.depth + 1) / self._parameters.digits)
        first = at.first_modulus_bits + (per_digit - 1) * at.scale_bits
        bits = [first, *[per_digit * at.scale_bits] * (at.digits - 1)]
        special = at.special_primes * SPECIAL_PRIME_BITS
        return at.n * DEVIATION**2 * ROUNDING * sum(4.0 ** (digit - special) for digit in bits)

    @cached_property
    def _floor(self) -> ComplexVector:
        """The mean error of rounding down: one half in every coefficient of e_0 and e_1."""
        half = headroom.slots_of(np.full(self._parameters.n, 0.5))
        return np.asarray(half * (1 + self.secret) / self._scale)

    @cached_property
    def _sizes(self) -> Vector:
        return np.abs(self.secret) ** 2

    def _drawn(self, plain: float, keyed: float) -> ComplexVector:
        """Noise of variance `plain` in the coefficients of e_0, and `keyed` in those of e_1."""
        spread = np.sqrt(plain + keyed * self._sizes) if keyed else sqrt(plain)
        return np.asarray(self._normal(sqrt(self._parameters.n) / self._scale) * spread)

    def _normal(self, deviation: float) -> ComplexVector:
        """Complex normal numbers of a standard deviation."""
        drawn = self._random.standard_normal(2 * self._parameters.slots).view(np.complex128)
        return np.asarray(drawn * (deviation / sqrt(2)))

    def _reduced(self, reduction: Reduction) -> Slots:
        """What it errs by, beside its sine: in real slots, or in the coefficients of all."""
        at, apart = self._parameters, reduction_error(self._parameters, reduction)
        if headroom.slots_enter(at):
            return self._random.normal(0, apart, at.slots)
        return self._normal(apart * sqrt(at.n))


def reduction_error(parameters: ParameterSet, reduction: Reduction) -> float:
    """The standard deviation of what a modular reduction errs by, beside its sine, in units of values.

    It removes multiples of q_0, as many as a product with the secret reaches; what it leaves of them is
    scaled up with the message by the correction factor.
    """
    weight = TERNARY * parameters.n if parameters.secret == "uniform_ternary" else EPHEMERAL_WEIGHT
    removed = sqrt((1 + weight) * ROUNDING)
    apart = hypot(reduction.mismatch * removed, reduction.factor / 2.0**parameters.scale_bits)
    return apart * 2.0**reduction.correction


def _sine(values: Vector, correction: int) -> Vector:
    """Values as the modular reduction leaves them."""
    period = 2.0**correction
    return np.asarray(period / (2 * pi) * np.sin(2 * pi / period * values))
