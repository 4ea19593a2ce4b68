"""The contract of `backends.interface` over numpy vectors, enforced strictly by `backends.contract`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from backends import contract, headroom
from backends.contract import State
from backends.errors import ExecutionError, IntegrityError, Unsupported
from backends.interface import (
    Capabilities,
    Ciphertext,
    ComplexVector,
    Evaluator,
    KeyFile,
    KeyOwner,
    Keys,
    Plaintext,
    SecurityFacts,
    Values,
    Vector,
)
from backends.parameters import ParameterSet
from backends.primitives import Primitive
from backends.registry import Descriptor, get
from models import regular_files
from models.arrays import read_arrays


@dataclass(frozen=True)
class Slots(State, Ciphertext):
    """The simulator's ciphertext: its slots, real until they meet a complex one, and the contract's state."""

    values: Vector | ComplexVector


@dataclass(frozen=True)
class EncodedSlots(Plaintext):
    """The simulator's plaintext: its values, and the level at which it is encoded."""

    values: Values
    level: int


@dataclass(frozen=True)
class Named(Keys):
    """The simulator's keys of one kind, which are names: of rotations, the steps."""

    kind: str
    names: tuple[str, ...]


def capabilities(parameters: ParameterSet) -> Capabilities:
    """Whatever the parameter set says: the simulator bootstraps wherever the set does.

    Where it imitates another backend, what that offers, but for keys, of which it has none.

    Raises:
        Unsupported: that backend cannot use the parameters, or does not tell its noise.
    """
    if parameters.imitates is not None:
        offered = imitated(parameters).capabilities(replace(parameters, imitates=None))
        return replace(offered, bootstrap_keys=0, bootstrap_plaintexts=0, security=None)
    if parameters.bootstrap_levels is None:
        return Capabilities(no_bootstrap_reason="the parameter set has no bootstrap", complex_slots=True)
    lowest, output = parameters.bootstrap_levels
    return Capabilities(
        bootstrap_output_level=output,
        bootstrap_input_level=lowest,
        complex_slots=True,
        complex_bootstrap=not headroom.slots_enter(parameters),
    )


def imitated(parameters: ParameterSet) -> Descriptor:
    """The backend whose noise is drawn.

    Raises:
        Unsupported: it does not tell its noise.
    """
    assert parameters.imitates is not None, "it is asked of sets that imitate alone"
    found = get(parameters.imitates)
    if found.noise is None:
        raise Unsupported(f"the backend {found.name} does not tell its noise; imitate one that does")
    if parameters.log_slots is not None:
        raise Unsupported(
            "no backend tells its noise for fewer slots than N/2; imitate none, or leave log_slots out"
        )
    return found


def _write(ciphertext: Ciphertext, path: Path) -> None:
    slots = slots_in(ciphertext)
    with path.open("wb") as file:
        np.savez(file, values=slots.values, level=slots.level)


def _read(path: Path) -> Slots:
    try:
        with regular_files.opened(path) as file:
            stored = read_arrays(file)
        return Slots(stored["values"], level=int(stored["level"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IntegrityError(f"{path.name} is not a ciphertext ({error}); send it again") from error


class CleartextKeyOwner(KeyOwner):
    """The key owner's role; there is nothing that it keeps secret."""

    def __init__(self, parameters: ParameterSet) -> None:
        self._parameters = parameters

    def key_batches(
        self, rotation_steps: Sequence[int], bootstrap: bool, conjugation: bool
    ) -> Iterator[Named]:
        """See `KeyOwner.key_batches`."""
        yield Named("rotation_keys", tuple(map(str, sorted(rotation_steps))))
        if conjugation:
            yield Named("conjugation_key", ("conjugation",))

    def write_keys(self, keys: Keys, folder: Path) -> KeyFile:
        """See `KeyOwner.write_keys`."""
        assert isinstance(keys, Named)
        file = KeyFile(keys.kind, f"{keys.kind}.txt")
        (folder / file.name).write_text("\n".join(keys.names))
        return file

    def secret(self) -> bytes:
        """See `KeyOwner.secret`; there is none."""
        return b""

    def restore(self, secret: bytes) -> None:
        """See `KeyOwner.restore`."""

    def encrypt(self, values: Vector | ComplexVector, level: int) -> Slots:
        """See `KeyOwner.encrypt`."""
        if values.shape != (self._parameters.slots,):
            raise ExecutionError(
                f"a slot vector has {self._parameters.slots} values, not {values.shape}; pad it"
            )
        return Slots(values + 0.0, level=level)

    def decrypt(self, ciphertext: Ciphertext) -> Vector:
        """See `KeyOwner.decrypt`; what is too large for its level comes back as from a library."""
        slots = slots_in(ciphertext)
        if slots.product:
            raise ExecutionError("a product cannot be decrypted; rescale it first")
        most = headroom.room(self._parameters, slots.level)
        return headroom.wrapped(contract.real(slots.values), most).real

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """See `KeyOwner.write`."""
        _write(ciphertext, path)

    def read(self, path: Path) -> Slots:
        """See `KeyOwner.read`."""
        return _read(path)

    def level(self, ciphertext: Ciphertext) -> int:
        """See `KeyOwner.level`."""
        return slots_in(ciphertext).level

    def security(self) -> SecurityFacts:
        """See `KeyOwner.security`."""
        return SecurityFacts(log_n=self._parameters.log_n, log_q=0.0, log_p=0.0, secret="none")


class CleartextEvaluator(Evaluator):
    """The evaluator's role.

    Args:
        parameters: the parameter set.
        rotation_steps: None where every rotation is allowed.
        conjugation: whether conjugations are.
    """

    def __init__(
        self,
        parameters: ParameterSet,
        rotation_steps: frozenset[int] | None = None,
        conjugation: bool = True,
    ) -> None:
        super().__init__()
        self._parameters = parameters
        self._rotation_steps = rotation_steps
        self._conjugation = conjugation

    def read(self, path: Path) -> Slots:
        """See `Evaluator.read`."""
        return _read(path)

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """See `Evaluator.write`."""
        _write(ciphertext, path)

    def level(self, ciphertext: Ciphertext) -> int:
        """See `Evaluator.level`."""
        return slots_in(ciphertext).level

    def encode(self, values: Values, level: int) -> EncodedSlots:
        """See `Evaluator.encode`."""
        contract.finite(values)
        return EncodedSlots(values, level)

    def add(self, a: Ciphertext, b: Ciphertext) -> Slots:
        """See `Evaluator.add`."""
        self.count(Primitive.ADD)
        x, y = slots_in(a), slots_in(b)
        return replace(contract.added(x, y), values=x.values + y.values)

    def subtract(self, a: Ciphertext, b: Ciphertext) -> Slots:
        """See `Evaluator.subtract`."""
        self.count(Primitive.SUBTRACT)
        x, y = slots_in(a), slots_in(b)
        return replace(contract.added(x, y), values=x.values - y.values)

    def negate(self, a: Ciphertext) -> Slots:
        """See `Evaluator.negate`."""
        self.count(Primitive.NEGATE)
        x = slots_in(a)
        return replace(x, values=-x.values)

    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Slots:
        """See `Evaluator.add_plain`."""
        self.count(Primitive.ADD_PLAIN)
        x, constant = slots_in(a), _encoded(plaintext)
        return replace(contract.added_plain(x, constant.level), values=np.add(x.values, constant.values))

    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Slots:
        """See `Evaluator.multiply_plain`."""
        self.count(Primitive.MULTIPLY_PLAIN)
        x, constant = slots_in(a), _encoded(plaintext)
        return replace(
            contract.multiplied_plain(x, constant.level), values=np.multiply(x.values, constant.values)
        )

    def multiply(self, a: Ciphertext, b: Ciphertext) -> Slots:
        """See `Evaluator.multiply`."""
        self.count(Primitive.MULTIPLY)
        x, y = slots_in(a), slots_in(b)
        return replace(contract.multiplied(x, y), values=x.values * y.values)

    def relinearise(self, product: Ciphertext) -> Slots:
        """See `Evaluator.relinearise`."""
        self.count(Primitive.RELINEARISE)
        return contract.relinearised(slots_in(product))

    def rescale(self, product: Ciphertext) -> Slots:
        """See `Evaluator.rescale`."""
        self.count(Primitive.RESCALE)
        return contract.rescaled(slots_in(product))

    def drop(self, a: Ciphertext, level: int) -> Slots:
        """See `Evaluator.drop`."""
        self.count(Primitive.DROP)
        return contract.dropped(slots_in(a), level)

    def rotate(self, a: Ciphertext, step: int) -> Slots:
        """See `Evaluator.rotate`."""
        self.count(Primitive.ROTATE)
        if self._rotation_steps is not None and step not in self._rotation_steps:
            raise ExecutionError(f"there is no rotation key for step {step}; plan it")
        x = contract.rotated(slots_in(a))
        return replace(x, values=np.roll(x.values, -step))

    def conjugate(self, a: Ciphertext) -> Slots:
        """See `Evaluator.conjugate`."""
        self.count(Primitive.CONJUGATE)
        if not self._conjugation:
            raise ExecutionError("there is no conjugation key; plan the conjugation")
        x = contract.rotated(slots_in(a))
        return replace(x, values=np.conjugate(x.values))

    def bootstrap(self, a: Ciphertext) -> Slots:
        """See `Evaluator.bootstrap`, which begins at the first modulus."""
        self.count(Primitive.BOOTSTRAP)
        offered = capabilities(self._parameters)
        if offered.bootstrap_output_level is None:
            raise ExecutionError(f"cannot bootstrap: {offered.no_bootstrap_reason}")
        raised = contract.bootstrapped(
            slots_in(a), offered.bootstrap_input_level, offered.bootstrap_output_level
        )
        values = raised.values if offered.complex_bootstrap else self._real(raised.values)
        return replace(raised, values=headroom.bootstrapped(self._parameters, values))

    def _real(self, slots: Vector | ComplexVector) -> Vector:
        """Slots that enter a bootstrap which drops imaginary parts."""
        return contract.real(slots)


def slots_in(ciphertext: Ciphertext) -> Slots:
    """The simulator's own ciphertext.

    Raises:
        ExecutionError: it is another library's.
    """
    if not isinstance(ciphertext, Slots):
        raise ExecutionError(
            f"{type(ciphertext).__name__} is not the simulator's ciphertext; encrypt with it"
        )
    return ciphertext


def _encoded(plaintext: Plaintext) -> EncodedSlots:
    if not isinstance(plaintext, EncodedSlots):
        raise ExecutionError(f"{type(plaintext).__name__} is not the simulator's plaintext; encode with it")
    return plaintext
