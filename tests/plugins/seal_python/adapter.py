"""The adapter over seal-python: the library's own calls, around which `backends.seal` does the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import numpy as np
import seal

from backends.errors import ParameterError
from backends.interface import Ciphertext, Evaluator, KeyFile, KeyOwner, Keys, Library, Plaintext, Vector
from backends.parameters import ParameterSet
from backends.primitives import Primitive
from backends.seal.calls import constant, refusals, slot_vector, writing
from backends.seal.capabilities import refuse_bootstrap, refuse_conjugation
from backends.seal.chain import ModulusChain, modulus_bits
from backends.seal.context import SEALContext
from backends.seal.evaluator import SEALEvaluator, counted
from backends.seal.key_owner import SEALKeyOwner
from backends.seal.keys import KeyFolder, galois_element


class Saved(Protocol):
    """Whatever SEAL writes to a file."""

    def save(self, path: str) -> None: ...


SECURITY = {
    0: seal.sec_level_type.none,
    128: seal.sec_level_type.tc128,
    192: seal.sec_level_type.tc192,
    256: seal.sec_level_type.tc256,
}


class Context(SEALContext):
    """A validated context, with what encodes and computes in it."""

    def __init__(self, parameters: ParameterSet, made: seal.EncryptionParameters) -> None:
        security = SECURITY[parameters.security]
        self.seal = seal.SEALContext(made, True, security)
        if not self.seal.parameters_set() or self.seal.key_context_data().qualifiers().sec_level != security:
            raise ParameterError(
                f"SEAL refuses {parameters.name} ({self.seal.parameter_error_name()}); choose fewer or "
                "smaller primes, or a larger log_n"
            )
        super().__init__(
            parameters, ModulusChain.of(parameters, [one.value() for one in made.coeff_modulus()])
        )
        self.encoder, self.operator = seal.CKKSEncoder(self.seal), seal.Evaluator(self.seal)
        self._made, self._levels = made, [self.seal.first_context_data()]
        while len(self._levels) < len(self.chain.primes):
            self._levels.append(self._levels[-1].next_context_data())

    @classmethod
    def create(cls, parameters: ParameterSet) -> Context:
        """The context of a parameter set."""
        made = seal.EncryptionParameters(seal.scheme_type.ckks)
        made.set_poly_modulus_degree(parameters.n)
        try:
            made.set_coeff_modulus(seal.CoeffModulus.Create(parameters.n, modulus_bits(parameters)))
        except (ValueError, RuntimeError) as error:
            raise ParameterError(
                f"SEAL finds no primes for {parameters.name} ({error}); raise scale_bits"
            ) from error
        return cls(parameters, made)

    @classmethod
    def load(cls, parameters: ParameterSet, path: Path) -> Context:
        """The context that a key owner wrote with `save`."""
        made = seal.EncryptionParameters(seal.scheme_type.ckks)
        with refusals(f"the context {path.name}"):
            made.load(str(path))
        return cls(parameters, made)

    def save(self, path: Path) -> None:
        self._made.save(str(path))

    def parms_id(self, level: int) -> list[int]:
        """SEAL's name for a level."""
        self.chain.scale(level)
        return self._levels[self.chain.depth - level].parms_id()

    def encode(self, values: Vector | float, level: int, scale: float) -> Plaintext:
        """This binding encodes at the top; the primes of the levels above are then left out, exactly."""
        vector = isinstance(values, np.ndarray)
        operand = slot_vector(values, self.parameters.slots) if vector else constant(values)
        with refusals("an encoding"):
            return self.operator.mod_switch_to(self.encoder.encode(operand, scale), self.parms_id(level))

    def level(self, ciphertext: Ciphertext) -> int:
        return ciphertext.coeff_modulus_size() - 1

    def scale(self, ciphertext: Ciphertext) -> float:
        return ciphertext.scale()

    def set_scale(self, ciphertext: Ciphertext, scale: float) -> None:
        ciphertext.scale(scale)

    def _load(self, path: Path) -> Ciphertext:
        ciphertext = seal.Ciphertext()
        ciphertext.load(self.seal, str(path))
        return ciphertext

    def _save(self, ciphertext: Ciphertext, path: Path) -> None:
        ciphertext.save(str(path))


@dataclass(frozen=True)
class MadeKeys(Keys):
    """A key to be written, or the context where there is none; of a rotation key, its step."""

    kind: str
    made: Saved | None
    step: int | None = None


class Owner(SEALKeyOwner):
    """Holds the secret key, in SEAL's key generator."""

    def __init__(self, parameters: ParameterSet) -> None:
        context = Context.create(parameters)
        super().__init__(context)
        self._encoder, self._generator = context.encoder, seal.KeyGenerator(context.seal)
        self._public_key = self._generator.create_public_key()
        self._encryptor = seal.Encryptor(context.seal, self._public_key)
        self._decryptor = seal.Decryptor(context.seal, self._generator.secret_key())

    def key_batches(
        self, rotation_steps: Sequence[int], bootstrap: bool, conjugation: bool
    ) -> Iterator[MadeKeys]:
        refuse_bootstrap(bootstrap)
        refuse_conjugation(conjugation)
        yield MadeKeys("context", None)
        yield MadeKeys("public_key", self._public_key)
        yield MadeKeys("relinearisation_key", self._generator.create_relin_keys())
        for step in rotation_steps:
            key = seal.GaloisKeys()
            self._generator.create_galois_keys([step], key)
            yield MadeKeys("rotation_keys", key, step)

    def write_keys(self, keys: Keys, folder: Path) -> KeyFile:
        assert isinstance(keys, MadeKeys)
        files = KeyFolder(folder)
        path = files.add(keys.kind) if keys.step is None else files.add_rotation(keys.step)
        with writing(folder):
            if keys.made is None:
                self._context.save(path)
            else:
                keys.made.save(str(path))
        return files.files[0]

    def _encrypt(self, plaintext: Plaintext) -> Ciphertext:
        return self._encryptor.encrypt(plaintext)

    def _decrypt(self, ciphertext: Ciphertext) -> Vector:
        return self._encoder.decode(self._decryptor.decrypt(ciphertext))


class Computer(SEALEvaluator):
    """Computes with SEAL's evaluator; it is given public and evaluation keys only."""

    context: Context

    def __init__(self, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> None:
        keys = KeyFolder(folder, files)
        super().__init__(Context.load(parameters, keys.path("context")))
        self._n, self._operator = parameters.n, self.context.operator
        self._relinearisation_key = seal.RelinKeys()
        self._rotation_keys: dict[int, seal.GaloisKeys] = {}
        self._take(keys)

    def _load(self, keys: KeyFolder) -> None:
        for path in keys.paths("relinearisation_key"):
            self._relinearisation_key.load(self.context.seal, str(path))
        for step, path in keys.rotations():
            self._rotation_keys[step] = seal.GaloisKeys()
            self._rotation_keys[step].load(self.context.seal, str(path))

    def _has_rotation_key(self, step: int) -> bool:
        key = self._rotation_keys.get(step)
        return key is not None and key.has_key(galois_element(step, self._n))

    @counted(Primitive.ADD)
    def add(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        return self._operator.add(a, b)

    @counted(Primitive.SUBTRACT)
    def subtract(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        return self._operator.sub(a, b)

    @counted(Primitive.NEGATE)
    def negate(self, a: Ciphertext) -> Ciphertext:
        return self._operator.negate(a)

    @counted(Primitive.ADD_PLAIN)
    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        return self._operator.add_plain(a, plaintext)

    @counted(Primitive.MULTIPLY_PLAIN)
    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        return self._operator.multiply_plain(a, plaintext)

    @counted(Primitive.MULTIPLY)
    def multiply(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        return self._operator.multiply(a, b)

    @counted(Primitive.RELINEARISE)
    def relinearise(self, product: Ciphertext) -> Ciphertext:
        return self._operator.relinearize(product, self._relinearisation_key)

    @counted(Primitive.RESCALE)
    def _rescaled(self, product: Ciphertext) -> Ciphertext:
        return self._operator.rescale_to_next(product)

    @counted(Primitive.DROP)
    def _dropped(self, a: Ciphertext, start: int, level: int, one: Plaintext) -> Ciphertext:
        switched = self._operator.mod_switch_to(a, self.context.parms_id(level + 1))
        return self._operator.rescale_to_next(self._operator.multiply_plain(switched, one))

    @counted(Primitive.ROTATE)
    def _rotated(self, a: Ciphertext, step: int) -> Ciphertext:
        return self._operator.apply_galois(a, galois_element(step, self._n), self._rotation_keys[step])


class Adapter(Library):
    """seal-python 4.4."""

    @classmethod
    def key_owner(cls, parameters: ParameterSet) -> KeyOwner:
        return Owner(parameters)

    @classmethod
    def evaluator(cls, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> Evaluator:
        return Computer(parameters, folder, files)

    @classmethod
    def versions(cls) -> dict[str, str]:
        return {"seal-python": version("seal-python")}
