"""The circuit of FHElium's bootstrap at a parameter set; imports no library.

`fhelium.experimental.bootstrap` composes a bootstrap of parts, and which they are is chosen here. Each linear
transform merges butterflies into as many stages as the level budget has levels, and takes its diagonals by
baby and giant steps (Bossuat et al. 2021). What the modulus is raised from is reduced by a cosine of a
fraction of the angle, which is then doubled again and again (Han and Ki 2020). All slots are bootstrapped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, log2, sqrt

from backends.errors import Unsupported
from backends.parameters import COEFFICIENTS_TO_SLOTS_FIRST, BootstrapParameters, ParameterSet

COEFFICIENTS_TO_SLOTS, SLOTS_TO_COEFFICIENTS = "coeffs_to_slots", "slots_to_coeffs"
#: Degree of the polynomial that approximates the cosine: the largest that six levels evaluate.
SEED_DEGREE, SEED_DEPTH = 32, 6
#: The cosine that is approximated has an angle of at most 2^2·π; each doubling takes a level.
_LOG_SEED_PERIODS = 2
#: Multiples of the modulus that coefficients hold after it is raised are sums of many small parts: from so
#: many standard deviations on they are taken not to occur (2.6e-12 for each coefficient).
_DEVIATIONS = 7.0
#: Beside transforms and reduction: the division by the number of slots.
_DIVISION_DEPTH = 1
#: The first modulus exceeds the scale by so many bits; FHElium takes no more.
FIRST_MODULUS_GAP = 1
#: Bits by which a message is scaled down before the reduction, where the set does not say: few, because what
#: the circuit errs by is scaled up again with the message.
OWN_CORRECTION = 2


@dataclass(frozen=True)
class Stage:
    """One level of a linear transform.

    Attributes:
        name: FHElium's.
        log_stride: log2 of what all its diagonals are multiples of.
        layers: of butterflies that it merges.
    """

    name: str
    log_stride: int
    layers: int

    @property
    def baby_step(self) -> int:
        """The giant steps are multiples of it."""
        return 1 << (self.log_stride + (self.layers + 2) // 2)

    def diagonals(self, slots: int) -> set[int]:
        """The offsets of its diagonals."""
        reach = (1 << self.layers) - 1
        return {(many << self.log_stride) % slots for many in range(-reach, reach + 1)}

    def rotations(self, slots: int) -> set[int]:
        """The baby and giant steps by which it rotates."""
        giants = {offset - offset % self.baby_step for offset in self.diagonals(slots)}
        babies = {offset % self.baby_step for offset in self.diagonals(slots)}
        return (giants | babies) - {0}


@dataclass(frozen=True)
class Circuit:
    """The parts of a bootstrap.

    Attributes:
        log_n: log2 of the ring dimension.
        level_budget: stages of coefficients-to-slots and of slots-to-coefficients.
        correction: bits by which the message is scaled down before the modular reduction.
    """

    log_n: int
    level_budget: tuple[int, int]
    correction: int

    @classmethod
    def of(cls, parameters: ParameterSet) -> Circuit:
        """That of a set with a bootstrap.

        Raises:
            Unsupported: FHElium has no such bootstrap.
        """
        bootstrap = parameters.bootstrap
        assert bootstrap is not None
        _check(parameters, bootstrap)
        correction = bootstrap.correction_factor or OWN_CORRECTION
        circuit = cls(parameters.log_n, bootstrap.level_budget, correction)
        if bootstrap.depth != circuit.depth:
            raise Unsupported(
                f"FHElium's bootstrap takes {circuit.depth} levels with level budget "
                f"{list(bootstrap.level_budget)} at log_n {parameters.log_n}, not {bootstrap.depth}; "
                f"set bootstrap.depth to {circuit.depth}"
            )
        return circuit

    @property
    def slots(self) -> int:
        """All N/2."""
        return 1 << (self.log_n - 1)

    @property
    def input_bound(self) -> int:
        """A power of two that twice the multiples of the modulus stay below.

        Each is the sum, over the two in three coefficients of a ternary secret that are not 0, of parts that
        are uniform in ±1/2, and so has the variance N/18.
        """
        return 1 << ceil(log2(2 * _DEVIATIONS * sqrt((1 << self.log_n) / 18)))

    @property
    def doublings(self) -> int:
        """How often the angle of the cosine is doubled."""
        return self.input_bound.bit_length() - 1 - _LOG_SEED_PERIODS

    @property
    def depth(self) -> int:
        """Levels from the top that it takes."""
        return sum(self.level_budget) + _DIVISION_DEPTH + SEED_DEPTH + self.doublings

    @property
    def amplification(self) -> float:
        """What the last transform multiplies by, because the message was scaled down by as much."""
        return 2.0 ** (self.correction - FIRST_MODULUS_GAP)

    def stages(self) -> Iterator[Stage]:
        """All levels of both transforms: coefficients-to-slots has the largest strides first."""
        for direction, levels in zip(
            (COEFFICIENTS_TO_SLOTS, SLOTS_TO_COEFFICIENTS), self.level_budget, strict=True
        ):
            layers = _shared_out(self.log_n - 1, levels)
            in_order = layers[::-1] if direction == COEFFICIENTS_TO_SLOTS else layers
            strides = list(accumulate(in_order, initial=0))[:-1]
            stages = list(zip(strides, in_order, strict=True))
            for index, (stride, merged) in enumerate(
                reversed(stages) if direction == COEFFICIENTS_TO_SLOTS else stages
            ):
                yield Stage(f"{direction}_stage_{index}", stride, merged)

    def rotations(self) -> tuple[int, ...]:
        """The steps of its rotations, to the left as everywhere here; FHElium counts them to the right."""
        found = {step for stage in self.stages() for step in stage.rotations(self.slots)}
        return tuple(sorted(-step % self.slots for step in found))

    @property
    def plaintexts(self) -> int:
        """The most diagonals that are encoded at once, those of one stage, missing ones as zeros."""
        return max(self._dense(stage) for stage in self.stages())

    def _dense(self, stage: Stage) -> int:
        offsets = stage.diagonals(self.slots)
        giants = {offset // stage.baby_step for offset in offsets}
        return len(giants) * len({offset % stage.baby_step for offset in offsets})


def _shared_out(layers: int, stages: int) -> list[int]:
    """Layers by stage, as FHElium shares them out: what is left over goes to the first ones."""
    width, wider = divmod(layers, stages)
    return [width + (index < wider) for index in range(stages)]


def _check(parameters: ParameterSet, bootstrap: BootstrapParameters) -> None:
    """What FHElium's bootstrap cannot do at all."""
    if bootstrap.kind != COEFFICIENTS_TO_SLOTS_FIRST or bootstrap.iterations > 1:
        raise Unsupported(
            f"FHElium's bootstrap is of kind {COEFFICIENTS_TO_SLOTS_FIRST}, with one iteration; choose that, "
            "or openfhe"
        )
    if max(bootstrap.level_budget) > parameters.log_n - 1:
        raise Unsupported(
            f"a linear transform of {parameters.slots} slots has {parameters.log_n - 1} stages, fewer than "
            f"the level budget {list(bootstrap.level_budget)}; lower it"
        )
    if parameters.first_modulus_bits != parameters.scale_bits + FIRST_MODULUS_GAP:
        raise Unsupported(
            f"FHElium bootstraps from a first modulus of at most twice the scale, not of "
            f"{parameters.first_modulus_bits} bits with a scale of {parameters.scale_bits}; set "
            f"first_modulus_bits to {parameters.scale_bits + FIRST_MODULUS_GAP}"
        )
    if (bootstrap.correction_factor or OWN_CORRECTION) < FIRST_MODULUS_GAP:
        raise Unsupported(f"correction_factor is at least {FIRST_MODULUS_GAP} on FHElium; raise it")
