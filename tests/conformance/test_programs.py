"""Random programs over three registers agree with numpy, and programs of models with the clear reference."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backends.interface import Ciphertext, Vector
from backends.program import Program
from backends.replay import prepare, replay
from backends.tensor.layout import pack, unpack
from models import reference
from models.graph import Graph
from models.reference import Inputs
from tests.backends.graphs import DEGENERATE, MODELS, samples
from tests.conformance.conftest import STEPS, Parties, precision_bits
from tests.toy import PORTABLE

REGISTERS = 3
PAIRS = st.permutations(range(REGISTERS)).map(lambda order: (order[0], order[1]))
# A register never meets itself, so none becomes zero, which SEAL would refuse as transparent.
INSTRUCTIONS = st.tuples(
    st.sampled_from(["add", "subtract", "multiply", "multiply_plain", "add_plain", "rotate", "negate"]),
    PAIRS,
    st.sampled_from(STEPS),
)


@dataclass
class Register:
    """A ciphertext, and what it should hold, at which level."""

    ciphertext: Ciphertext
    values: Vector
    level: int


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
        plaintext = evaluator.encode(step / PORTABLE.slots, a.level)
        a.ciphertext, a.values = (
            evaluator.add_plain(a.ciphertext, plaintext),
            a.values + step / PORTABLE.slots,
        )
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


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(program=st.lists(INSTRUCTIONS, min_size=3, max_size=PORTABLE.depth))
def test_random_programs_agree_with_numpy(
    parties: Parties, program: list[tuple[str, tuple[int, int], int]]
) -> None:
    vectors = [parties.values() / 2 for _ in range(REGISTERS)]
    registers = [Register(parties.owner.encrypt(v, PORTABLE.depth), v, PORTABLE.depth) for v in vectors]
    expected: Counter[str] = Counter()
    before = Counter(parties.evaluator.counts)
    for name, (target, source), step in program:
        a, b = registers[target], registers[source]
        if name in ("add", "subtract", "multiply"):
            _meet(parties, a, b, expected)
        if name in ("multiply", "multiply_plain"):
            _multiply(parties, name, a, b, expected)
        else:
            _linear(parties, name, a, b, step, expected)
        assert parties.evaluator.level(a.ciphertext) == a.level
    assert parties.evaluator.counts - before == expected
    for register in registers:
        assert precision_bits(parties.owner.decrypt(register.ciphertext), register.values) >= 15


@pytest.mark.parametrize("name", MODELS)
def test_programs_of_models_agree_with_the_reference(
    parties: Parties, programs: dict[str, Program], name: str
) -> None:
    """Every operation of a graph; levels and counts are checked by the replay itself."""
    graph, program = MODELS[name](), programs[name]
    _check(parties, graph, program, samples(graph, min(2, program.layout.images)))


@pytest.mark.parametrize("name", DEGENERATE)
def test_weights_and_samples_may_be_zero(parties: Parties, programs: dict[str, Program], name: str) -> None:
    """SEAL refuses a product with zeros; none may be asked for. The second batch is zero throughout."""
    graph, program = DEGENERATE[name](), programs[name]
    inputs = samples(graph, 1)
    for batch in (inputs, np.zeros_like(inputs)):
        _check(parties, graph, program, batch)


def _check(parties: Parties, graph: Graph, program: Program, inputs: Inputs) -> None:
    owner = parties.owner
    vectors = pack(program.layout, program.input_layout, inputs)
    outputs, _ = replay(
        program,
        parties.evaluator,
        prepare(program, parties.evaluator),
        [owner.encrypt(vector, program.input_level) for vector in vectors],
        lambda ciphertext, level: owner.encrypt(owner.decrypt(ciphertext), level),
        lambda probe, ciphertexts: None,
        lambda index, instruction, seconds: None,
    )
    slots = [owner.decrypt(output) for output in outputs]
    decrypted = unpack(program.layout, program.output_layout, slots, len(inputs))
    assert precision_bits(decrypted, reference.outputs(graph, inputs)) >= 12
