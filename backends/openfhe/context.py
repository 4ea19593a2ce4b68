"""The CryptoContext of a parameter set.

Both parties make it anew from the parameters, which determine it, instead of trusting a serialised one;
OpenFHE ties loaded keys and ciphertexts to the equal context that already exists in the process.
"""

from __future__ import annotations

import numpy as np
import openfhe

from backends.errors import ParameterError
from backends.interface import Plaintext, Vector
from backends.openfhe.bindings import CryptoContext
from backends.openfhe.capabilities import correction_factor
from backends.parameters import SLOTS_TO_COEFFICIENTS_FIRST, ParameterSet

SECRETS = {
    "uniform_ternary": openfhe.UNIFORM_TERNARY,
    "sparse_encapsulated": openfhe.SPARSE_ENCAPSULATED,
}

#: OpenFHE's own check, by the 2018 standard, on top of this project's; a toy set has none.
SECURITY_LEVELS = {
    0: openfhe.HEStd_NotSet,
    128: openfhe.HEStd_128_classic,
    192: openfhe.HEStd_192_classic,
    256: openfhe.HEStd_256_classic,
}


def make_context(parameters: ParameterSet) -> CryptoContext:
    """A context of exactly the ring, moduli and digits asked for.

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
    try:
        context: CryptoContext = openfhe.GenCryptoContext(settings)
    except RuntimeError as error:
        raise ParameterError(
            f"OpenFHE refuses {parameters.name}: {error}; change the parameter set"
        ) from error
    for feature in (openfhe.PKE, openfhe.KEYSWITCH, openfhe.LEVELEDSHE, openfhe.ADVANCEDSHE, openfhe.FHE):
        context.Enable(feature)
    return context


def set_up_bootstrap(context: CryptoContext, parameters: ParameterSet, *, precompute: bool) -> None:
    """Prepare key generation for bootstraps over all slots and, with `precompute`, their plaintexts too.

    When choosing a set, mind the primes: OpenFHE takes the first modulus q for exactly 2^c times the top
    level's scale d, c being the gap in bits, and multiplies by 2^-c/N rounded at that scale. What remains,
    e = q·round(d·2^-c/N)·N / d² - 1, is multiplied by the multiples of q that the modular reduction removes
    (some 1.6 under an ephemeral secret of weight 32), so that slots err by about |e|·1.6·2^c·3.5·sqrt(N).

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


def encode(context: CryptoContext, parameters: ParameterSet, values: Vector, level: int) -> Plaintext:
    """A plaintext of all slots at `level`'s own scale."""
    dropped = parameters.depth - level
    slots = np.asarray(values, np.float64)
    try:
        return context.MakeCKKSPackedPlaintext(slots, 1, dropped, None, parameters.slots)
    except RuntimeError as error:
        if _TOO_SMALL not in str(error):
            raise
        zeros = np.zeros_like(slots)
        return context.MakeCKKSPackedPlaintext(zeros, 1, dropped, None, parameters.slots)
