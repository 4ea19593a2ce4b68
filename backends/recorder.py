"""Writes down every primitive of tensor code as an instruction.

What is recorded does not depend on the values encrypted, so ciphertexts hold none here: levels and products
are checked as in any run (see `backends.contract`), and a program of any size is recorded in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from backends import contract
from backends.contract import State
from backends.dead_code import Code
from backends.errors import ExecutionError
from backends.interface import Ciphertext, ComplexVector, Evaluator, Plaintext, Values, Vector
from backends.patterns import CountedPatterns, PatternBook
from backends.primitives import Primitive
from backends.program import Instruction, PlaintextEntry, Probe, Program
from backends.schedule import Refresh
from backends.tensor.layout import Layout, ValueLayout

Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Recorded(State, Ciphertext):
    """A ciphertext of the program under way: its id, and its state."""

    name: int


@dataclass(frozen=True)
class RecordedPlaintext(Plaintext):
    """A constant of the program under way, and its place among those."""

    index: int
    entry: PlaintextEntry

    @property
    def level(self) -> int:
        """The level at which it is encoded."""
        return self.entry.level


class Recorder(Evaluator):
    """An `Evaluator` that remembers what it was asked for.

    Args:
        refresh: how ciphertexts get their levels back, and the levels of a bootstrap with it.
        layout: the layout of the program's values.
        runs: whether the program is to run; else its constants are told apart and not kept.
    """

    def __init__(self, refresh: Refresh, layout: Layout, *, runs: bool = True) -> None:
        super().__init__()
        self.layout = layout
        self.instructions: list[Instruction] = []
        self.refresh = refresh
        self._layers: dict[str, int] = {}
        self._layer = 0
        self._ciphertexts = 0
        self._plaintexts: dict[PlaintextEntry, int] = {}
        self._patterns = PatternBook(layout) if runs else CountedPatterns(layout)
        self._probes: list[Probe] = []

    @property
    def constants(self) -> tuple[PlaintextEntry, ...]:
        """The constants encoded so far, each once."""
        return tuple(self._plaintexts)

    @property
    def layer(self) -> str:
        """The layer that is recorded."""
        return list(self._layers)[self._layer] if self._layers else ""

    def begin_layer(self, name: str) -> None:
        """What is recorded from here on serves the layer `name`."""
        self._layer = self._layers.setdefault(name, len(self._layers))

    def input(self, level: int) -> Recorded:
        """A ciphertext that the key owner sends."""
        return self._append(Primitive.INPUT, [State(level=level)])[0]

    def round_trip(self, a: Ciphertext, level: int) -> Recorded:
        """The key owner decrypts a and encrypts it again at `level`."""
        return self._append(Primitive.ROUND_TRIP, [State(level=level)], (a,))[0]

    def probe(self, name: str, ciphertexts: Sequence[Ciphertext], layout: ValueLayout) -> None:
        """Show a value to the key owner, in a run of its own that is never timed."""
        self._probes.append(Probe(name, _names(ciphertexts), layout))
        self._append(Primitive.PROBE, [], ciphertexts)

    def finish(
        self,
        inputs: Sequence[Ciphertext],
        input_layout: ValueLayout,
        outputs: Sequence[Ciphertext],
        output_layout: ValueLayout,
    ) -> Program:
        """The program recorded so far, without what nothing reads."""
        code = Code(self.instructions, self.constants, self._patterns.patterns()).live(_names(outputs))
        return Program(
            layout=self.layout,
            layers=tuple(self._layers),
            instructions=tuple(code.instructions),
            plaintexts=tuple(code.constants),
            patterns=code.patterns,
            inputs=_names(inputs),
            outputs=_names(outputs),
            input_layout=input_layout,
            output_layout=output_layout,
            probes=tuple(self._probes),
        )

    def _append(
        self,
        primitive: Primitive,
        results: Sequence[State],
        operands: Sequence[Ciphertext] = (),
        plaintexts: Sequence[Plaintext] = (),
        steps: Sequence[int] = (),
    ) -> list[Recorded]:
        names = tuple(range(self._ciphertexts, self._ciphertexts + len(results)))
        self._ciphertexts += len(results)
        self.instructions.append(
            Instruction(
                primitive.operation,
                names,
                _names(operands),
                tuple(_constant(plaintext).index for plaintext in plaintexts),
                tuple(steps),
                results[0].level if results else 0,
                self._layer,
            )
        )
        return [_named(name, state) for name, state in zip(names, results, strict=True)]

    def read(self, path: Path) -> Recorded:
        """See `Evaluator.read`."""
        raise NotImplementedError("a recorder has no files; use input")

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """See `Evaluator.write`."""
        raise NotImplementedError("a recorder has no files; use finish")

    def level(self, ciphertext: Ciphertext) -> int:
        """See `Evaluator.level`."""
        return _own(ciphertext).level

    def encode(self, values: Values, level: int) -> RecordedPlaintext:
        """See `Evaluator.encode`; what has no imaginary part is a real constant."""
        if isinstance(values, np.ndarray):
            row = self._patterns.add(values.real)
            imaginary = np.iscomplexobj(values) and np.any(values.imag)
            imaginary_row = self._patterns.add(values.imag) if imaginary else None
            entry = PlaintextEntry(level, row=row, imaginary_row=imaginary_row)
        else:
            contract.finite(values)
            entry = PlaintextEntry(level, value=values.real, imaginary_value=values.imag or None)
        return self._encoded(entry)

    def encode_columns(
        self, columns: Vector | ComplexVector, places: NDArray[np.bool_], level: int
    ) -> list[RecordedPlaintext]:
        """See `Evaluator.encode_columns`; they are recorded as `encode` would record them, in less time."""
        imaginary = np.asarray(columns.imag.any(axis=1))
        parts = np.stack([columns.real, columns.imag], axis=1).reshape(-1, columns.shape[1])
        there = np.stack([np.ones_like(imaginary), imaginary], axis=1).reshape(-1)
        rows = iter(self._patterns.add_columns(parts[there], places))
        return [
            self._encoded(
                PlaintextEntry(level, row=next(rows), imaginary_row=next(rows) if is_complex else None)
            )
            for is_complex in imaginary
        ]

    def _encoded(self, entry: PlaintextEntry) -> RecordedPlaintext:
        """The constant, a new one where it is the first of its kind."""
        index = self._plaintexts.setdefault(entry, len(self._plaintexts))
        return RecordedPlaintext(index, entry)

    def add(self, a: Ciphertext, b: Ciphertext) -> Recorded:
        """See `Evaluator.add`."""
        return self._append(Primitive.ADD, [contract.added(_own(a), _own(b))], (a, b))[0]

    def subtract(self, a: Ciphertext, b: Ciphertext) -> Recorded:
        """See `Evaluator.subtract`."""
        return self._append(Primitive.SUBTRACT, [contract.added(_own(a), _own(b))], (a, b))[0]

    def negate(self, a: Ciphertext) -> Recorded:
        """See `Evaluator.negate`."""
        return self._append(Primitive.NEGATE, [_own(a)], (a,))[0]

    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Recorded:
        """See `Evaluator.add_plain`."""
        state = contract.added_plain(_own(a), _constant(plaintext).level)
        return self._append(Primitive.ADD_PLAIN, [state], (a,), (plaintext,))[0]

    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Recorded:
        """See `Evaluator.multiply_plain`."""
        return self.multiply_plain_sum([(a, plaintext)])

    def multiply(self, a: Ciphertext, b: Ciphertext) -> Recorded:
        """See `Evaluator.multiply`."""
        return self.multiply_sum([(a, b)])

    def relinearise(self, product: Ciphertext) -> Recorded:
        """See `Evaluator.relinearise`."""
        return self._append(Primitive.RELINEARISE, [contract.relinearised(_own(product))], (product,))[0]

    def rescale(self, product: Ciphertext) -> Recorded:
        """See `Evaluator.rescale`."""
        return self._append(Primitive.RESCALE, [contract.rescaled(_own(product))], (product,))[0]

    def drop(self, a: Ciphertext, level: int) -> Recorded:
        """See `Evaluator.drop`."""
        return self._append(Primitive.DROP, [contract.dropped(_own(a), level)], (a,))[0]

    def rotate(self, a: Ciphertext, step: int) -> Recorded:
        """See `Evaluator.rotate`."""
        return self.rotate_many(a, [step])[0]

    def conjugate(self, a: Ciphertext) -> Recorded:
        """See `Evaluator.conjugate`."""
        return self._append(Primitive.CONJUGATE, [contract.rotated(_own(a))], (a,))[0]

    def bootstrap(self, a: Ciphertext) -> Recorded:
        """See `Evaluator.bootstrap`."""
        state = contract.bootstrapped(_own(a), self.refresh.entry, self.refresh.top)
        return self._append(Primitive.BOOTSTRAP, [state], (a,))[0]

    def rotate_many(self, a: Ciphertext, steps: Sequence[int]) -> list[Recorded]:
        """See `Evaluator.rotate_many`."""
        if not steps:
            return []
        rotated = [contract.rotated(_own(a))] * len(steps)
        return self._append(Primitive.ROTATE_MANY, rotated, (a,), steps=steps)

    def rotate_sum(self, terms: Sequence[tuple[Ciphertext, int]]) -> Recorded:
        """See `Evaluator.rotate_sum`."""
        operands, steps = zip(*terms, strict=True)
        rotated = (contract.rotated(_own(a)) if step else _own(a) for a, step in terms)
        return self._append(Primitive.ROTATE_SUM, [reduce(contract.added, rotated)], operands, steps=steps)[0]

    def multiply_plain_sum(self, terms: Sequence[tuple[Ciphertext, Plaintext]]) -> Recorded:
        """See `Evaluator.multiply_plain_sum`."""
        operands, plaintexts = zip(*terms, strict=True)
        total = contract.multiplied_plain_sum((_own(a), _constant(b).level) for a, b in terms)
        return self._append(Primitive.MULTIPLY_PLAIN_SUM, [total], operands, plaintexts)[0]

    def multiply_sum(self, terms: Sequence[tuple[Ciphertext, Ciphertext]]) -> Recorded:
        """See `Evaluator.multiply_sum`."""
        operands = [operand for pair in terms for operand in pair]
        total = reduce(contract.added, (contract.multiplied(_own(a), _own(b)) for a, b in terms))
        return self._append(Primitive.MULTIPLY_SUM, [total], operands)[0]


def of_kind(found: object, kind: type[Kind]) -> Kind:
    """What a recording is given, as its own kind.

    Raises:
        ExecutionError: it is of another evaluator.
    """
    if not isinstance(found, kind):
        raise ExecutionError(f"{type(found).__name__} was not recorded here; begin with input or encode")
    return found


def _own(ciphertext: Ciphertext) -> Recorded:
    return of_kind(ciphertext, Recorded)


def _constant(plaintext: Plaintext) -> RecordedPlaintext:
    return of_kind(plaintext, RecordedPlaintext)


def _names(ciphertexts: Sequence[Ciphertext]) -> tuple[int, ...]:
    return tuple(_own(ciphertext).name for ciphertext in ciphertexts)


def _named(name: int, state: State) -> Recorded:
    return Recorded(name, level=state.level, product=state.product, polynomials=state.polynomials)
