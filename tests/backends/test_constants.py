"""Constants without room: encoded in the order of their use, in bounded memory, and kept while they pay."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.cleartext.adapter import CleartextEvaluator, EncodedSlots, Slots
from backends.constants import Constants, Stream, Window, prepare
from backends.program import Program
from backends.replay import replay
from tests.backends.random_programs import random_program
from tests.backends.test_dispatch import PARAMETERS, REFRESH

SEEDS = st.integers(0, 10**6)


def constants(program: Program, ahead: list[int], limit: int, sizes: list[int]) -> Constants:
    return prepare(program, CleartextEvaluator(PARAMETERS), ahead, Window(limit, sizes))


@given(seed=SEEDS, limit=st.integers(0, 12), reach=st.integers(0, 20), data=st.data())
@settings(max_examples=60, deadline=None)
def test_the_window_is_bounded_and_holds_what_is_needed(
    seed: int, limit: int, reach: int, data: st.DataObject
) -> None:
    """As many as find room are admitted at once, up to `reach`, whichever instruction ends first."""
    program = random_program(seed, PARAMETERS.slots, REFRESH)
    everything = range(len(program.plaintexts))
    sizes = data.draw(st.lists(st.integers(1, 3), min_size=len(everything), max_size=len(everything)))
    ahead = data.draw(st.lists(st.sampled_from(everything), unique=True)) if everything else []
    kept = constants(program, ahead, limit, sizes)
    stream, largest = Stream(program, kept), 0
    for index, instruction in enumerate(program.instructions):
        for _ in range(max(reach, len(instruction.plaintexts))):
            constant = stream.admit(index)
            if constant is None:
                break
            stream.put(constant, kept.encoded(constant))
        assert stream.has(index)
        for one, plaintext in zip(instruction.plaintexts, stream.begin(index), strict=True):
            entry = program.plaintexts[one]
            assert isinstance(plaintext, EncodedSlots)
            assert plaintext.level == entry.level
            wanted = CleartextEvaluator(PARAMETERS).encode(entry.values(program.patterns), entry.level)
            assert np.array_equal(plaintext.values, wanted.values)
        largest = max(largest, sum(sizes[one] for one in set(instruction.plaintexts) - set(ahead)))
        assert stream.held_bytes <= max(limit, largest)
        stream.finish(index)
        assert stream.held_bytes <= max(limit, largest)
    assert stream.held_bytes == 0
    assert stream.upcoming() is None


class Counting(CleartextEvaluator):
    encoded = 0

    def encode(self, values: np.ndarray | float, level: int) -> EncodedSlots:
        self.encoded += 1
        return super().encode(values, level)


def encodings(program: Program, limit: int) -> int:
    """How many there are where no constant is encoded ahead."""
    evaluator = Counting(PARAMETERS)
    prepared = prepare(program, evaluator, [], Window(limit, [1] * len(program.plaintexts)))
    assert evaluator.encoded == 0
    zeros = np.zeros(PARAMETERS.slots)
    replay(
        program,
        evaluator,
        prepared,
        [Slots(zeros, level=REFRESH.top) for _ in program.inputs],
        lambda ciphertext, level: Slots(zeros, level=level),
        lambda probe, ciphertexts: None,
        lambda index, instruction, seconds: None,
    )
    return evaluator.encoded


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_a_wider_window_encodes_less_often_and_a_wide_one_each_constant_once(seed: int) -> None:
    program = random_program(seed, PARAMETERS.slots, REFRESH)
    uses = sum(len(set(instruction.plaintexts)) for instruction in program.instructions)
    counted = [encodings(program, limit) for limit in (0, 3, 6, len(program.plaintexts))]
    assert counted == sorted(counted, reverse=True)
    assert counted[0] <= uses
    assert counted[-1] == len(program.plaintexts)
