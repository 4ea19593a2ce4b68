"""Writes down every primitive of tensor code as an instruction, on the cleartext backend without its slots.

What is recorded does not depend on the values encrypted, so ciphertexts and constants hold one slot here:
levels, products and steps are checked as in any run, and a program of any size is recorded in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backends.cleartext.adapter import CleartextEvaluator, EncodedSlots, Slots
from backends.interface import Evaluator, Vector
from backends.patterns import PatternBook
from backends.primitives import Primitive
from backends.program import Instruction, PlaintextEntry, Probe, Program
from backends.tensor.layout import Layout, ValueLayout


@dataclass(frozen=True)
class Recorded:
    """A ciphertext of the program under way: its id, and its level and state."""

    name: int
    slots: Slots


@dataclass(frozen=True)
class RecordedPlaintext:
    """A constant of the program under way."""

    index: int
    encoded: EncodedSlots


class Recorder(Evaluator):
    """An `Evaluator` that remembers what it was asked for."""

    def __init__(self, evaluator: CleartextEvaluator, layout: Layout) -> None:
        super().__init__()
        self.layout = layout
        self.instructions: list[Instruction] = []
        self._evaluator = evaluator
        self._layers: dict[str, int] = {}
        self._layer = 0
        self._ciphertexts = 0
        self._plaintexts: dict[PlaintextEntry, int] = {}
        self._patterns = PatternBook(layout.features, layout.tokens)
        self._probes: list[Probe] = []

    @property
    def constants(self) -> tuple[PlaintextEntry, ...]:
        """The constants encoded so far, each once."""
        return tuple(self._plaintexts)

    def begin_layer(self, name: str) -> None:
        """What is recorded from here on serves the layer `name`."""
        self._layer = self._layers.setdefault(name, len(self._layers))

    def input(self, level: int) -> Recorded:
        """A ciphertext that the key owner sends."""
        return self._append(Primitive.INPUT, [Slots(np.zeros(1), level)])[0]

    def round_trip(self, a: Recorded, level: int) -> Recorded:
        """The key owner decrypts a and encrypts it again at `level`."""
        return self._append(Primitive.ROUND_TRIP, [Slots(a.slots.values, level)], (a,))[0]

    def probe(self, name: str, ciphertexts: Sequence[Recorded], layout: ValueLayout) -> None:
        """Show a value to the key owner, in a run of its own that is never timed."""
        self._probes.append(Probe(name, tuple(c.name for c in ciphertexts), layout))
        self._append(Primitive.PROBE, [], ciphertexts)

    def finish(
        self,
        inputs: Sequence[Recorded],
        input_layout: ValueLayout,
        outputs: Sequence[Recorded],
        output_layout: ValueLayout,
    ) -> Program:
        """The program recorded so far."""
        return Program(
            layout=self.layout,
            layers=tuple(self._layers),
            instructions=tuple(self.instructions),
            plaintexts=self.constants,
            patterns=self._patterns.patterns(),
            inputs=tuple(c.name for c in inputs),
            outputs=tuple(c.name for c in outputs),
            input_layout=input_layout,
            output_layout=output_layout,
            probes=tuple(self._probes),
        )

    def _append(
        self,
        primitive: Primitive,
        results: Sequence[Slots],
        operands: Sequence[Recorded] = (),
        plaintexts: Sequence[RecordedPlaintext] = (),
        steps: Sequence[int] = (),
    ) -> list[Recorded]:
        names = tuple(range(self._ciphertexts, self._ciphertexts + len(results)))
        self._ciphertexts += len(results)
        self.instructions.append(
            Instruction(
                primitive.operation,
                names,
                tuple(operand.name for operand in operands),
                tuple(plaintext.index for plaintext in plaintexts),
                tuple(steps),
                results[0].level if results else 0,
                self._layer,
            )
        )
        return [Recorded(name, slots) for name, slots in zip(names, results, strict=True)]

    def read(self, path: Path) -> Recorded:
        """See `Evaluator.read`."""
        raise NotImplementedError("a recorder has no files; use input")

    def write(self, ciphertext: Recorded, path: Path) -> None:
        """See `Evaluator.write`."""
        raise NotImplementedError("a recorder has no files; use finish")

    def level(self, ciphertext: Recorded) -> int:
        """See `Evaluator.level`."""
        return ciphertext.slots.level

    def encode(self, values: Vector | float, level: int) -> RecordedPlaintext:
        """See `Evaluator.encode`."""
        self._evaluator.encode(values, level)  # refuses what is not finite
        if isinstance(values, float):
            entry = PlaintextEntry(level, value=values)
        else:
            layout = self.layout
            grid = values.reshape(layout.features, layout.images, layout.tokens)
            entry = PlaintextEntry(level, row=self._patterns.add(grid[:, 0, :]))
        index = self._plaintexts.setdefault(entry, len(self._plaintexts))
        return RecordedPlaintext(index, EncodedSlots(0.0, level))

    def add(self, a: Recorded, b: Recorded) -> Recorded:
        """See `Evaluator.add`."""
        return self._append(Primitive.ADD, [self._evaluator.add(a.slots, b.slots)], (a, b))[0]

    def subtract(self, a: Recorded, b: Recorded) -> Recorded:
        """See `Evaluator.subtract`."""
        return self._append(Primitive.SUBTRACT, [self._evaluator.subtract(a.slots, b.slots)], (a, b))[0]

    def negate(self, a: Recorded) -> Recorded:
        """See `Evaluator.negate`."""
        return self._append(Primitive.NEGATE, [self._evaluator.negate(a.slots)], (a,))[0]

    def add_plain(self, a: Recorded, plaintext: RecordedPlaintext) -> Recorded:
        """See `Evaluator.add_plain`."""
        result = self._evaluator.add_plain(a.slots, plaintext.encoded)
        return self._append(Primitive.ADD_PLAIN, [result], (a,), (plaintext,))[0]

    def multiply_plain(self, a: Recorded, plaintext: RecordedPlaintext) -> Recorded:
        """See `Evaluator.multiply_plain`."""
        return self.multiply_plain_sum([(a, plaintext)])

    def multiply(self, a: Recorded, b: Recorded) -> Recorded:
        """See `Evaluator.multiply`."""
        return self.multiply_sum([(a, b)])

    def relinearise(self, product: Recorded) -> Recorded:
        """See `Evaluator.relinearise`."""
        return self._append(Primitive.RELINEARISE, [self._evaluator.relinearise(product.slots)], (product,))[
            0
        ]

    def rescale(self, product: Recorded) -> Recorded:
        """See `Evaluator.rescale`."""
        return self._append(Primitive.RESCALE, [self._evaluator.rescale(product.slots)], (product,))[0]

    def drop(self, a: Recorded, level: int) -> Recorded:
        """See `Evaluator.drop`."""
        return self._append(Primitive.DROP, [self._evaluator.drop(a.slots, level)], (a,))[0]

    def rotate(self, a: Recorded, step: int) -> Recorded:
        """See `Evaluator.rotate`."""
        return self.rotate_many(a, [step])[0]

    def bootstrap(self, a: Recorded) -> Recorded:
        """See `Evaluator.bootstrap`."""
        return self._append(Primitive.BOOTSTRAP, [self._evaluator.bootstrap(a.slots)], (a,))[0]

    def rotate_many(self, a: Recorded, steps: Sequence[int]) -> list[Recorded]:
        """See `Evaluator.rotate_many`."""
        return self._append(
            Primitive.ROTATE_MANY, self._evaluator.rotate_many(a.slots, steps), (a,), steps=steps
        )

    def rotate_sum(self, terms: Sequence[tuple[Recorded, int]]) -> Recorded:
        """See `Evaluator.rotate_sum`."""
        operands, steps = zip(*terms, strict=True)
        result = self._evaluator.rotate_sum([(a.slots, step) for a, step in terms])
        return self._append(Primitive.ROTATE_SUM, [result], operands, steps=steps)[0]

    def multiply_plain_sum(self, terms: Sequence[tuple[Recorded, RecordedPlaintext]]) -> Recorded:
        """See `Evaluator.multiply_plain_sum`."""
        operands, plaintexts = zip(*terms, strict=True)
        result = self._evaluator.multiply_plain_sum([(a.slots, p.encoded) for a, p in terms])
        return self._append(Primitive.MULTIPLY_PLAIN_SUM, [result], operands, plaintexts)[0]

    def multiply_sum(self, terms: Sequence[tuple[Recorded, Recorded]]) -> Recorded:
        """See `Evaluator.multiply_sum`."""
        result = self._evaluator.multiply_sum([(a.slots, b.slots) for a, b in terms])
        return self._append(
            Primitive.MULTIPLY_SUM, [result], [operand for pair in terms for operand in pair]
        )[0]
