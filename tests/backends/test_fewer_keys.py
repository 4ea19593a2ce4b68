"""A program with fewer rotation keys computes the same, with more rotations."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from backends.cleartext.adapter import CleartextEvaluator, Slots
from backends.constants import prepare
from backends.costs import Costs, Needs
from backends.fewer_keys import with_fewer_keys, within
from backends.program import Program
from backends.replay import replay
from tests.backends.evaluating import PARAMETERS, REFRESH, planned, values_of
from tests.backends.graphs import mlp
from tests.backends.random_programs import random_program

GRAPH = mlp(2, tokens=4, features=64)
PROGRAM = planned(GRAPH)
INPUTS = np.random.default_rng(3).uniform(-1, 1, (3, 4, 64))


@pytest.mark.parametrize("less", range(0, len(PROGRAM.rotation_steps) // 2, 2))
def test_the_same_is_computed_with_fewer_keys(less: int) -> None:
    most = len(PROGRAM.rotation_steps) - less
    fewer = with_fewer_keys(PROGRAM, most)
    assert len(fewer.rotation_steps) == most
    assert set(fewer.rotation_steps) <= set(PROGRAM.rotation_steps)
    assert fewer.levels_used == PROGRAM.levels_used
    assert {**fewer.counts, "rotations": 0} == {**PROGRAM.counts, "rotations": 0}
    computes_the_same(fewer)


def computes_the_same(fewer: Program) -> None:
    expected = values_of(PROGRAM, INPUTS)
    for name, value in values_of(fewer, INPUTS).items():
        np.testing.assert_allclose(value, expected[name], atol=1e-9, err_msg=name)


@pytest.mark.parametrize("seed", range(8))
def test_of_rotations_that_are_shared_one_is_made_of_another(seed: int) -> None:
    """Of the steps 1, 2 and 5, that by 2 is twice that by 1, which stands beside it: no rotation is added."""
    program = random_program(seed, PARAMETERS.n // 2, REFRESH)
    fewer = with_fewer_keys(program, 2)
    assert fewer.rotation_steps == (1, 5)
    assert with_fewer_keys(program, 0).rotation_steps == (1, 5), "1 and 5 are no sum of two others"
    assert fewer.counts["rotations"] == program.counts["rotations"]
    for value, expected in zip(_outputs(fewer, seed), _outputs(program, seed), strict=True):
        np.testing.assert_allclose(value, expected, atol=1e-9)


def _outputs(program: Program, seed: int) -> list[NDArray[np.complex128]]:
    """The slots of what a program returns of random ciphertexts, with none but its keys."""
    evaluator = CleartextEvaluator(PARAMETERS, frozenset(program.rotation_steps))
    random = np.random.default_rng(seed)
    inputs = [
        Slots(random.uniform(-1, 1, PARAMETERS.n // 2), level=program.input_level) for _ in program.inputs
    ]
    outputs, _ = replay(
        program,
        evaluator,
        prepare(program, evaluator),
        inputs,
        lambda ciphertext, level: Slots(ciphertext.values, level=level),
        lambda probe, ciphertexts: None,
        lambda index, instruction, seconds: None,
    )
    return [one.values for one in outputs]


@pytest.mark.parametrize("others", [{8, 16, 32}, {8, 64}, {3, 5}, {24, 40}, {1, 7, 56}])
def test_a_part_may_fall_away_in_its_turn(others: set[int]) -> None:
    fewest = with_fewer_keys(PROGRAM, 0, others)
    assert with_fewer_keys(fewest, 0, others) is fewest, "what is left is the sum of no two others"
    computes_the_same(fewest)


def test_the_rarest_keys_go_first() -> None:
    fewer = with_fewer_keys(PROGRAM, len(PROGRAM.rotation_steps) - 3)
    uses = {
        step: sum(one.steps.count(step) for one in PROGRAM.instructions) for step in PROGRAM.rotation_steps
    }
    gone = set(uses) - set(fewer.rotation_steps)
    assert sorted(map(uses.__getitem__, gone)) <= sorted(uses.values())[: len(gone) + 3]


def test_keys_that_are_there_anyway_are_free() -> None:
    others = {1, 2, 4, 8, 16, 32, 64, 128, 256}
    fewer = with_fewer_keys(PROGRAM, 0, others)
    own = set(fewer.rotation_steps) - others
    assert len(own) < len(with_fewer_keys(PROGRAM, 0).rotation_steps)
    assert with_fewer_keys(PROGRAM, len(PROGRAM.rotation_steps), others) is PROGRAM
    computes_the_same(fewer)


def test_keys_give_way_where_memory_lacks() -> None:
    costs, key = Costs(PARAMETERS), Costs(PARAMETERS).key_bytes()

    def needs(program: Program) -> Needs:
        return Needs(0, len(program.rotation_steps) * key, 0, 0)

    all_keys = needs(PROGRAM).evaluator_bytes
    assert within(PROGRAM, 2 * all_keys, costs, needs) is PROGRAM
    fitted = within(PROGRAM, all_keys, costs, needs)
    assert needs(fitted).evaluator_bytes <= 0.8 * all_keys
    assert len(within(PROGRAM, key, costs, needs).rotation_steps) <= len(PROGRAM.rotation_steps) // 2
