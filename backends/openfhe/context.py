"""The CryptoContext of a parameter set.

Both parties make it anew from the parameters, which determine it, instead of trusting a serialised one;
OpenFHE ties loaded keys and ciphertexts to the equal context that already exists in the process.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import openfhe

from backends.errors import ParameterError
from backends.interface import ComplexVector, Plaintext, Vector
from backends.openfhe.bindings import CryptoContext
from backends.openfhe.capabilities import correction_factor
from backends.parameters import SLOTS_TO_COEFFICIENTS_FIRST, ParameterSet

SECRETS = {
    "uniform_ternary": openfhe.UNIFORM_TERNARY,
    "sparse_encapsulated": openfhe.SPARSE_ENCAPSULATED,
}

FEATURES = (
    *(openfhe.PKE, openfhe.KEYSWITCH, openfhe.LEVELEDSHE, openfhe.ADVANCEDSHE, openfhe.FHE),
    openfhe.MULTIPARTY,
)

#: OpenFHE's own check, by the 2018 standard, on top of this project's; a toy set has none.
SECURITY_LEVELS = {
    0: openfhe.HEStd_NotSet,
    128: openfhe.HEStd_128_classic,
    192: openfhe.HEStd_192_classic,
    256: openfhe.HEStd_256_classic,
}


def make_context(parameters: ParameterSet, *, complex_slots: bool = False) -> CryptoContext:
    """A context of exactly the ring, moduli and digits asked for.

    With complex slots it encodes imaginary parts, which the other one leaves out; see `Encoder`.

    FLEXIBLEAUTO gives every level its own exact scale. Its automatic rescaling never acts here, because the
    adapter rescales each product before anything that would trigger it.

    Raises:
        ParameterError: OpenFHE refuses the parameters.
    """
    settings = openfhe.CCParamsCKKSRNS()
    settings.SetSecurityLevel(SECURITY_LEVELS[parameters.security])
    settings.SetSecretKeyDist(SECRETS[parameters.secret])
    settings.SetRingDim(parameters.n)
    settings.SetBatchSize(parameters.slots)
    settings.SetFirstModSize(parameters.first_modulus_bits)
    settings.SetScalingModSize(parameters.scale_bits)
    settings.SetMultiplicativeDepth(parameters.depth)
    settings.SetScalingTechnique(openfhe.FLEXIBLEAUTO)
    settings.SetKeySwitchTechnique(openfhe.HYBRID)
    settings.SetNumLargeDigits(parameters.digits)
    settings.SetCKKSDataType(openfhe.COMPLEX if complex_slots else openfhe.REAL)
    try:
        context: CryptoContext = openfhe.GenCryptoContext(settings)
    except RuntimeError as error:
        raise ParameterError(
            f"OpenFHE refuses {parameters.name}: {error}; change the parameter set"
        ) from error
    for feature in FEATURES:
        context.Enable(feature)
    return context


def set_up_bootstrap(context: CryptoContext, parameters: ParameterSet, *, precompute: bool) -> None:
    """Prepare key generation for bootstraps over all slots and, with `precompute`, their plaintexts too.

    When choosing a set, mind the primes: OpenFHE takes the first modulus q for exactly 2^c times the top
    level's scale d, c being the gap in bits, and multiplies by 2^-c/N rounded at that scale. What remains,
    e = q·round(d·2^-c/N)·N / d² - 1, is multiplied by the multiples of q that the modular reduction removes
    (some 1.6 under an ephemeral secret of weight 32) and then, with the message, by 2 to the power of the
    correction factor f: so coefficients, or slots where the bootstrap begins with them, err by |e|·1.6·2^f.

    Args:
        context: the parameter set's context.
        parameters: a set with a bootstrap.
        precompute: encode the transforms' plaintexts (gigabytes at N = 2^16), which only an evaluator needs.
    """
    bootstrap = parameters.bootstrap
    assert bootstrap is not None
    context.EvalBootstrapSetup(
        list(bootstrap.level_budget),
        [0, 0],  # the library's own baby-step and giant-step split
        parameters.slots,
        correction_factor(parameters),
        precompute,
        # Without it, the library ends the process at the first bootstrap of this kind.
        bootstrap.kind == SLOTS_TO_COEFFICIENTS_FIRST,
    )


#: OpenFHE refuses values whose coefficients all round to 0 at the scale; they are the plaintext 0.
_TOO_SMALL = "Scaling factor too small"


def conjugation_index(parameters: ParameterSet) -> int:
    """The automorphism X → X^index of the ring that conjugates the slots."""
    return 2 * parameters.n - 1


class Encoder:
    """Encodes slots over one context.

    Complex ones are encoded by a twin of the context that has complex slots: encodings of both are the same
    polynomials. Whatever is computed stays in the real context, because in a complex one a bootstrap that
    begins with the slots (`EvalBootstrapStCFirst`) reduces twice, the imaginary parts too.
    """

    def __init__(self, context: CryptoContext, parameters: ParameterSet) -> None:
        self._context, self._parameters = context, parameters

    def encode(self, values: Vector | ComplexVector, level: int) -> Plaintext:
        """A plaintext of all slots at `level`'s own scale."""
        dropped, slots = self._parameters.depth - level, self._parameters.slots
        context = self.complex_context if np.iscomplexobj(values) else self._context
        try:
            return context.MakeCKKSPackedPlaintext(values, 1, dropped, None, slots)
        except RuntimeError as error:
            if _TOO_SMALL not in str(error):
                raise
            return self._context.MakeCKKSPackedPlaintext(np.zeros(slots), 1, dropped, None, slots)

    @cached_property
    def complex_context(self) -> CryptoContext:
        """The twin; to make it takes seconds at log_n 16."""
        return make_context(self._parameters, complex_slots=True)
