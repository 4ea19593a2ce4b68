"""The contract of `backends.interface` over numpy vectors, enforced strictly.

What a library would answer with silent loss of precision (operands at different levels, a rotated product of
three polynomials, a second rescale) is an error here, so a program that runs here is well formed anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from backends.errors import ExecutionError, IntegrityError
from backends.interface import (
    Capabilities,
    Evaluator,
    KeyFile,
    KeyOwner,
    Library,
    SecurityFacts,
    Vector,
)
from backends.parameters import ParameterSet


@dataclass(frozen=True)
class Slots:
    """What stands for a ciphertext: its slots, its level, and the state that the contract speaks of."""

    values: Vector
    level: int
    product: bool = False
    polynomials: int = 2


@dataclass(frozen=True)
class EncodedSlots:
    """What stands for a plaintext."""

    values: Vector | float
    level: int


def capabilities(parameters: ParameterSet) -> Capabilities:
    """Whatever the parameter set says: the simulator bootstraps wherever the set does."""
    if parameters.bootstrap is None:
        return Capabilities(no_bootstrap_reason="the parameter set has no bootstrap")
    return Capabilities(
        bootstrap_output_level=parameters.depth - parameters.bootstrap.depth,
        bootstrap_input_level=1,
    )


def _write(ciphertext: Slots, path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, values=ciphertext.values, level=ciphertext.level)


def _read(path: Path) -> Slots:
    try:
        with np.load(path) as stored:
            return Slots(stored["values"], int(stored["level"]))
    except (OSError, ValueError, KeyError) as error:
        raise IntegrityError(f"{path.name} is not a ciphertext ({error}); send it again") from error


class CleartextKeyOwner(KeyOwner):
    """The key owner's role; its public key says that there is none."""

    def __init__(self, parameters: ParameterSet) -> None:
        self._parameters = parameters

    def generate(self, folder: Path, rotation_steps: Sequence[int], bootstrap: bool) -> list[KeyFile]:
        """See `KeyOwner.generate`."""
        (folder / "rotation_steps.txt").write_text("\n".join(map(str, sorted(rotation_steps))))
        return [KeyFile("rotation_keys", "rotation_steps.txt")]

    def encrypt(self, values: Vector, level: int) -> Slots:
        """See `KeyOwner.encrypt`."""
        if values.shape != (self._parameters.slots,):
            raise ExecutionError(f"a slot vector has {self._parameters.slots} values, not {values.shape}")
        return Slots(np.array(values, dtype=float), level)

    def decrypt(self, ciphertext: Slots) -> Vector:
        """See `KeyOwner.decrypt`."""
        if ciphertext.product:
            raise ExecutionError("a product is rescaled before it is decrypted")
        return ciphertext.values

    def write(self, ciphertext: Slots, path: Path) -> None:
        """See `KeyOwner.write`."""
        _write(ciphertext, path)

    def read(self, path: Path) -> Slots:
        """See `KeyOwner.read`."""
        return _read(path)

    def level(self, ciphertext: Slots) -> int:
        """See `KeyOwner.level`."""
        return ciphertext.level

    def security(self) -> SecurityFacts:
        """See `KeyOwner.security`."""
        return SecurityFacts(log_n=self._parameters.log_n, log_q=0.0, log_p=0.0, secret="none")


class CleartextEvaluator(Evaluator):
    """The evaluator's role; `rotation_steps` is None where every rotation is allowed, as when planning."""

    def __init__(self, parameters: ParameterSet, rotation_steps: frozenset[int] | None = None) -> None:
        super().__init__()
        self._parameters = parameters
        self._rotation_steps = rotation_steps

    def read(self, path: Path) -> Slots:
        """See `Evaluator.read`."""
        return _read(path)

    def write(self, ciphertext: Slots, path: Path) -> None:
        """See `Evaluator.write`."""
        _write(ciphertext, path)

    def level(self, ciphertext: Slots) -> int:
        """See `Evaluator.level`."""
        return ciphertext.level

    def encode(self, values: Vector | float, level: int) -> EncodedSlots:
        """See `Evaluator.encode`."""
        if not np.all(np.isfinite(values)):
            raise ExecutionError("a plaintext holds values that are not finite")
        return EncodedSlots(values, level)

    def add(self, a: Slots, b: Slots) -> Slots:
        """See `Evaluator.add`."""
        self.counts["additions"] += 1
        return replace(
            _matched(a, b), values=a.values + b.values, polynomials=max(a.polynomials, b.polynomials)
        )

    def subtract(self, a: Slots, b: Slots) -> Slots:
        """See `Evaluator.subtract`."""
        self.counts["additions"] += 1
        return replace(
            _matched(a, b), values=a.values - b.values, polynomials=max(a.polynomials, b.polynomials)
        )

    def negate(self, a: Slots) -> Slots:
        """See `Evaluator.negate`."""
        self.counts["negations"] += 1
        return replace(a, values=-a.values)

    def add_plain(self, a: Slots, plaintext: EncodedSlots) -> Slots:
        """See `Evaluator.add_plain`."""
        self.counts["additions"] += 1
        return replace(_factor(a, plaintext.level), values=a.values + plaintext.values)

    def multiply_plain(self, a: Slots, plaintext: EncodedSlots) -> Slots:
        """See `Evaluator.multiply_plain`."""
        self.counts["ct_pt"] += 1
        return replace(_factor(a, plaintext.level), values=a.values * plaintext.values, product=True)

    def multiply(self, a: Slots, b: Slots) -> Slots:
        """See `Evaluator.multiply`."""
        self.counts["ct_ct"] += 1
        _factor(a, b.level), _factor(b, a.level)
        return Slots(a.values * b.values, a.level, product=True, polynomials=3)

    def relinearise(self, product: Slots) -> Slots:
        """See `Evaluator.relinearise`."""
        self.counts["relinearisations"] += 1
        if product.polynomials != 3:
            raise ExecutionError("only a ciphertext of three polynomials is relinearised")
        return replace(product, polynomials=2)

    def rescale(self, product: Slots) -> Slots:
        """See `Evaluator.rescale`."""
        self.counts["rescales"] += 1
        if not product.product or product.polynomials != 2:
            raise ExecutionError("only a relinearised product is rescaled")
        if product.level == 0:
            raise ExecutionError("there is no level left to rescale; refresh earlier")
        return Slots(product.values, product.level - 1)

    def drop(self, a: Slots, level: int) -> Slots:
        """See `Evaluator.drop`."""
        self.counts["drops"] += 1
        if a.product or not 0 <= level < a.level:
            raise ExecutionError(f"cannot drop a ciphertext at level {a.level} to level {level}")
        return replace(a, level=level)

    def rotate(self, a: Slots, step: int) -> Slots:
        """See `Evaluator.rotate`."""
        self.counts["rotations"] += 1
        if a.polynomials != 2:
            raise ExecutionError("a ciphertext of three polynomials is relinearised before it is rotated")
        if self._rotation_steps is not None and step not in self._rotation_steps:
            raise ExecutionError(f"there is no rotation key for step {step}; plan it")
        return replace(a, values=np.roll(a.values, -step))

    def bootstrap(self, a: Slots) -> Slots:
        """See `Evaluator.bootstrap`."""
        self.counts["bootstraps"] += 1
        offered = capabilities(self._parameters)
        if offered.bootstrap_output_level is None:
            raise ExecutionError(f"cannot bootstrap: {offered.no_bootstrap_reason}")
        if a.product or a.level < offered.bootstrap_input_level:
            raise ExecutionError(
                f"a bootstrap takes level {offered.bootstrap_input_level} or more, not {a.level}"
            )
        return replace(a, level=offered.bootstrap_output_level)


def _matched(a: Slots, b: Slots) -> Slots:
    if a.level != b.level or a.product != b.product:
        raise ExecutionError(
            f"operands differ: level {a.level} and {b.level}, product {a.product} and {b.product}"
        )
    return a


def _factor(a: Slots, level: int) -> Slots:
    if a.product or a.polynomials != 2:
        raise ExecutionError("a product is relinearised and rescaled before it is used as an operand")
    if a.level != level:
        raise ExecutionError(f"operands differ in level: {a.level} and {level}")
    return a


class Cleartext(Library):
    """The simulator's two roles."""

    name = "cleartext"

    @classmethod
    def capabilities(cls, parameters: ParameterSet) -> Capabilities:
        """See `Library.capabilities`."""
        return capabilities(parameters)

    @classmethod
    def key_owner(cls, parameters: ParameterSet) -> CleartextKeyOwner:
        """See `Library.key_owner`."""
        return CleartextKeyOwner(parameters)

    @classmethod
    def evaluator(
        cls, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]
    ) -> CleartextEvaluator:
        """See `Library.evaluator`."""
        steps = [int(line) for file in files for line in (folder / file.name).read_text().split()]
        return CleartextEvaluator(parameters, frozenset(steps))

    @classmethod
    def versions(cls) -> dict[str, str]:
        """See `Library.versions`."""
        return {"numpy": np.__version__}
