"""A SEAL context made from a parameter set, or read back, and what both roles do alike with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tenseal import sealapi

from backends.errors import ParameterError
from backends.interface import Ciphertext
from backends.parameters import ParameterSet
from backends.seal.calls import refusals, writing
from backends.seal.chain import ModulusChain, modulus_bits

_SECURITY_LEVELS = {
    0: sealapi.SEC_LEVEL_TYPE.NONE,
    128: sealapi.SEC_LEVEL_TYPE.TC128,
    192: sealapi.SEC_LEVEL_TYPE.TC192,
    256: sealapi.SEC_LEVEL_TYPE.TC256,
}


class Context:
    """A validated SEAL context with its modulus chain.

    Attributes:
        seal: the library's context.
        chain: primes and canonical scales.
    """

    def __init__(self, parameters: ParameterSet, encryption_parameters: Any) -> None:
        security = _SECURITY_LEVELS[parameters.security]
        self._encryption_parameters = encryption_parameters
        self.seal = sealapi.SEALContext(encryption_parameters, True, security)
        _check(parameters, self.seal, security)
        moduli = [modulus.value() for modulus in encryption_parameters.coeff_modulus()]
        self.chain = ModulusChain.of(parameters, moduli)
        self._parms_ids = self._by_level()

    @classmethod
    def create(cls, parameters: ParameterSet) -> Context:
        """The context of a parameter set.

        Raises:
            ParameterError: SEAL refuses it.
        """
        encryption_parameters = sealapi.EncryptionParameters(sealapi.SCHEME_TYPE.CKKS)
        encryption_parameters.set_poly_modulus_degree(parameters.n)
        try:
            moduli = sealapi.CoeffModulus.Create(parameters.n, modulus_bits(parameters))
        except (ValueError, RuntimeError) as error:
            raise ParameterError(
                f"SEAL finds no primes for {parameters.name} ({error}); raise scale_bits"
            ) from error
        encryption_parameters.set_coeff_modulus(moduli)
        return cls(parameters, encryption_parameters)

    @classmethod
    def load(cls, parameters: ParameterSet, path: Path) -> Context:
        """The context that a key owner wrote with `save`."""
        encryption_parameters = sealapi.EncryptionParameters(sealapi.SCHEME_TYPE.CKKS)
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

    def level(self, ciphertext: Ciphertext) -> int:
        """The level of a ciphertext, from the number of its primes."""
        return int(ciphertext.coeff_modulus_size()) - 1

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Serialise in SEAL's own format."""
        with writing(path):
            ciphertext.save(str(path))

    def read(self, path: Path) -> Ciphertext:
        """A ciphertext at its level's canonical scale.

        Raises:
            ExecutionError: the file is no ciphertext of this context, or not at the canonical scale.
        """
        ciphertext = sealapi.Ciphertext()
        with refusals(f"the ciphertext {path.name}"):
            ciphertext.load(self.seal, str(path))
        ciphertext.scale = self.chain.canonical(self.level(ciphertext), ciphertext.scale)
        return ciphertext

    def _by_level(self) -> list[list[int]]:
        parms_ids = []
        data = self.seal.last_context_data()
        for _ in self.chain.primes:
            parms_ids.append(data.parms_id())
            data = data.prev_context_data()
        return parms_ids


def _check(parameters: ParameterSet, context: Any, security: Any) -> None:
    """Raise ParameterError where SEAL made no valid context, or one at another security level than asked."""
    if not context.parameters_set():
        raise ParameterError(
            f"SEAL refuses {parameters.name} ({context.parameters_error_name()}: "
            f"{context.parameters_error_message()}); choose fewer or smaller primes, or a larger log_n"
        )
    in_force = context.key_context_data().qualifiers().sec_level
    if in_force != security:
        raise ParameterError(
            f"SEAL applies {in_force.name} to {parameters.name} instead of {security.name}; "
            "choose another security"
        )
