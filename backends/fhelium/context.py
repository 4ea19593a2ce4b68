"""An engine made from a parameter set, and its ciphertexts and plaintexts as both roles use them."""

from __future__ import annotations

from math import isclose
from types import SimpleNamespace
from typing import cast

import numpy as np
from fhelium import CkksConfig
from fhelium.eager import Engine

from backends import contract
from backends.contract import State
from backends.errors import ExecutionError, ParameterError
from backends.fhelium import bindings
from backends.fhelium.bindings import Operator
from backends.fhelium.calls import refusals
from backends.fhelium.capabilities import chosen_moduli
from backends.fhelium.device import compute_there
from backends.interface import Ciphertext, ComplexVector, Plaintext, Values, Vector
from backends.parameters import ParameterSet
from backends.seal.chain import ModulusChain

#: How far a scale may be from the one that it is taken for: rounding alone, as in `ModulusChain.canonical`.
SCALE_TOLERANCE = 2.0**-38

#: Of the group by which slots are rotated: the one for which FHElium's bootstrap is made.
GENERATOR = 5


def make_engine(parameters: ParameterSet) -> bindings.Engine:
    """FHElium's engine at a parameter set, which makes no key unless it is asked to.

    Raises:
        ParameterError: FHElium finds the modulus too large for the security that is demanded.
    """
    compute_there()
    moduli = chosen_moduli(parameters)
    q, p = moduli[: parameters.depth + 1], moduli[parameters.depth + 1 :]
    config = CkksConfig(
        default_scale=2.0**parameters.scale_bits,
        q_depth_groups=tuple((prime,) for prime in reversed(q)),
        p_moduli=p,
        logN=parameters.log_n,
        galois_generator=GENERATOR,
        security_bits=parameters.security or 128,
        enforce_security_budget=bool(parameters.security),
    )
    try:
        engine: bindings.Engine = Engine(config, allow_automatic_key_generation=False)
    except ValueError as error:
        raise ParameterError(
            f"FHElium refuses {parameters.name} ({error}); choose fewer or smaller primes, or a larger log_n"
        ) from error
    return engine


def operator(engine: bindings.Engine) -> Operator:
    """The engine's calls that an evaluator makes, without the engine, which also makes keys and decrypts."""
    names = [name for name in vars(Operator) if not name.startswith("_")]
    return cast(Operator, SimpleNamespace(**{name: getattr(engine, name) for name in names}))


class Context:
    """What both roles know of ciphertexts: their levels, and their one scale at each.

    Ciphertexts and plaintexts are always kept in the domain in which they are multiplied.

    Attributes:
        parameters: the set that the engine was made from.
        chain: primes and canonical scales.
        operator: the engine's calls.
    """

    def __init__(self, parameters: ParameterSet, engine: bindings.Engine) -> None:
        config = engine.config
        self.parameters = parameters
        self.chain = ModulusChain.of(parameters, (*reversed(config.q_moduli), *config.p_moduli))
        if engine.key_digit_count != parameters.digits:
            raise ParameterError(
                f"FHElium makes {engine.key_digit_count} key-switching digits, not the {parameters.digits} "
                f"of {parameters.name}; choose as many"
            )
        self.operator = operator(engine)

    def depth(self, level: int) -> int:
        """The rescales from the top that FHElium counts where there are `level` left."""
        return self.parameters.depth - level

    def level(self, ciphertext: Ciphertext) -> int:
        """The level that the library notes."""
        return self.depth(bindings.ciphertext(ciphertext).depth)

    def plaintext_level(self, plaintext: Plaintext) -> int:
        """The level at which a plaintext was encoded."""
        return self.depth(bindings.plaintext(plaintext).depth)

    def state(self, ciphertext: Ciphertext) -> State:
        """What the contract says of a ciphertext, by what the library notes of it.

        Raises:
            ExecutionError: its scale is neither its level's nor that of a product.
        """
        told, level = bindings.ciphertext(ciphertext), self.level(ciphertext)
        scale = self.chain.scale(level)
        product = not isclose(told.scale, scale, rel_tol=SCALE_TOLERANCE)
        if product and not isclose(told.scale, scale * scale, rel_tol=SCALE_TOLERANCE):
            raise ExecutionError(
                f"a ciphertext at level {level} has scale {told.scale:.6g}, neither that of the level, "
                f"{scale:.6g}, nor that of a product; rescale each product once before it is used"
            )
        return State(level=level, product=product, polynomials=told.component_count)

    def canonical(self, ciphertext: Ciphertext) -> Ciphertext:
        """The same ciphertext, its scale the canonical one of its level without what floats round.

        Raises:
            ExecutionError: its scale is another one.
        """
        told = bindings.ciphertext(ciphertext)
        told.scale = self.chain.canonical(self.level(ciphertext), told.scale)
        return ciphertext

    def checked(self, ciphertext: Ciphertext) -> Ciphertext:
        """A ciphertext that was read, once it is known to be one of these parameters at a canonical scale.

        Raises:
            ExecutionError: it is not.
        """
        with refusals("a ciphertext of other parameters"):
            self.operator.validate_ciphertext(ciphertext)
        if bindings.ciphertext(ciphertext).polynomial_domain != bindings.NTT:
            raise ExecutionError(
                "a ciphertext was written by coefficients; have the other party send it again"
            )
        return self.canonical(ciphertext)

    def coefficients(self, values: Vector | ComplexVector, level: int) -> Plaintext:
        """Slots as a polynomial with whole coefficients, at the canonical scale of `level`.

        Raises:
            ExecutionError: another shape than all slots, or values that are not finite.
        """
        if values.shape != (self.parameters.slots,):
            raise ExecutionError(f"a slot vector has shape ({self.parameters.slots},), not {values.shape}")
        contract.finite(values)
        with refusals("an encoding"):
            return self.operator.encode(values.copy(), depth=self.depth(level), scale=self.chain.scale(level))

    def encode(self, values: Values, level: int) -> Plaintext:
        """A plaintext that can be added and multiplied; of a number it is one value for each prime.

        Raises:
            ExecutionError: as of `coefficients`.
        """
        if isinstance(values, np.ndarray):
            with refusals("an encoding"):
                return self.operator.prepare_plaintext_for_multiplication(self.coefficients(values, level))
        contract.finite(values)
        return self.constant(values, level, self.chain.scale(level))

    def constant(self, value: complex, level: int, scale: float) -> Plaintext:
        """A number in all slots, of which FHElium keeps what is repeated once.

        As an array of its own: torch would take a bare number in 32 bits.
        """
        with refusals("an encoding"):
            return self.operator.prepare_compressed_plaintext(
                np.array([value]), depth=self.depth(level), scale=scale
            )
