"""A SEAL context made from a parameter set, or read back, through seal-python."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import seal

from backends.errors import ParameterError
from backends.interface import Ciphertext, Plaintext, Values
from backends.parameters import ParameterSet
from backends.seal.calls import constant, refusals, slot_vector
from backends.seal.chain import ModulusChain, modulus_bits
from backends.seal.own_classes import OwnClassesContext
from backends.seal_python import bindings
from backends.seal_python.bindings import Encoder, EncryptionParameters, PlaintextOperator, SecurityLevel

_SECURITY_LEVELS: dict[int, SecurityLevel] = {
    0: seal.sec_level_type.none,
    128: seal.sec_level_type.tc128,
    192: seal.sec_level_type.tc192,
    256: seal.sec_level_type.tc256,
}


class SEALPythonContext(OwnClassesContext):
    """A validated SEAL context with its modulus chain.

    Attributes:
        seal: the library's context.
        encoder: its encoder.
    """

    def __init__(self, parameters: ParameterSet, encryption_parameters: EncryptionParameters) -> None:
        security = _SECURITY_LEVELS[parameters.security]
        self.seal: bindings.Context = seal.SEALContext(encryption_parameters, True, security)
        _check(parameters, self.seal, security)
        moduli = [modulus.value() for modulus in encryption_parameters.coeff_modulus()]
        super().__init__(parameters, ModulusChain.of(parameters, moduli))
        self.encoder: Encoder = seal.CKKSEncoder(self.seal)
        self._switcher: PlaintextOperator = seal.Evaluator(self.seal)
        self._encryption_parameters = encryption_parameters
        self._parms_ids = self._by_level()

    @classmethod
    def create(cls, parameters: ParameterSet) -> SEALPythonContext:
        """The context of a parameter set.

        Raises:
            ParameterError: SEAL refuses it.
        """
        encryption_parameters: EncryptionParameters = seal.EncryptionParameters(seal.scheme_type.ckks)
        encryption_parameters.set_poly_modulus_degree(parameters.n)
        try:
            moduli = seal.CoeffModulus.Create(parameters.n, modulus_bits(parameters))
        except (ValueError, RuntimeError) as error:
            raise ParameterError(
                f"SEAL finds no primes for {parameters.name} ({error}); raise scale_bits"
            ) from error
        encryption_parameters.set_coeff_modulus(moduli)
        return cls(parameters, encryption_parameters)

    @classmethod
    def load(cls, parameters: ParameterSet, path: Path) -> SEALPythonContext:
        """The context that a key owner wrote with `save`."""
        encryption_parameters: EncryptionParameters = seal.EncryptionParameters(seal.scheme_type.ckks)
        with refusals(f"the context {path.name}"):
            encryption_parameters.load(str(path))
        return cls(parameters, encryption_parameters)

    def save(self, path: Path) -> None:
        """Write the encryption parameters; they hold no key."""
        self._encryption_parameters.save(str(path))

    def parms_id(self, level: int) -> list[int]:
        """SEAL's name for a level."""
        self.chain.scale(level)
        return self._parms_ids[level]

    def encode(self, values: Values, level: int, scale: float) -> Plaintext:
        """See `SEALContext.encode`.

        This binding encodes at the top level alone. The primes above `level` are then left out, which is
        exact, and costs the transforms of what is left out.
        """
        operand = (
            slot_vector(values, self.parameters.slots) if isinstance(values, np.ndarray) else constant(values)
        )
        parms_id = self.parms_id(level)
        with refusals("an encoding"):
            encode = self.encoder.encode_complex if np.iscomplexobj(operand) else self.encoder.encode
            plaintext = encode(operand, scale)
            self._switcher.mod_switch_to_inplace(plaintext, parms_id)
        copied: Plaintext = seal.Plaintext(plaintext)  # the one that was switched keeps the room of the top
        return copied

    def scale(self, ciphertext: Ciphertext) -> float:
        """See `SEALContext.scale`."""
        return bindings.ciphertext(ciphertext).scale()

    def set_scale(self, ciphertext: Ciphertext, scale: float) -> None:
        """See `SEALContext.set_scale`."""
        bindings.ciphertext(ciphertext).scale(scale)

    def _empty(self) -> Ciphertext:
        ciphertext: Ciphertext = seal.Ciphertext()
        return ciphertext

    def _by_level(self) -> list[list[int]]:
        data, parms_ids = self.seal.first_context_data(), []
        for _ in self.chain.primes:
            parms_ids.append(data.parms_id())
            data = data.next_context_data()
        return parms_ids[::-1]


def _check(parameters: ParameterSet, context: bindings.Context, security: SecurityLevel) -> None:
    """Raise ParameterError where SEAL made no valid context, or one at another security level than asked."""
    if not context.parameters_set():
        raise ParameterError(
            f"SEAL refuses {parameters.name} ({context.parameter_error_name()}: "
            f"{context.parameter_error_message()}); choose fewer or smaller primes, or a larger log_n"
        )
    in_force = context.key_context_data().qualifiers().sec_level
    if in_force != security:
        raise ParameterError(
            f"SEAL applies {in_force.name} to {parameters.name} instead of {security.name}; "
            "choose another security"
        )
