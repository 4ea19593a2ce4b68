"""A program: the primitives that compute one batch, with the level of each, recorded once, run everywhere.

A program is two files: `<name>.json`, and `<name>.safetensors` with the constants it multiplies and adds.
Constants are nearly all the same for every image of a batch, and are kept as patterns of few columns (see
`backends.patterns`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from backends.errors import IntegrityError
from backends.interface import Values
from backends.patterns import Patterns
from backends.primitives import Primitive, primitive
from backends.tensor.layout import Layout, ValueLayout
from models import regular_files

FORMAT = 5

#: Operations that give a ciphertext its levels back, counted apart.
REFRESHES = (Primitive.BOOTSTRAP.operation, Primitive.ROUND_TRIP.operation)


@dataclass(frozen=True)
class Instruction:
    """One primitive, or one compound of primitives that a library may hoist.

    Attributes:
        operation: the operation of a `backends.primitives.Primitive`.
        results: ids of the ciphertexts made, one but for `rotate_many`.
        operands: ids of the ciphertexts read; pairs in turn for `multiply_sum`.
        plaintexts: indices into `Program.plaintexts`.
        steps: rotation steps, aligned with the results (`rotate_many`) or the operands (`rotate_sum`).
        level: the level of every result.
        layer: index into `Program.layers`.
    """

    operation: str
    results: tuple[int, ...]
    operands: tuple[int, ...] = ()
    plaintexts: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()
    level: int = 0
    layer: int = 0

    @property
    def priced_level(self) -> int:
        """The level that says what it costs: its result's, or for a rescale that of its operand."""
        return self.level + (self.operation == Primitive.RESCALE.operation)


@dataclass(frozen=True)
class PlaintextEntry:
    """A constant to encode ahead: rows of `Program.patterns`, or a value for all slots.

    Attributes:
        level: at which it is encoded.
        row: of its slots' real parts.
        value: the real part of its value for all slots.
        imaginary_row: that of the imaginary parts, where slots are complex.
        imaginary_value: the imaginary part of the value, where that is complex.
    """

    level: int
    row: int | None = None
    value: float | None = None
    imaginary_row: int | None = None
    imaginary_value: float | None = None

    @property
    def is_complex(self) -> bool:
        """Whether it has an imaginary part."""
        return self.imaginary_row is not None or self.imaginary_value is not None

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows of `Program.patterns` that it needs."""
        return tuple(row for row in (self.row, self.imaginary_row) if row is not None)

    def values(self, patterns: Patterns) -> Values:
        """What is to be encoded."""
        if self.row is None:
            assert self.value is not None
            return self.value if self.imaginary_value is None else complex(self.value, self.imaginary_value)
        if self.imaginary_row is None:
            return patterns[self.row]
        return np.asarray(patterns[self.row] + 1j * patterns[self.imaginary_row])

    def to_json(self) -> list[int | float | None]:
        """A literal whose parts make it again; a real one has no imaginary part."""
        literal = [self.level, self.row, self.value, self.imaginary_row, self.imaginary_value]
        return literal if any(part is not None for part in literal[3:]) else literal[:3]


@dataclass(frozen=True)
class Probe:
    """A value at a layer boundary: which ciphertexts hold it, and how."""

    name: str
    operands: tuple[int, ...]
    layout: ValueLayout


@dataclass(frozen=True)
class Program:
    """Everything the evaluator needs to compute one batch, and everything the plan foretells about it."""

    layout: Layout
    layers: tuple[str, ...]
    instructions: tuple[Instruction, ...]
    plaintexts: tuple[PlaintextEntry, ...]
    patterns: Patterns
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    input_layout: ValueLayout
    output_layout: ValueLayout
    probes: tuple[Probe, ...] = ()

    @cached_property
    def rotation_steps(self) -> tuple[int, ...]:
        """The steps for which rotation keys are needed; no others are made."""
        return tuple(sorted({step for i in self.instructions for step in i.steps if step}))

    @cached_property
    def conjugates(self) -> bool:
        """Whether the key of a conjugation is needed."""
        return any(i.operation == Primitive.CONJUGATE.operation for i in self.instructions)

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each primitive runs in one batch, by the name that it is counted under."""
        total: Counter[str] = Counter()
        for instruction in self.instructions:
            total.update(primitives(instruction))
        return total

    @cached_property
    def levels(self) -> dict[int, int]:
        """Ciphertext id → its level."""
        return {name: i.level for i in self.instructions for name in i.results}

    @cached_property
    def last_uses(self) -> tuple[tuple[int, ...], ...]:
        """Per instruction, the ciphertexts that nothing reads after it."""
        seen = set(self.outputs)
        frees: list[tuple[int, ...]] = []
        for instruction in reversed(self.instructions):
            touched = dict.fromkeys(instruction.operands + instruction.results)
            frees.append(tuple(name for name in touched if name not in seen))
            seen.update(touched)
        return tuple(reversed(frees))

    @property
    def input_level(self) -> int:
        """The level at which the key owner encrypts the inputs."""
        return next(i.level for i in self.instructions if i.operation == Primitive.INPUT.operation)

    @property
    def levels_used(self) -> int:
        """Levels spent by the longest chain of rescales between entering and leaving, refreshes included."""
        spent: dict[int, int] = {}
        for instruction in self.instructions:
            before = max((spent[operand] for operand in instruction.operands), default=0)
            after = before + (instruction.operation == Primitive.RESCALE.operation)
            spent.update(dict.fromkeys(instruction.results, after))
        return max((spent[output] for output in self.outputs), default=0)

    def save(self, folder: Path, name: str) -> str:
        """Write both files.

        Returns:
            The digest that `load` wants.
        """
        payload = save(self.patterns.arrays())
        text = json.dumps(self._header(hashlib.sha256(payload).hexdigest()), separators=(",", ":"))
        (folder / f"{name}.safetensors").write_bytes(payload)
        (folder / f"{name}.json").write_text(text)
        return hashlib.sha256(text.encode()).hexdigest()

    def _header(self, patterns_sha256: str) -> dict[str, object]:
        return {
            "format": FORMAT,
            "layout": self.layout.to_json(),
            "layers": self.layers,
            "instructions": [
                [i.operation, i.results, i.operands, i.plaintexts, i.steps, i.level, i.layer]
                for i in self.instructions
            ],
            "plaintexts": [p.to_json() for p in self.plaintexts],
            "patterns_sha256": patterns_sha256,
            "inputs": self.inputs,
            "outputs": self.outputs,
            "input_layout": self.input_layout.to_json(),
            "output_layout": self.output_layout.to_json(),
            "probes": [[p.name, p.operands, p.layout.to_json()] for p in self.probes],
        }


def load_program(folder: Path, name: str, digest: str) -> Program:
    """Read a program.

    Raises:
        IntegrityError: a file is not the one that was announced, or describes no program.
    """
    text = regular_files.content(folder / f"{name}.json")
    payload = regular_files.content(folder / f"{name}.safetensors")
    if hashlib.sha256(text).hexdigest() != digest:
        raise IntegrityError(f"program {name} does not match its digest; plan it again")
    try:
        return _described(name, text, payload)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError, SafetensorError) as error:
        raise IntegrityError(f"program {name} is none ({error!r:.200}); plan it again") from error


def _described(name: str, text: bytes, payload: bytes) -> Program:
    """The program of a header and the file of its constants, which are not yet known to be one."""
    header = json.loads(text)
    if header["format"] != FORMAT:
        raise IntegrityError(f"program {name} has format {header['format']}, not {FORMAT}; plan it again")
    if hashlib.sha256(payload).hexdigest() != header["patterns_sha256"]:
        raise IntegrityError(f"the constants of program {name} do not match their digest; plan it again")
    return Program(
        layout=Layout.from_json(header["layout"]),
        layers=tuple(header["layers"]),
        instructions=tuple(_instruction(entry) for entry in header["instructions"]),
        plaintexts=tuple(PlaintextEntry(*entry) for entry in header["plaintexts"]),
        patterns=Patterns(**load(payload)),
        inputs=tuple(header["inputs"]),
        outputs=tuple(header["outputs"]),
        input_layout=ValueLayout.from_json(header["input_layout"]),
        output_layout=ValueLayout.from_json(header["output_layout"]),
        probes=tuple(Probe(p[0], tuple(p[1]), ValueLayout.from_json(p[2])) for p in header["probes"]),
    )


def _instruction(entry: tuple[str, list[int], list[int], list[int], list[int], int, int]) -> Instruction:
    operation, results, operands, plaintexts, steps, level, layer = entry
    return Instruction(
        operation, tuple(results), tuple(operands), tuple(plaintexts), tuple(steps), level, layer
    )


def primitives(instruction: Instruction) -> Counter[str]:
    """The primitives that one instruction executes, by the names that they are counted under.

    Raises:
        ExecutionError: its operation is unknown.
    """
    found = primitive(instruction.operation)
    if not found.counted:
        return Counter()
    counts = Counter({found.counted: _executions(instruction, found)})
    if found.adds_up:
        counts[Primitive.ADD.counted] = _terms(instruction, found) - 1
    return counts


def _executions(instruction: Instruction, found: Primitive) -> int:
    """How often an instruction executes its primitive; a step of 0 is not a rotation."""
    if instruction.steps:
        return sum(step != 0 for step in instruction.steps)
    return _terms(instruction, found)


def _terms(instruction: Instruction, found: Primitive) -> int:
    """The terms that a compound adds up, 1 where the primitive is not a compound."""
    if found is Primitive.MULTIPLY_SUM:
        return len(instruction.operands) // 2
    return len(instruction.operands) if found.adds_up else 1
