"""Many rotations at equal distances: the same values and as many key switches, with few keys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from backends.cleartext.adapter import CleartextEvaluator, Slots
from backends.tensor.layout import Layout
from backends.tensor.turns import turned, turned_sum
from tests.backends.evaluating import PARAMETERS

LAYOUT = Layout(features=64, images=1, tokens=8)
SLOTS = np.random.default_rng(0).normal(size=LAYOUT.slots)


def evaluator() -> CleartextEvaluator:
    return CleartextEvaluator(PARAMETERS, frozenset(range(1, LAYOUT.slots)))


class Counting(CleartextEvaluator):
    """The simulator, which remembers the steps that it rotated by."""

    def __init__(self) -> None:
        super().__init__(PARAMETERS, frozenset(range(1, LAYOUT.slots)))
        self.steps: list[int] = []

    def rotate(self, a: object, steps: int) -> Slots:
        self.steps.append(steps)
        return super().rotate(a, steps)


@given(some.integers(0, 64), some.sampled_from([8, 7, 504]), some.integers(0, 511))
def test_every_step_is_made(count: int, distance: int, first: int) -> None:
    steps = [(first + place * distance) % LAYOUT.slots for place in range(count)]
    found = turned(evaluator(), LAYOUT, Slots(SLOTS, level=3), steps)
    for step, one in zip(steps, found, strict=True):
        assert np.array_equal(one.values, np.roll(SLOTS, -step))


@given(some.integers(1, 64))
def test_a_sum_of_turned_ciphertexts(count: int) -> None:
    terms = [np.roll(SLOTS, place**2) for place in range(count)]
    found = turned_sum(evaluator(), [Slots(one, level=3) for one in terms], 8)
    expected = sum(np.roll(one, -8 * place) for place, one in enumerate(terms))
    assert np.allclose(found.values, expected)


@pytest.mark.parametrize(("count", "keys"), [(16, 15), (32, 31), (64, 14)])
def test_as_many_key_switches_and_fewer_keys(count: int, keys: int) -> None:
    once, summed = Counting(), Counting()
    turned(once, LAYOUT, Slots(SLOTS, level=3), [8 * place for place in range(count)])
    turned_sum(summed, [Slots(SLOTS, level=3)] * count, 8)
    assert len(once.steps) == len(summed.steps) == count - 1
    assert len({*once.steps, *summed.steps}) == keys
