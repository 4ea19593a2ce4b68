"""The evaluator's role on OpenFHE.

Under FLEXIBLEAUTO the library mends operands of unlike level or scale by itself, at hidden cost. The checks
at the end of this module refuse such operands, so that what is executed is what the program says. After them
the library's `Mutable` calls, which spare a copy of each operand, find nothing to change in their operands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from pathlib import Path

import numpy as np
import openfhe

from backends import contract
from backends.errors import ExecutionError
from backends.interface import Ciphertext, Evaluator, KeyFile, Plaintext, Values
from backends.openfhe import bindings
from backends.openfhe.bindings import (
    AutomorphismKeys,
    ComplexConstantPlaintext,
    ConstantPlaintext,
    Digits,
    PublicKey,
)
from backends.openfhe.capabilities import capabilities
from backends.openfhe.context import Encoder, conjugation_index, make_context, set_up_bootstrap
from backends.openfhe.files import load_keys, read_ciphertext, read_public_key, write_ciphertext
from backends.parameters import SLOTS_TO_COEFFICIENTS_FIRST, ParameterSet
from backends.primitives import Primitive


class OpenFHEEvaluator(Evaluator):
    """Computes with the evaluation keys in the process-wide maps of OpenFHE.

    In OpenFHE's words a product is a ciphertext of noise scale degree 2.
    """

    def __init__(self, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> None:
        super().__init__()
        self._parameters = parameters
        self._context = make_context(parameters)
        self._encoder = Encoder(self._context, parameters)
        self._zeros: dict[int, Plaintext] = {}
        self._encrypted_zeros: dict[int, Ciphertext] = {}
        self._public_key: PublicKey | None = None
        for file in files:
            self.load_keys(folder, file)
        if any(file.kind == "bootstrap_keys" for file in files):
            set_up_bootstrap(self._context, parameters, precompute=True)

    def load_keys(self, folder: Path, file: KeyFile) -> None:
        """See `Evaluator.load_keys`."""
        path = folder / file.name
        if file.kind == "public_key":
            self._public_key = read_public_key(path)
        elif file.kind == "relinearisation_key":
            openfhe.ClearEvalMultKeys()  # it takes no second one
            load_keys(openfhe.CryptoContext.DeserializeEvalMultKey, path)
        elif file.kind in ("rotation_keys", "conjugation_key", "bootstrap_keys"):
            load_keys(openfhe.CryptoContext.DeserializeEvalAutomorphismKey, path)

    def one_thread(self) -> None:
        """See `Evaluator.one_thread`.

        The library asks OpenMP for threads by their number, whatever this thread was given; so it gets none.
        """
        bindings.open_mp().omp_set_max_active_levels(0)

    def read(self, path: Path) -> Ciphertext:
        """See `Evaluator.read`; what was read is added to a zero that the library itself made.

        A deserialised ciphertext is an object of the Python bindings, whose code to copy polynomials is not
        optimised; all that is computed from it is cloned from it and inherits that code: a bootstrap took
        1.8 times as long. The sum is an object of the library, with the same polynomials.
        """
        return self._with_zero(read_ciphertext(path))

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """See `Evaluator.write`; what is no product is added to a zero, as by `read`.

        Polynomials share their parameters in memory, or do not, by how they were computed, and a file holds
        twice what is not shared. Of the sum it is the same however the result came about: at one go, or from
        a checkpoint.
        """
        known = bindings.ciphertext(ciphertext)
        plain = known.GetNoiseScaleDeg() == 1 and known.NumberCiphertextElements() == 2
        write_ciphertext(self._with_zero(ciphertext) if plain else ciphertext, path)

    def level(self, ciphertext: Ciphertext) -> int:
        """See `Evaluator.level`; OpenFHE itself counts the primes already dropped."""
        return self._parameters.depth - bindings.ciphertext(ciphertext).GetLevel()

    def encode(self, values: Values, level: int) -> Plaintext:
        """See `Evaluator.encode`.

        Raises:
            ExecutionError: a value is not finite, which OpenFHE would encode as any number.
        """
        contract.finite(values)
        if isinstance(values, np.ndarray):
            return self._encoder.encode(values, level)
        return ComplexConstantPlaintext(values) if isinstance(values, complex) else ConstantPlaintext(values)

    def add(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.add`."""
        _alike(a, b)
        self.count(Primitive.ADD)
        return self._context.EvalAddMutable(a, b)

    def subtract(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.subtract`."""
        _alike(a, b)
        self.count(Primitive.ADD)
        return self._context.EvalSubMutable(a, b)

    def negate(self, a: Ciphertext) -> Ciphertext:
        """See `Evaluator.negate`."""
        self.count(Primitive.NEGATE)
        return self._context.EvalNegate(a)

    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """See `Evaluator.add_plain`."""
        self._fits(a, plaintext)
        self.count(Primitive.ADD)
        return self._context.EvalAdd(a, plaintext)

    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """See `Evaluator.multiply_plain`."""
        self._fits(a, plaintext)
        self.count(Primitive.MULTIPLY_PLAIN)
        return self._context.EvalMult(a, plaintext)

    def multiply(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.multiply`."""
        _alike(a, b)
        _not_a_product(a)
        _relinearised(a, b)
        self.count(Primitive.MULTIPLY)
        return self._context.EvalMultNoRelin(a, b)

    def relinearise(self, product: Ciphertext) -> Ciphertext:
        """See `Evaluator.relinearise`."""
        self.count(Primitive.RELINEARISE)
        return self._context.Relinearize(product)

    def rescale(self, product: Ciphertext) -> Ciphertext:
        """See `Evaluator.rescale`; under FLEXIBLEAUTO, Rescale and ModReduce would leave it as it is."""
        if bindings.ciphertext(product).GetNoiseScaleDeg() != 2:
            raise ExecutionError("only a product can be rescaled; the program rescales twice or too early")
        self.count(Primitive.RESCALE)
        return self._compress(product, self.level(product) - 1)

    def drop(self, a: Ciphertext, level: int) -> Ciphertext:
        """See `Evaluator.drop`."""
        _not_a_product(a)
        if not 0 <= level < self.level(a):
            raise ExecutionError(f"a ciphertext at level {self.level(a)} cannot drop to level {level}")
        self.count(Primitive.DROP)
        return self._lowered(a, level)

    def rotate(self, a: Ciphertext, step: int) -> Ciphertext:
        """See `Evaluator.rotate`."""
        _relinearised(a)
        self.count(Primitive.ROTATE)
        with _rotation(step):
            return self._context.EvalRotate(a, step)

    def rotate_many(self, a: Ciphertext, steps: Sequence[int]) -> list[Ciphertext]:
        """Hoisted: the digits of a are computed once (Halevi and Shoup 2018)."""
        _relinearised(a)
        digits = self._context.EvalFastRotationPrecompute(a)
        return [self._hoisted(a, step, digits) for step in steps]

    def rotate_sum(self, terms: Sequence[tuple[Ciphertext, int]]) -> Ciphertext:
        """Summed modulo Q·P, with one division by P at the end (Bossuat et al. 2021)."""
        _alike(*(ciphertext for ciphertext, _ in terms))
        _relinearised(*(ciphertext for ciphertext, _ in terms))
        moved = [(ciphertext, step) for ciphertext, step in terms if step]
        if len(moved) < 2:
            return super().rotate_sum(terms)
        total = self._context.KeySwitchDown(reduce(self._add_to, self._extended_rotations(moved)))
        for ciphertext in (ciphertext for ciphertext, step in terms if not step):
            self.count(Primitive.ADD)
            self._context.EvalAddInPlace(total, ciphertext)
        return total

    def multiply_plain_sum(self, terms: Sequence[tuple[Ciphertext, Plaintext]]) -> Ciphertext:
        """See `Evaluator.multiply_plain_sum`; added in place."""
        return reduce(self._add_to, (self.multiply_plain(a, plaintext) for a, plaintext in terms))

    def multiply_sum(self, terms: Sequence[tuple[Ciphertext, Ciphertext]]) -> Ciphertext:
        """See `Evaluator.multiply_sum`; added in place."""
        return reduce(self._add_to, (self.multiply(a, b) for a, b in terms))

    def conjugate(self, a: Ciphertext) -> Ciphertext:
        """See `Evaluator.conjugate`."""
        _relinearised(a)
        self.count(Primitive.CONJUGATE)
        return self._context.EvalAutomorphism(a, conjugation_index(self._parameters), self._automorphisms(a))

    def bootstrap(self, a: Ciphertext) -> Ciphertext:
        """See `Evaluator.bootstrap`; the library returns a product, which is rescaled here.

        What has more levels than a bootstrap gives, the library would return as it is: it is lowered before.
        """
        _not_a_product(a)
        level, offered = self.level(a), capabilities(self._parameters)
        if level < offered.bootstrap_input_level or offered.bootstrap_output_level is None:
            raise ExecutionError(
                f"a ciphertext at level {level} cannot be bootstrapped at {self._parameters.name}; do it at "
                f"level {offered.bootstrap_input_level} or higher, with a parameter set that has a bootstrap"
            )
        if level > offered.bootstrap_output_level:
            a = self._lowered(a, offered.bootstrap_output_level)
        self.count(Primitive.BOOTSTRAP)
        try:
            raised = self._bootstrapped(a)
        except RuntimeError as error:
            raise ExecutionError(f"OpenFHE cannot bootstrap ({error}); load its bootstrap keys") from error
        scale_degree = bindings.ciphertext(raised).GetNoiseScaleDeg()
        return self._compress(raised, self.level(raised) - (scale_degree - 1))

    def _bootstrapped(self, a: Ciphertext) -> Ciphertext:
        """What the library's call for the set's kind of bootstrap returns."""
        bootstrap = self._parameters.bootstrap
        assert bootstrap is not None  # without one, there is no level to enter at
        slots_first = bootstrap.kind == SLOTS_TO_COEFFICIENTS_FIRST
        call = self._context.EvalBootstrapStCFirst if slots_first else self._context.EvalBootstrap
        return call(a, bootstrap.iterations, bootstrap.first_precision_bits or 0)

    def _automorphisms(self, a: Ciphertext) -> AutomorphismKeys:
        """The keys of rotations and of the conjugation under the secret key of a.

        Raises:
            ExecutionError: that of the conjugation is not among them; the library would end the process.
        """
        tag, index = bindings.ciphertext(a).GetKeyTag(), conjugation_index(self._parameters)
        if index not in openfhe.CryptoContext.GetExistingEvalAutomorphismKeyIndices(tag):
            raise ExecutionError("OpenFHE cannot conjugate; have the key owner make the conjugation's key")
        keys: AutomorphismKeys = openfhe.CryptoContext.GetEvalAutomorphismKeyMap(tag)
        return keys

    def _lowered(self, a: Ciphertext, level: int) -> Ciphertext:
        """The same values at a lower level.

        All primes but one are cut off at no cost; added to a zero at the target, the library then multiplies
        by the quotient of the two scales, a factor of 40 bits or more, and rescales.
        """
        return self._context.EvalAdd(self._compress(a, level + 1), self._zero(level))

    def _with_zero(self, a: Ciphertext) -> Ciphertext:
        """The same polynomials in an object of the library's own making."""
        return self._context.EvalAdd(self._encrypted_zero(self.level(a)), a)

    def _encrypted_zero(self, level: int) -> Ciphertext:
        """A ciphertext of two zero polynomials."""
        if level not in self._encrypted_zeros:
            assert self._public_key is not None  # which the key owner always makes
            some = self._context.Encrypt(self._public_key, self._zero(level))
            self._encrypted_zeros[level] = self._context.EvalSub(some, some)
        return self._encrypted_zeros[level]

    def _zero(self, level: int) -> Plaintext:
        """A plaintext of zeros, kept."""
        if level not in self._zeros:
            self._zeros[level] = self.encode(np.zeros(self._parameters.slots), level)
        return self._zeros[level]

    def _compress(self, a: Ciphertext, level: int) -> Ciphertext:
        """Rescale a if it is a product, then cut it to `level` without a change of scale."""
        return self._context.Compress(a, level + 1, 1)

    def _add_to(self, total: Ciphertext, term: Ciphertext) -> Ciphertext:
        """Add `term` to `total` in place; both belong to the caller."""
        _alike(total, term)
        self.count(Primitive.ADD)
        self._context.EvalAddMutableInPlace(total, term)
        return total

    def _hoisted(self, a: Ciphertext, step: int, digits: Digits) -> Ciphertext:
        self.count(Primitive.ROTATE)
        with _rotation(step):
            return self._context.EvalFastRotation(a, step, digits)

    def _extended_rotations(self, terms: Sequence[tuple[Ciphertext, int]]) -> Iterator[Ciphertext]:
        """The rotated ciphertexts modulo Q·P; the digits of each are computed once."""
        digits: dict[int, Digits] = {}
        for ciphertext, step in terms:
            if id(ciphertext) not in digits:
                digits[id(ciphertext)] = self._context.EvalFastRotationPrecompute(ciphertext)
            yield self._extended(ciphertext, step, digits[id(ciphertext)])

    def _extended(self, a: Ciphertext, step: int, digits: Digits) -> Ciphertext:
        self.count(Primitive.ROTATE)
        with _rotation(step):
            return self._context.EvalFastRotationExt(a, step, digits, True)

    def _fits(self, a: Ciphertext, plaintext: Plaintext) -> None:
        """Raise unless `plaintext` can meet `a` without a hidden adjustment."""
        _not_a_product(a)
        if isinstance(plaintext, (ConstantPlaintext, ComplexConstantPlaintext)):
            return
        encoded = self._parameters.depth - bindings.plaintext(plaintext).GetLevel()
        if encoded != self.level(a):
            raise ExecutionError(
                f"a plaintext at level {encoded} meets a ciphertext at level {self.level(a)}"
            )


def _alike(*ciphertexts: Ciphertext) -> None:
    """Raise unless all are at one level, and all products or none."""
    told = [bindings.ciphertext(ciphertext) for ciphertext in ciphertexts]
    kinds = {(one.GetLevel(), one.GetNoiseScaleDeg()) for one in told}
    if len(kinds) > 1:
        raise ExecutionError(
            f"operands differ in (primes dropped, noise scale degree): {sorted(kinds)}; rescale or drop first"
        )


def _not_a_product(a: Ciphertext) -> None:
    if bindings.ciphertext(a).GetNoiseScaleDeg() != 1:
        raise ExecutionError("an operand is a product; rescale it first")


def _relinearised(*ciphertexts: Ciphertext) -> None:
    if any(bindings.ciphertext(ciphertext).NumberCiphertextElements() != 2 for ciphertext in ciphertexts):
        raise ExecutionError("an operand has three polynomials; relinearise it first")


@contextmanager
def _rotation(step: int) -> Iterator[None]:
    """Turn the library's complaint about a missing key into this project's."""
    try:
        yield
    except RuntimeError as error:
        raise ExecutionError(
            f"OpenFHE cannot rotate by {step} ({error}); have the key owner make this step's key"
        ) from error
