"""The evaluator's role on OpenFHE.

Under FLEXIBLEAUTO the library mends operands of unlike level or scale by itself, at hidden cost. The checks
at the end of this module refuse such operands, so that what is executed is what the program says. After them
the library's `Mutable` calls, which spare a copy of each operand, find nothing to change in their operands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import openfhe

from backends.errors import ExecutionError
from backends.interface import Evaluator, KeyFile, Vector
from backends.openfhe.capabilities import capabilities
from backends.openfhe.context import encode, make_context, set_up_bootstrap
from backends.openfhe.files import load_keys, read_ciphertext, read_public_key, write_ciphertext
from backends.parameters import ParameterSet


class OpenFHEEvaluator(Evaluator):
    """Computes with the evaluation keys in the process-wide maps of OpenFHE.

    A plaintext is the library's, or a float for a constant vector: OpenFHE multiplies and adds one without
    encoding it. In OpenFHE's words a product is a ciphertext of noise scale degree 2.
    """

    def __init__(self, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> None:
        super().__init__()
        self._parameters = parameters
        self._context = make_context(parameters)
        self._zeros: dict[int, Any] = {}
        self._encrypted_zeros: dict[int, Any] = {}
        self._public_key: Any = None
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
        elif file.kind in ("rotation_keys", "bootstrap_keys"):
            load_keys(openfhe.CryptoContext.DeserializeEvalAutomorphismKey, path)

    def read(self, path: Path) -> Any:
        """See `Evaluator.read`; what was read is added to a zero that the library itself made.

        A deserialised ciphertext is an object of the Python bindings, whose code to copy polynomials is not
        optimised; all that is computed from it is cloned from it and inherits that code: a bootstrap took
        1.8 times as long. The sum is an object of the library, with the same polynomials.
        """
        loaded = read_ciphertext(path)
        return self._context.EvalAdd(self._encrypted_zero(self.level(loaded)), loaded)

    def write(self, ciphertext: Any, path: Path) -> None:
        """See `Evaluator.write`."""
        write_ciphertext(ciphertext, path)

    def level(self, ciphertext: Any) -> int:
        """See `Evaluator.level`; OpenFHE itself counts the primes already dropped."""
        return int(self._parameters.depth - ciphertext.GetLevel())

    def encode(self, values: Vector | float, level: int) -> Any:
        """See `Evaluator.encode`.

        Raises:
            ExecutionError: a value is not finite, which OpenFHE would encode as any number.
        """
        if not np.all(np.isfinite(values)):
            raise ExecutionError("a plaintext holds values that are not finite; look for them in the model")
        if isinstance(values, (int, float)):
            return float(values)
        return encode(self._context, self._parameters, values, level)

    def add(self, a: Any, b: Any) -> Any:
        """See `Evaluator.add`."""
        _alike(a, b)
        self.counts["additions"] += 1
        return self._context.EvalAddMutable(a, b)

    def subtract(self, a: Any, b: Any) -> Any:
        """See `Evaluator.subtract`."""
        _alike(a, b)
        self.counts["additions"] += 1
        return self._context.EvalSubMutable(a, b)

    def negate(self, a: Any) -> Any:
        """See `Evaluator.negate`."""
        self.counts["negations"] += 1
        return self._context.EvalNegate(a)

    def add_plain(self, a: Any, plaintext: Any) -> Any:
        """See `Evaluator.add_plain`."""
        self._fits(a, plaintext)
        self.counts["additions"] += 1
        return self._context.EvalAdd(a, plaintext)

    def multiply_plain(self, a: Any, plaintext: Any) -> Any:
        """See `Evaluator.multiply_plain`."""
        self._fits(a, plaintext)
        self.counts["ct_pt"] += 1
        return self._context.EvalMult(a, plaintext)

    def multiply(self, a: Any, b: Any) -> Any:
        """See `Evaluator.multiply`."""
        _alike(a, b)
        _not_a_product(a)
        _relinearised(a, b)
        self.counts["ct_ct"] += 1
        return self._context.EvalMultNoRelin(a, b)

    def relinearise(self, product: Any) -> Any:
        """See `Evaluator.relinearise`."""
        self.counts["relinearisations"] += 1
        return self._context.Relinearize(product)

    def rescale(self, product: Any) -> Any:
        """See `Evaluator.rescale`; under FLEXIBLEAUTO, Rescale and ModReduce would leave it as it is."""
        if product.GetNoiseScaleDeg() != 2:
            raise ExecutionError("only a product can be rescaled; the program rescales twice or too early")
        self.counts["rescales"] += 1
        return self._compress(product, self.level(product) - 1)

    def drop(self, a: Any, level: int) -> Any:
        """See `Evaluator.drop`."""
        _not_a_product(a)
        if not 0 <= level < self.level(a):
            raise ExecutionError(f"a ciphertext at level {self.level(a)} cannot drop to level {level}")
        self.counts["drops"] += 1
        return self._lowered(a, level)

    def rotate(self, a: Any, step: int) -> Any:
        """See `Evaluator.rotate`."""
        _relinearised(a)
        self.counts["rotations"] += 1
        with _rotation(step):
            return self._context.EvalRotate(a, step)

    def rotate_many(self, a: Any, steps: Sequence[int]) -> list[Any]:
        """Hoisted: the digits of a are computed once (Halevi and Shoup 2018)."""
        _relinearised(a)
        digits = self._context.EvalFastRotationPrecompute(a)
        return [self._hoisted(a, step, digits) for step in steps]

    def rotate_sum(self, terms: Sequence[tuple[Any, int]]) -> Any:
        """Summed modulo Q·P, with one division by P at the end (Bossuat et al. 2021)."""
        _alike(*(ciphertext for ciphertext, _ in terms))
        _relinearised(*(ciphertext for ciphertext, _ in terms))
        moved = [(ciphertext, step) for ciphertext, step in terms if step]
        if len(moved) < 2:
            return super().rotate_sum(terms)
        total: Any = None
        digits: dict[int, Any] = {}
        for ciphertext, step in moved:
            if id(ciphertext) not in digits:
                digits[id(ciphertext)] = self._context.EvalFastRotationPrecompute(ciphertext)
            rotated = self._extended(ciphertext, step, digits[id(ciphertext)])
            total = rotated if total is None else self._add_to(total, rotated)
        total = self._context.KeySwitchDown(total)
        for ciphertext in (ciphertext for ciphertext, step in terms if not step):
            self.counts["additions"] += 1
            self._context.EvalAddInPlace(total, ciphertext)
        return total

    def multiply_plain_sum(self, terms: Sequence[tuple[Any, Any]]) -> Any:
        """See `Evaluator.multiply_plain_sum`; added in place."""
        total: Any = None
        for ciphertext, plaintext in terms:
            product = self.multiply_plain(ciphertext, plaintext)
            total = product if total is None else self._add_to(total, product)
        return total

    def multiply_sum(self, terms: Sequence[tuple[Any, Any]]) -> Any:
        """See `Evaluator.multiply_sum`; added in place."""
        total: Any = None
        for a, b in terms:
            product = self.multiply(a, b)
            total = product if total is None else self._add_to(total, product)
        return total

    def bootstrap(self, a: Any) -> Any:
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
        self.counts["bootstraps"] += 1
        try:
            raised = self._context.EvalBootstrap(a)
        except RuntimeError as error:
            raise ExecutionError(f"OpenFHE cannot bootstrap ({error}); load its bootstrap keys") from error
        return self._compress(raised, self.level(raised) - (raised.GetNoiseScaleDeg() - 1))

    def _lowered(self, a: Any, level: int) -> Any:
        """The same values at a lower level.

        All primes but one are cut off at no cost; added to a zero at the target, the library then multiplies
        by the quotient of the two scales, a factor of 40 bits or more, and rescales.
        """
        return self._context.EvalAdd(self._compress(a, level + 1), self._zero(level))

    def _encrypted_zero(self, level: int) -> Any:
        """A ciphertext of two zero polynomials."""
        if level not in self._encrypted_zeros:
            some = self._context.Encrypt(self._public_key, self._zero(level))
            self._encrypted_zeros[level] = self._context.EvalSub(some, some)
        return self._encrypted_zeros[level]

    def _zero(self, level: int) -> Any:
        """A plaintext of zeros, kept."""
        if level not in self._zeros:
            self._zeros[level] = self.encode(np.zeros(self._parameters.slots), level)
        return self._zeros[level]

    def _compress(self, a: Any, level: int) -> Any:
        """Rescale a if it is a product, then cut it to `level` without a change of scale."""
        return self._context.Compress(a, level + 1, 1)

    def _add_to(self, total: Any, term: Any) -> Any:
        """Add `term` to `total` in place; both belong to the caller."""
        _alike(total, term)
        self.counts["additions"] += 1
        self._context.EvalAddMutableInPlace(total, term)
        return total

    def _hoisted(self, a: Any, step: int, digits: Any) -> Any:
        self.counts["rotations"] += 1
        with _rotation(step):
            return self._context.EvalFastRotation(a, step, digits)

    def _extended(self, a: Any, step: int, digits: Any) -> Any:
        self.counts["rotations"] += 1
        with _rotation(step):
            return self._context.EvalFastRotationExt(a, step, digits, True)

    def _fits(self, a: Any, plaintext: Any) -> None:
        """Raise unless `plaintext` can meet `a` without a hidden adjustment."""
        _not_a_product(a)
        if not isinstance(plaintext, float) and plaintext.GetLevel() != a.GetLevel():
            encoded = self._parameters.depth - plaintext.GetLevel()
            raise ExecutionError(
                f"a plaintext at level {encoded} meets a ciphertext at level {self.level(a)}"
            )


def _alike(*ciphertexts: Any) -> None:
    """Raise unless all are at one level, and all products or none."""
    kinds = {(ciphertext.GetLevel(), ciphertext.GetNoiseScaleDeg()) for ciphertext in ciphertexts}
    if len(kinds) > 1:
        raise ExecutionError(
            f"operands differ in (primes dropped, noise scale degree): {sorted(kinds)}; rescale or drop first"
        )


def _not_a_product(a: Any) -> None:
    if a.GetNoiseScaleDeg() != 1:
        raise ExecutionError("an operand is a product; rescale it first")


def _relinearised(*ciphertexts: Any) -> None:
    if any(ciphertext.NumberCiphertextElements() != 2 for ciphertext in ciphertexts):
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
