"""SEAL's modulus chain: its primes, the canonical scale of each level, and how levels are left exactly.

SEAL rescales by primes that only approximate the scale, so scales drift unless they are managed. The same
holds of any library that is given its primes and leaves scales to its user. Here each level has one canonical
scale, defined from the bottom up: D_0 = 2^scale_bits and D_l = sqrt(D_{l-1}·q_l),
where q_l is the prime that goes from level l to l-1. A product at level l then has scale D_l², and a rescale
divides it to exactly D_{l-1} (the scaling technique of Kim, Papadimitriou and Polyakov 2022, upside down).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, isclose, log2, sqrt

from backends.errors import ExecutionError, ParameterError
from backends.interface import SecurityFacts
from backends.parameters import SPECIAL_PRIME_BITS, ParameterSet

_SCALE_TOLERANCE = 2.0**-40  # rounding of a few float operations; far below any scale's own precision


def modulus_bits(parameters: ParameterSet) -> list[int]:
    """Bits of each prime that SEAL is asked for, the special ones last: of those SEAL itself has one."""
    special = [SPECIAL_PRIME_BITS] * parameters.special_primes
    return [parameters.first_modulus_bits, *[parameters.scale_bits] * parameters.depth, *special]


@dataclass(frozen=True)
class ModulusChain:
    """The primes of a real context and the canonical scale of each level.

    Attributes:
        log_n: log2 of the ring dimension.
        primes: q_0 to q_depth; level l has the modulus q_0·…·q_l.
        special_primes: those of the P of key switching; SEAL has one.
        scales: the canonical scale D_l of each level l.
    """

    log_n: int
    primes: tuple[int, ...]
    special_primes: tuple[int, ...]
    scales: tuple[float, ...]

    @classmethod
    def of(cls, parameters: ParameterSet, moduli: Sequence[int]) -> ModulusChain:
        """The chain of a context whose coefficient modulus is `moduli`, the special primes last.

        Raises:
            ParameterError: the moduli are not those that the parameter set asks for.
        """
        asked, found = modulus_bits(parameters), [int(prime).bit_length() for prime in moduli]
        if found != asked:
            raise ParameterError(
                f"the context has primes of {found} bits, not the {asked} bits of {parameters.name}; "
                "make the keys again at this parameter set"
            )
        numbers = tuple(int(prime) for prime in moduli)
        primes, special = numbers[: parameters.depth + 1], numbers[parameters.depth + 1 :]
        scales = [2.0**parameters.scale_bits]
        for prime in primes[1:]:
            scales.append(sqrt(scales[-1] * prime))
        return cls(parameters.log_n, primes, special, tuple(scales))

    @property
    def depth(self) -> int:
        """The level of a fresh ciphertext at the top."""
        return len(self.primes) - 1

    def scale(self, level: int) -> float:
        """The canonical scale D_level.

        Raises:
            ExecutionError: there is no such level.
        """
        if not 0 <= level <= self.depth:
            raise ExecutionError(
                f"level {level} does not exist; these parameters have levels 0 to {self.depth}"
            )
        return self.scales[level]

    def canonical(self, level: int, scale: float) -> float:
        """D_level, once the library's own scale is known to be equal to it but for rounding.

        Raises:
            ExecutionError: the scale is another one, so forcing it would falsify the values.
        """
        expected = self.scale(level)
        if not isclose(scale, expected, rel_tol=_SCALE_TOLERANCE):
            raise ExecutionError(
                f"a ciphertext at level {level} has scale 2^{log2(scale):.6f}, not the canonical "
                f"2^{log2(expected):.6f}; rescale each product once before it is used"
            )
        return expected

    def drop_scale(self, level: int, target: int) -> float:
        """The scale at which 1.0, encoded at target + 1, takes a ciphertext from `level` to `target` exactly.

        The ciphertext is switched to target + 1, multiplied by that plaintext and rescaled by q_{target+1}.

        Raises:
            ExecutionError: `target` is not a level below `level`.
        """
        if not 0 <= target < level:
            raise ExecutionError(
                f"a ciphertext at level {level} cannot drop to level {target}; choose a lower one"
            )
        return self.scale(target) * self.primes[target + 1] / self.scale(level)

    def security(self, secret: str, error_deviation: float) -> SecurityFacts:
        """The facts for the security checker: the primes as they are, secret and error as declared."""
        log_q, log_p = (fsum(map(log2, primes)) for primes in (self.primes, self.special_primes))
        return SecurityFacts(self.log_n, log_q, log_p, secret, error_deviation=error_deviation)
