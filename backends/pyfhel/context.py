"""A Pyfhel object over a checked SEAL context."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from Pyfhel import PyCtxt, Pyfhel

from backends.errors import ParameterError
from backends.interface import Ciphertext, Plaintext, Values
from backends.parameters import ParameterSet
from backends.pyfhel import bindings
from backends.pyfhel.bindings import PyfhelObject
from backends.seal.calls import constant, refusals, slot_vector
from backends.seal.chain import ModulusChain, modulus_bits
from backends.seal.context import SEALContext

COMPRESSION = "none"  # as built, SEAL has no compression
_VALID = "success: valid"
#: Encoders of lower levels kept alive. Each holds a SEAL context, whose memory grows with the level squared:
#: 0.5 GB at level 18 of log_n 15, 10 MB at level 2.
_ENCODERS = 3
_WORD_BYTES = 8


class PyfhelContext(SEALContext):
    """A validated SEAL context with its modulus chain.

    Attributes:
        binding: the Pyfhel object, which holds the context and all keys it is given.
    """

    def __init__(self, parameters: ParameterSet, moduli: Sequence[int] = ()) -> None:
        """Use `moduli`, or let SEAL choose primes for the parameter set.

        Raises:
            ParameterError: SEAL refuses the parameters.
        """
        self.binding = _binding(parameters, moduli)
        self._moduli = [int(prime) for prime in self.binding.qi]
        super().__init__(parameters, ModulusChain.of(parameters, self._moduli))
        self._encoder = lru_cache(maxsize=_ENCODERS)(self._make_encoder)
        self._ones: dict[tuple[int, int], Plaintext] = {}

    @classmethod
    def load(cls, parameters: ParameterSet, path: Path) -> PyfhelContext:
        """The context that a key owner wrote with `save`: the same primes give the same context."""
        return cls(parameters, json.loads(path.read_text())["moduli"])

    def save(self, path: Path) -> None:
        """Write the primes; Pyfhel's own context files give them back to SEAL but not to Python."""
        path.write_text(json.dumps({"moduli": self._moduli}))

    def another(self) -> PyfhelObject:
        """A Pyfhel object over an equal context, for keys of its own."""
        return _binding(self.parameters, self._moduli)

    def encode(self, values: Values, level: int, scale: float) -> Plaintext:
        """See `SEALContext.encode`; Pyfhel has no shorter way for a constant than its full vector."""
        slots = self.parameters.slots
        spread = values if isinstance(values, np.ndarray) else np.full(slots, constant(values))
        vector = slot_vector(spread, slots)
        encoder = self.binding if level == self.chain.depth else self._encoder(level)
        with refusals("an encoding"):
            return encoder.encode(vector, scale=scale)

    def one(self, start: int, level: int) -> Plaintext:
        """See `SEALContext.one`; kept, because a constant is slow to encode."""
        if (start, level) not in self._ones:
            self._ones[start, level] = super().one(start, level)
        return self._ones[start, level]

    def level(self, ciphertext: Ciphertext) -> int:
        """The level, from the ciphertext's bytes: Pyfhel's `mod_level` is wrong after products and loads."""
        told = bindings.ciphertext(ciphertext)
        polynomial_bytes = self.parameters.n * _WORD_BYTES
        return told.sizeof_ciphertext(COMPRESSION) // (told.size() * polynomial_bytes) - 1

    def scale(self, ciphertext: Ciphertext) -> float:
        """See `SEALContext.scale`."""
        return bindings.ciphertext(ciphertext).scale

    def set_scale(self, ciphertext: Ciphertext, scale: float) -> None:
        """See `SEALContext.set_scale`."""
        bindings.ciphertext(ciphertext).set_scale(scale)

    def _load(self, path: Path) -> Ciphertext:
        ciphertext: Ciphertext = PyCtxt(pyfhel=self.binding)
        bindings.ciphertext(ciphertext).load(str(path))
        return ciphertext

    def _save(self, ciphertext: Ciphertext, path: Path) -> None:
        bindings.ciphertext(ciphertext).save(str(path), COMPRESSION)

    def _make_encoder(self, level: int) -> PyfhelObject:
        """Pyfhel encodes at the top only; in a context without the primes above a level that is the top."""
        self.chain.scale(level)
        return _binding(self.parameters, [*self._moduli[: level + 1], self._moduli[-1]])


def _binding(parameters: ParameterSet, moduli: Sequence[int]) -> PyfhelObject:
    """A Pyfhel object; it never raises, so its status and the security level in force are checked."""
    primes = {"qi": list(moduli)} if moduli else {"qi_sizes": modulus_bits(parameters)}
    binding: PyfhelObject = Pyfhel()
    security = parameters.security
    try:
        status = binding.contextGen(
            "ckks", n=parameters.n, scale=2.0**parameters.scale_bits, sec=security, **primes
        )
    except (ValueError, RuntimeError) as error:
        raise ParameterError(
            f"SEAL finds no primes for {parameters.name} ({error}); raise scale_bits"
        ) from error
    if status != _VALID:
        raise ParameterError(
            f"SEAL refuses {parameters.name} ({status}); choose fewer or smaller primes, or a larger log_n"
        )
    if binding.sec != security:
        raise ParameterError(
            f"SEAL applies {binding.sec}-bit security to {parameters.name} instead of {security}; "
            "choose another security"
        )
    return binding
