"""Random programs over three registers, held to numpy, and programs of models, held to the reference."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backends.audit import Audit
from backends.conformance.parties import PARAMETERS, STEPS, Parties, demand, demand_bits
from backends.constants import prepare
from backends.interface import Ciphertext, Vector
from backends.program import Instruction, Program, load_program
from backends.replay import replay
from backends.tensor.layout import unpack

REGISTERS = 3
#: How many random programs there are; the same ones each time.
RANDOM_PROGRAMS = 12
OPERATIONS = ("add", "subtract", "multiply", "multiply_plain", "add_plain", "rotate", "negate")
RANDOM_BITS, MODEL_BITS = 15.0, 12.0


@dataclass
class Register:
    """A ciphertext, and what it should hold, at which level."""

    ciphertext: Ciphertext
    values: Vector
    level: int


def random_programs_agree_with_numpy(parties: Parties) -> None:
    """A dozen of them, up to as long as there are levels."""
    for seed in range(RANDOM_PROGRAMS):
        _run_random(parties, np.random.default_rng(seed))


def _run_random(parties: Parties, random: np.random.Generator) -> None:
    top = PARAMETERS.depth
    vectors = [parties.values() / 2 for _ in range(REGISTERS)]
    registers = [Register(parties.owner.encrypt(vector, top), vector, top) for vector in vectors]
    expected: Counter[str] = Counter()
    before = Counter(parties.evaluator.counts)
    for _ in range(random.integers(3, top + 1)):
        name, step = str(random.choice(OPERATIONS)), int(random.choice(STEPS))
        # A register never meets itself, so none becomes zero, which SEAL would refuse as transparent.
        a, b = (registers[index] for index in random.permutation(REGISTERS)[:2])
        if name in ("add", "subtract", "multiply"):
            _meet(parties, a, b, expected)
        if name in ("multiply", "multiply_plain"):
            _multiply(parties, name, a, b, expected)
        else:
            _linear(parties, name, a, b, step, expected)
        found = parties.evaluator.level(a.ciphertext)
        demand(found == a.level, f"{name} leaves level {found} where {a.level} is due")
    counted = parties.evaluator.counts - before
    demand(counted == expected, f"the adapter counts {dict(counted)} where {dict(expected)} is due")
    for register in registers:
        measured = parties.owner.decrypt(register.ciphertext)
        demand_bits(measured, register.values, RANDOM_BITS, "a random program's register")


def _meet(parties: Parties, a: Register, b: Register, expected: Counter[str]) -> None:
    """Drop the higher of two registers to the lower one's level."""
    high, low = (a, b) if a.level >= b.level else (b, a)
    if high.level > low.level:
        high.ciphertext, high.level = parties.evaluator.drop(high.ciphertext, low.level), low.level
        expected["drops"] += 1


def _linear(parties: Parties, name: str, a: Register, b: Register, step: int, expected: Counter[str]) -> None:
    """One instruction that keeps the level of its target."""
    evaluator = parties.evaluator
    if name == "add":
        a.ciphertext, a.values = evaluator.add(a.ciphertext, b.ciphertext), a.values + b.values
    elif name == "subtract":
        a.ciphertext, a.values = evaluator.subtract(a.ciphertext, b.ciphertext), a.values - b.values
    elif name == "add_plain":
        number = step / PARAMETERS.slots
        plaintext = evaluator.encode(number, a.level)
        a.ciphertext, a.values = evaluator.add_plain(a.ciphertext, plaintext), a.values + number
    elif name == "rotate":
        a.ciphertext, a.values = evaluator.rotate(a.ciphertext, step), np.roll(a.values, -step)
    else:
        a.ciphertext, a.values = evaluator.negate(a.ciphertext), -a.values
    expected[{"rotate": "rotations", "negate": "negations"}.get(name, "additions")] += 1


def _multiply(parties: Parties, name: str, a: Register, b: Register, expected: Counter[str]) -> None:
    """One instruction that takes a level."""
    evaluator = parties.evaluator
    if name == "multiply":
        product = evaluator.relinearise(evaluator.multiply(a.ciphertext, b.ciphertext))
        a.values = a.values * b.values
        expected.update(ct_ct=1, relinearisations=1, rescales=1)
    else:
        factors = parties.values()
        product = evaluator.multiply_plain(a.ciphertext, evaluator.encode(factors, a.level))
        a.values = a.values * factors
        expected.update(ct_pt=1, rescales=1)
    a.ciphertext, a.level = evaluator.rescale(product), a.level - 1


@dataclass(frozen=True)
class Task:
    """A program with slot vectors to run it on, and what comes out in the clear.

    Attributes:
        name: of the model.
        program: its program at `PARAMETERS`.
        inputs: slot vectors `[ciphertexts, slots]`.
        expected: the clear reference's outputs, `[samples, positions, classes]`.
    """

    name: str
    program: Program
    inputs: Vector
    expected: Vector

    def save(self, folder: Path) -> None:
        """Write it for `tasks`."""
        digest = self.program.save(folder, self.name)
        np.savez(folder / f"{self.name}.npz", inputs=self.inputs, expected=self.expected)
        (folder / f"{self.name}.digest").write_text(json.dumps(digest))


def tasks(folder: Path) -> Iterator[Task]:
    """The programs that lie in a folder, in alphabetical order."""
    for path in sorted(folder.glob("*.npz")):
        program = load_program(folder, path.stem, json.loads(path.with_suffix(".digest").read_text()))
        with np.load(path) as arrays:
            yield Task(path.stem, program, arrays["inputs"], arrays["expected"])


def steps(folder: Path) -> set[int]:
    """The rotations of all programs that lie in a folder."""
    return {step for task in tasks(folder) for step in task.program.rotation_steps}


def run_model(parties: Parties, task: Task, audit: Audit | None = None) -> None:
    """Replay a program; levels and counts are checked by the replay itself.

    Args:
        parties: both roles.
        task: the program.
        audit: to which every instruction is held, if there is one.

    Raises:
        NotConforming: what comes out is not the reference's.
        ExecutionError: the library does something else than the program says.
    """
    owner, evaluator, program = parties.owner, parties.evaluator, task.program

    def executed(index: int, instruction: Instruction, seconds: float) -> None:
        if audit is not None:
            audit.executed(program, index, instruction, evaluator.counts)

    outputs, _ = replay(
        program,
        evaluator,
        prepare(program, evaluator),
        [owner.encrypt(vector, program.input_level) for vector in task.inputs],
        lambda ciphertext, level: owner.encrypt(owner.decrypt(ciphertext), level),
        lambda probe, ciphertexts: None,
        executed,
    )
    slots = [owner.decrypt(output) for output in outputs]
    decrypted = unpack(program.layout, program.output_layout, slots, len(task.expected))
    demand_bits(decrypted, task.expected, MODEL_BITS, "the output")
