"""The evaluator's role on FHElium.

The library checks neither the levels nor the scales of its operands. `backends.contract` does, by the state
that the library notes of every ciphertext.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from pathlib import Path

from fhelium import ConjugationKey, RelinearizationKey
from fhelium import RotationKey as FHEliumRotationKey

from backends import contract
from backends.errors import ExecutionError
from backends.fhelium import bindings
from backends.fhelium.bindings import NTT, RotationKey, SwitchingKey
from backends.fhelium.bootstrap import Bootstrap
from backends.fhelium.calls import refusals
from backends.fhelium.capabilities import NO_BOOTSTRAP
from backends.fhelium.context import Context, make_engine
from backends.fhelium.files import is_conjugation, load, load_ciphertext, rotation_step, save
from backends.interface import Ciphertext, Evaluator, KeyFile, Plaintext, Values
from backends.parameters import ParameterSet
from backends.primitives import Primitive


class FHEliumEvaluator(Evaluator):
    """Computes with the keys of a folder.

    Attributes:
        context: levels and scales, and the engine's calls that need no secret key.
    """

    def __init__(self, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> None:
        super().__init__()
        engine = make_engine(parameters)
        self.context = Context(parameters, engine)
        self._operator = self.context.operator
        self._bootstrap = Bootstrap(self.context, engine) if parameters.bootstrap else None
        self._relinearisation_key: SwitchingKey | None = None
        self._conjugation_key: SwitchingKey | None = None
        self._rotation_keys: dict[int, RotationKey] = {}
        for file in files:
            self.load_keys(folder, file)

    def load_keys(self, folder: Path, file: KeyFile) -> None:
        """See `Evaluator.load_keys`."""
        path = folder / file.name
        if file.kind == "relinearisation_key":
            self._relinearisation_key = self._switching_key(load(path, RelinearizationKey))
        elif is_conjugation(file):
            self._conjugation_key = self._switching_key(load(path, ConjugationKey))
        elif (step := rotation_step(file)) is not None:
            key: RotationKey = load(path, FHEliumRotationKey)
            self._switching_key(key)
            if (key.rotation_step + step) % self.context.parameters.slots:
                raise ExecutionError(f"{path.name} does not hold the key of its name; make the keys again")
            self._rotation_keys[step] = key

    def read(self, path: Path) -> Ciphertext:
        """See `Evaluator.read`."""
        return self.context.checked(load_ciphertext(path))

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """See `Evaluator.write`."""
        save(ciphertext, path)

    def level(self, ciphertext: Ciphertext) -> int:
        """See `Context.level`."""
        return self.context.level(ciphertext)

    def encode(self, values: Values, level: int) -> Plaintext:
        """See `Context.encode`."""
        return self.context.encode(values, level)

    def add(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.add`."""
        first, second = self._alike(a, b)
        self.count(Primitive.ADD)
        with refusals("a sum"):
            return self._operator.add(first, second)

    def subtract(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.subtract`."""
        first, second = self._alike(a, b)
        self.count(Primitive.SUBTRACT)
        with refusals("a difference"):
            return self._operator.subtract(first, second)

    def negate(self, a: Ciphertext) -> Ciphertext:
        """See `Evaluator.negate`."""
        self.count(Primitive.NEGATE)
        with refusals("a negation"):
            return self._operator.negate(a)

    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """See `Evaluator.add_plain`."""
        contract.added_plain(self.context.state(a), self.context.plaintext_level(plaintext))
        self.count(Primitive.ADD_PLAIN)
        with refusals("a sum with a plaintext"):
            return self._operator.add_plaintext(a, plaintext)

    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """See `Evaluator.multiply_plain`."""
        contract.multiplied_plain(self.context.state(a), self.context.plaintext_level(plaintext))
        self.count(Primitive.MULTIPLY_PLAIN)
        with refusals("a product with a plaintext"):
            return self._operator.multiply_plaintext(a, plaintext)

    def multiply(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.multiply`."""
        contract.multiplied(self.context.state(a), self.context.state(b))
        self.count(Primitive.MULTIPLY)
        with refusals("a product"):
            return self._operator.multiply(a, b)

    def relinearise(self, product: Ciphertext) -> Ciphertext:
        """See `Evaluator.relinearise`."""
        contract.relinearised(self.context.state(product))
        if self._relinearisation_key is None:
            raise ExecutionError("there is no relinearisation key; have the key owner make it")
        self.count(Primitive.RELINEARISE)
        with refusals("a relinearisation"):
            return self._operator.relinearize(product, self._relinearisation_key, output_domain=NTT)

    def rescale(self, product: Ciphertext) -> Ciphertext:
        """See `Evaluator.rescale`; the scale must come out canonical."""
        contract.rescaled(self.context.state(product))
        self.count(Primitive.RESCALE)
        with refusals("a rescale"):
            return self.context.canonical(self._operator.rescale_to_next_depth(product))

    def drop(self, a: Ciphertext, level: int) -> Ciphertext:
        """See `Evaluator.drop`.

        All primes but one are cut off; a product with 1 at the scale that fits is then rescaled.
        """
        contract.dropped(self.context.state(a), level)
        start = self.level(a)
        one = self.context.constant(1.0, level + 1, self.context.chain.drop_scale(start, level))
        self.count(Primitive.DROP)
        with refusals("a drop"):
            result = self._operator.mod_switch_to_depth(a, self.context.depth(level + 1))
            self._operator.multiply_plaintext_(result, one)
            return self.context.canonical(self._operator.rescale_to_next_depth_(result))

    def rotate(self, a: Ciphertext, step: int) -> Ciphertext:
        """See `Evaluator.rotate`."""
        contract.rotated(self.context.state(a))
        key = self._rotation_key(step)
        self.count(Primitive.ROTATE)
        with refusals("a rotation"):
            return self._operator.rotate_with_key(a, key, output_domain=NTT)

    def rotate_many(self, a: Ciphertext, steps: Sequence[int]) -> list[Ciphertext]:
        """Hoisted: the digits of a are computed once (Halevi and Shoup 2018)."""
        contract.rotated(self.context.state(a))
        keys = [self._rotation_key(step) for step in steps]
        for _ in keys:
            self.count(Primitive.ROTATE)
        with refusals("rotations"):
            coefficients = self._operator.ntt_domain_to_coefficient_domain(a)
            return self._operator.rotate_many_with_keys(coefficients, keys, output_domain=NTT)

    def conjugate(self, a: Ciphertext) -> Ciphertext:
        """See `Evaluator.conjugate`; FHElium conjugates coefficients alone."""
        contract.rotated(self.context.state(a))
        if self._conjugation_key is None:
            raise ExecutionError("there is no key for a conjugation; ask for it when the keys are made")
        self.count(Primitive.CONJUGATE)
        with refusals("a conjugation"):
            coefficients = self._operator.ntt_domain_to_coefficient_domain(a)
            return self._operator.conjugate(coefficients, self._conjugation_key, output_domain=NTT)

    def bootstrap(self, a: Ciphertext) -> Ciphertext:
        """See `Evaluator.bootstrap`."""
        levels = self.context.parameters.bootstrap_levels
        if self._bootstrap is None or levels is None:
            raise ExecutionError(f"a ciphertext cannot be bootstrapped: {NO_BOOTSTRAP}")
        contract.bootstrapped(self.context.state(a), *levels)
        if self._relinearisation_key is None or self._conjugation_key is None:
            raise ExecutionError("there are no keys for a bootstrap; ask for them when the keys are made")
        rotations = [self._rotation_key(step) for step in self._bootstrap.rotations]
        self.count(Primitive.BOOTSTRAP)
        with refusals("a bootstrap"):
            return self._bootstrap(a, rotations, self._relinearisation_key, self._conjugation_key)

    def multiply_plain_sum(self, terms: Sequence[tuple[Ciphertext, Plaintext]]) -> Ciphertext:
        """See `Evaluator.multiply_plain_sum`; added in place."""
        return reduce(self._add_to, (self.multiply_plain(a, plaintext) for a, plaintext in terms))

    def multiply_sum(self, terms: Sequence[tuple[Ciphertext, Ciphertext]]) -> Ciphertext:
        """See `Evaluator.multiply_sum`; added in place."""
        return reduce(self._add_to, (self.multiply(a, b) for a, b in terms))

    def _add_to(self, total: Ciphertext, term: Ciphertext) -> Ciphertext:
        """Add `term` to `total` in place; both belong to the caller."""
        contract.added(self.context.state(total), self.context.state(term))
        self.count(Primitive.ADD)
        with refusals("a sum"):
            return self._operator.add_(total, term)

    def _alike(self, a: Ciphertext, b: Ciphertext) -> tuple[Ciphertext, Ciphertext]:
        """Both with as many polynomials, which FHElium wants of the operands of a sum."""
        first, second = self.context.state(a), self.context.state(b)
        contract.added(first, second)
        if first.polynomials < second.polynomials:
            return _widened(a, b), b
        if first.polynomials > second.polynomials:
            return a, _widened(b, a)
        return a, b

    def _rotation_key(self, step: int) -> RotationKey:
        """The step's own key; FHElium would be given others to compose it from."""
        key = self._rotation_keys.get(step)
        if key is None:
            raise ExecutionError(
                f"there is no key for a rotation by {step}; name the step when the keys are made"
            )
        return key

    def _switching_key(self, key: SwitchingKey) -> SwitchingKey:
        with refusals("a key of other parameters"):
            self._operator.validate_key_switch_key(key)
        return key


def _widened(narrow: Ciphertext, wide: Ciphertext) -> Ciphertext:
    """A ciphertext of two polynomials with a third that is zero, as `wide` has three."""
    result = bindings.ciphertext(wide).clone()
    data = bindings.ciphertext(result).data
    data[:2] = bindings.ciphertext(narrow).data
    data[2:] = 0
    return result
