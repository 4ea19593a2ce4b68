"""FHElium's bootstrap, of its package `experimental`, from one canonical scale to another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isclose
from typing import cast

from fhelium.experimental.bootstrap import (
    BinaryDecompositionChebyshevEvaluator,
    ChebyshevInterpolator,
    CosineDoubleAngleReduction,
    DiagonalBSGSEvaluator,
    FullSlotBootstrap,
    Radix2FourierTransformCompiler,
)
from fhelium.values import EvaluationKeySet, RotationKeySet

from backends.errors import ExecutionError, ParameterError
from backends.fhelium import bindings
from backends.fhelium.bindings import RotationKey, SwitchingKey
from backends.fhelium.circuit import SEED_DEGREE, Circuit
from backends.fhelium.context import Context
from backends.interface import Ciphertext

#: FHElium lowers what enters by one level itself.
ENTRY_LEVEL = 1
#: Coefficients of the cosine's polynomial that count as 0: every other one is, but for rounding.
_NEAR_ZERO = 1e-15
#: The circuit rounds scales, and each doubling of the angle doubles that: 1.4e-9 of the result's at N = 2^11,
#: 6e-8 at 2^16. The canonical scale is noted all the same, for what else errs in a bootstrap is 1e-5.
_SCALE_TOLERANCE = 2.0**-22


@dataclass(frozen=True)
class _Amplified:
    """A compiler of linear transforms whose result is larger by a factor."""

    compiler: Radix2FourierTransformCompiler
    factor: float

    def compile(self, *, slots: int, direction: str, generator: int, scale: float) -> object:
        return self.compiler.compile(
            slots=slots, direction=direction, generator=generator, scale=scale * self.factor
        )


class Bootstrap:
    """Bootstraps all slots, real or complex, with keys that are handed over at each call.

    FHElium takes the scale that a ciphertext notes for true and returns the same values at the scale of the
    parameters. So a scale is noted under which the message is smaller by the correction, and the result has
    the canonical scale of its level; what the message was scaled down by, the last transform gives back.
    Diagonals are encoded at each use: all of them would take gigabytes.

    Attributes:
        rotations: the steps whose keys it wants.

    Raises:
        ParameterError: the library rotates by other steps than `Circuit` tells.
    """

    def __init__(self, context: Context, engine: bindings.Engine) -> None:
        circuit = Circuit.of(context.parameters)
        self._circuit, self._context = circuit, context
        self._output = context.chain.scale(context.chain.depth - circuit.depth)
        compilers = [Radix2FourierTransformCompiler(stage_count=levels) for levels in circuit.level_budget]
        evaluator = DiagonalBSGSEvaluator(
            baby_step=1,
            aggregate_groups=True,
            baby_steps_by_transform={stage.name: stage.baby_step for stage in circuit.stages()},
        )
        self._bootstrap = FullSlotBootstrap(
            engine,
            coeffs_to_slots_compiler=compilers[0],
            coeffs_to_slots_evaluator=evaluator,
            modular_reduction=CosineDoubleAngleReduction(
                input_bound=circuit.input_bound,
                double_angle_iterations=circuit.doublings,
                approximator=ChebyshevInterpolator(degree=SEED_DEGREE),
                evaluator=BinaryDecompositionChebyshevEvaluator(skip_near_zero=_NEAR_ZERO),
                fuse_input_normalization=True,
                retain_ntt=True,
            ),
            slots_to_coeffs_compiler=_Amplified(compilers[1], circuit.amplification),
            slots_to_coeffs_evaluator=evaluator,
            retain_constants=True,
            batch_modular_branches=True,
        )
        self.rotations = circuit.rotations()
        if {-step % circuit.slots for step in self._bootstrap.required_rotations} != set(self.rotations):
            raise ParameterError(
                "this FHElium bootstraps by other rotations than are foretold; take the version that the "
                "environment's declaration names"
            )

    def __call__(
        self,
        a: Ciphertext,
        rotation_keys: Iterable[RotationKey],
        relinearisation_key: SwitchingKey,
        conjugation_key: SwitchingKey,
    ) -> Ciphertext:
        """The same slots at the level that a bootstrap returns.

        Args:
            a: a ciphertext at level 1 or higher, no product.
            rotation_keys: of the steps of `rotations`.
            relinearisation_key: of the modular reduction.
            conjugation_key: it parts the two halves of the coefficients.
        """
        operator, scale = self._context.operator, self._context.chain.scale(self._context.level(a))
        lowest = operator.mod_switch_to_depth(a, self._context.depth(ENTRY_LEVEL))
        entering = operator.ntt_domain_to_coefficient_domain(lowest)
        noted = self._scale(scale)
        bindings.ciphertext(entering).scale = noted
        keys = self._keys(rotation_keys, relinearisation_key, conjugation_key)
        raised = cast(Ciphertext, self._bootstrap(entering, evaluation_keys=keys))
        result = operator.coefficient_domain_to_ntt_domain(raised)
        told = bindings.ciphertext(result)
        told.scale = self._canonical(told.scale * self._circuit.amplification * scale / noted)
        return result

    def _scale(self, scale: float) -> float:
        """The scale to note of a ciphertext that has `scale`."""
        return 2.0**self._context.parameters.scale_bits * self._circuit.amplification * scale / self._output

    def _canonical(self, scale: float) -> float:
        """The canonical scale of the result, where `scale` is near enough.

        Raises:
            ExecutionError: it is not, so that taking it for the canonical one would falsify the values.
        """
        if not isclose(scale, self._output, rel_tol=_SCALE_TOLERANCE):
            raise ExecutionError(
                f"FHElium's bootstrap returned scale {scale:.9g} where {self._output:.9g} is canonical; "
                "take the version of FHElium that the environment's declaration names"
            )
        return self._output

    def _keys(
        self, rotation_keys: Iterable[RotationKey], relinearisation: SwitchingKey, conjugation: SwitchingKey
    ) -> EvaluationKeySet:
        rotations = RotationKeySet()
        for key in rotation_keys:
            rotations.add(key)
        return EvaluationKeySet(rotations, relinearisation, conjugation)
