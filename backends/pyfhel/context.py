"""A Pyfhel object over a checked SEAL context, and what both roles do alike with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from Pyfhel import PyCtxt
from Pyfhel import Pyfhel as Binding

from backends.errors import ParameterError
from backends.interface import Ciphertext, Plaintext, Vector
from backends.parameters import ParameterSet
from backends.seal.calls import constant, refusals, slot_vector, writing
from backends.seal.chain import ModulusChain, modulus_bits

COMPRESSION = "none"  # as built, SEAL has no compression
_VALID = "success: valid"
#: Encoders of lower levels kept alive. Each holds a SEAL context, whose memory grows with the level squared:
#: 0.5 GB at level 18 of log_n 15, 10 MB at level 2.
_ENCODERS = 3
_WORD_BYTES = 8


class Context:
    """A validated SEAL context with its modulus chain.

    Attributes:
        binding: the Pyfhel object, which holds the context and all keys it is given.
        chain: primes and canonical scales.
    """

    def __init__(self, parameters: ParameterSet, moduli: Sequence[int] = ()) -> None:
        """Use `moduli`, or let SEAL choose primes for the parameter set.

        Raises:
            ParameterError: SEAL refuses the parameters.
        """
        self._parameters = parameters
        self.binding = _binding(parameters, moduli)
        self._moduli = [int(prime) for prime in self.binding.qi]
        self.chain = ModulusChain.of(parameters, self._moduli)
        self._encoder: Callable[[int], Any] = lru_cache(maxsize=_ENCODERS)(self._make_encoder)

    @classmethod
    def load(cls, parameters: ParameterSet, path: Path) -> Context:
        """The context that a key owner wrote with `save`: the same primes give the same context."""
        return cls(parameters, json.loads(path.read_text())["moduli"])

    def save(self, path: Path) -> None:
        """Write the primes; Pyfhel's own context files give them back to SEAL but not to Python."""
        path.write_text(json.dumps({"moduli": self._moduli}))

    def encode(self, values: Vector | float, level: int, scale: float) -> Plaintext:
        """A plaintext at a level and scale; Pyfhel has no shorter way for a constant than its full vector."""
        slots = self._parameters.slots
        vector = (
            slot_vector(values, slots) if isinstance(values, np.ndarray) else np.full(slots, constant(values))
        )
        encoder = self.binding if level == self.chain.depth else self._encoder(level)
        with refusals("an encoding"):
            return encoder.encodeFrac(vector, scale=scale)

    def level(self, ciphertext: Ciphertext) -> int:
        """The level, from the ciphertext's bytes: Pyfhel's `mod_level` is wrong after products and loads."""
        polynomial_bytes = self._parameters.n * _WORD_BYTES
        primes: int = ciphertext.sizeof_ciphertext(COMPRESSION) // (ciphertext.size() * polynomial_bytes)
        return primes - 1

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Serialise in SEAL's own format."""
        with writing(path):
            ciphertext.save(str(path), COMPRESSION)

    def read(self, path: Path) -> Ciphertext:
        """A ciphertext at its level's canonical scale.

        Raises:
            ExecutionError: the file is no ciphertext of this context, or not at the canonical scale.
        """
        ciphertext = PyCtxt(pyfhel=self.binding)
        with refusals(f"the ciphertext {path.name}"):
            ciphertext.load(str(path))
        ciphertext.set_scale(self.chain.canonical(self.level(ciphertext), ciphertext.scale))
        return ciphertext

    def _make_encoder(self, level: int) -> Any:
        """Pyfhel encodes at the top only; in a context without the primes above a level that is the top."""
        self.chain.scale(level)
        return _binding(self._parameters, [*self._moduli[: level + 1], self._moduli[-1]])


def _binding(parameters: ParameterSet, moduli: Sequence[int]) -> Any:
    """A Pyfhel object; it raises on nothing, so its status and the security level in force are checked."""
    primes = {"qi": list(moduli)} if moduli else {"qi_sizes": modulus_bits(parameters)}
    binding, security = Binding(), parameters.security
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
