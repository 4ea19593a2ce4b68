"""Every operation of the contract: its values, its level and its counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backends.errors import BackendError, ExecutionError
from backends.primitives import COUNTED
from tests.conformance.conftest import STEPS, Parties, precision_bits
from tests.toy import PORTABLE

TOP = PORTABLE.depth
LEVELS = range(TOP + 1)
EXACT_DROP_BITS = 24  # a drop that forces the scale of another level stays below 22 at these parameters


def test_encrypts_at_every_level(parties: Parties) -> None:
    for level in LEVELS:
        a = parties.values()
        parties.assert_holds(parties.owner.encrypt(a, level), a, level)


def test_encodes_vectors_and_floats_at_every_level(parties: Parties) -> None:
    owner, evaluator = parties.owner, parties.evaluator
    for level in LEVELS:
        a, b = parties.values(), parties.values()
        x = owner.encrypt(a, level)
        parties.assert_holds(evaluator.add_plain(x, evaluator.encode(b, level)), a + b, level)
        parties.assert_holds(evaluator.add_plain(x, evaluator.encode(-1.75, level)), a - 1.75, level)
        if level:
            product = evaluator.multiply_plain(x, evaluator.encode(b, level))
            parties.assert_holds(evaluator.rescale(product), a * b, level - 1)
            product = evaluator.multiply_plain(x, evaluator.encode(0.625, level))
            parties.assert_holds(evaluator.rescale(product), a * 0.625, level - 1)


def test_adds_an_all_zero_plaintext(parties: Parties) -> None:
    a = parties.values()
    zeros = parties.evaluator.encode(np.zeros(PORTABLE.slots), 3)
    parties.assert_holds(parties.evaluator.add_plain(parties.owner.encrypt(a, 3), zeros), a, 3)


def test_values_far_below_the_scale_are_zero(parties: Parties) -> None:
    """Folding leaves such dust in biases: some libraries refuse it, and none may."""
    a = parties.values()
    dust = parties.evaluator.encode(np.full(PORTABLE.slots, 1e-17), 3)
    parties.assert_holds(parties.evaluator.add_plain(parties.owner.encrypt(a, 3), dust), a, 3)


def test_adds_subtracts_and_negates(parties: Parties) -> None:
    a, b = parties.values(), parties.values()
    for level in (0, 3, TOP):
        x, y = parties.owner.encrypt(a, level), parties.owner.encrypt(b, level)
        with parties.counting(additions=2, negations=1):
            total, difference = parties.evaluator.add(x, y), parties.evaluator.subtract(x, y)
            negative = parties.evaluator.negate(x)
        parties.assert_holds(total, a + b, level)
        parties.assert_holds(difference, a - b, level)
        parties.assert_holds(negative, -a, level)


def test_multiplies_ciphertexts_at_every_level(parties: Parties) -> None:
    evaluator = parties.evaluator
    for level in range(1, TOP + 1):
        a, b = parties.values(), parties.values()
        x, y = parties.owner.encrypt(a, level), parties.owner.encrypt(b, level)
        with parties.counting(ct_ct=1, relinearisations=1, rescales=1):
            product = evaluator.multiply(x, y)
            assert evaluator.level(product) == level
            product = evaluator.relinearise(product)
            assert evaluator.level(product) == level
            product = evaluator.rescale(product)
        parties.assert_holds(product, a * b, level - 1)


def test_uses_every_level_in_a_row(parties: Parties) -> None:
    evaluator, a = parties.evaluator, parties.values()
    x, expected = parties.owner.encrypt(a, TOP), a
    for level in range(TOP, 0, -1):
        x = evaluator.rescale(evaluator.relinearise(evaluator.multiply(x, x)))
        expected = expected * expected
        parties.assert_holds(x, expected, level - 1, bits=18)


def test_products_are_added_and_rotated_before_they_are_rescaled(parties: Parties) -> None:
    evaluator, level = parties.evaluator, 4
    a, b, c = parties.values(), parties.values(), parties.values()
    x, y = parties.owner.encrypt(a, level), parties.owner.encrypt(b, level)
    with parties.counting(ct_ct=1, ct_pt=1, additions=1, relinearisations=1, rotations=1, rescales=1):
        product = evaluator.add(
            evaluator.multiply(x, y), evaluator.multiply_plain(x, evaluator.encode(c, level))
        )
        result = evaluator.rescale(evaluator.rotate(evaluator.relinearise(product), STEPS[1]))
    parties.assert_holds(result, np.roll(a * b + a * c, -STEPS[1]), level - 1)


def test_drops_exactly_from_every_level_to_every_lower_one(parties: Parties) -> None:
    a, b = parties.values(), parties.values()
    for level in range(1, TOP + 1):
        x = parties.owner.encrypt(a, level)
        for target in range(level):
            with parties.counting(drops=1):
                dropped = parties.evaluator.drop(x, target)
            parties.assert_holds(dropped, a, target, bits=EXACT_DROP_BITS)
            fresh = parties.owner.encrypt(b, target)
            parties.assert_holds(parties.evaluator.add(dropped, fresh), a + b, target)


def test_drop_refuses_a_level_that_is_not_lower(parties: Parties) -> None:
    x = parties.owner.encrypt(parties.values(), 2)
    for target in (2, 3, -1):
        with pytest.raises(ExecutionError):
            parties.evaluator.drop(x, target)


def test_drop_refuses_a_product(parties: Parties) -> None:
    x = parties.owner.encrypt(parties.values(), 4)
    product = parties.evaluator.multiply_plain(x, parties.evaluator.encode(parties.values(), 4))
    with pytest.raises(ExecutionError):
        parties.evaluator.drop(product, 2)


def test_rotates_by_every_step_that_has_a_key(parties: Parties) -> None:
    for level in (0, 2, TOP):
        a = parties.values()
        x = parties.owner.encrypt(a, level)
        for step in STEPS:
            with parties.counting(rotations=1):
                rotated = parties.evaluator.rotate(x, step)
            parties.assert_holds(rotated, np.roll(a, -step), level)


@pytest.mark.parametrize("step", [65, 66, 69])
def test_refuses_a_rotation_without_its_own_key(parties: Parties, step: int) -> None:
    """They could be composed from the keys there are, 64 and 1, 2 or 5; that would be silent work."""
    x = parties.owner.encrypt(parties.values(), 2)
    with pytest.raises(ExecutionError):
        parties.evaluator.rotate(x, step)


def test_compound_operations_are_the_loops_they_stand_for(parties: Parties) -> None:
    evaluator, level = parties.evaluator, 3
    vectors = [parties.values() for _ in range(3)]
    ciphertexts = [parties.owner.encrypt(vector, level) for vector in vectors]
    plaintexts = [evaluator.encode(vector, level) for vector in reversed(vectors)]
    with parties.counting(rotations=3):
        rotated = evaluator.rotate_many(ciphertexts[0], STEPS[:3])
    for ciphertext, step in zip(rotated, STEPS[:3], strict=True):
        parties.assert_holds(ciphertext, np.roll(vectors[0], -step), level)
    steps = (0, *STEPS[:2])
    with parties.counting(rotations=2, additions=2):
        total = evaluator.rotate_sum(list(zip(ciphertexts, steps, strict=True)))
    expected = sum(np.roll(vector, -step) for vector, step in zip(vectors, steps, strict=True))
    parties.assert_holds(total, np.asarray(expected), level)
    with parties.counting(ct_pt=3, additions=2, rescales=1):
        total = evaluator.rescale(
            evaluator.multiply_plain_sum(list(zip(ciphertexts, plaintexts, strict=True)))
        )
    expected = 2 * vectors[0] * vectors[2] + vectors[1] ** 2
    parties.assert_holds(total, expected, level - 1)
    with parties.counting(ct_ct=3, additions=2, relinearisations=1, rescales=1):
        product = evaluator.multiply_sum(list(zip(ciphertexts, reversed(ciphertexts), strict=True)))
        total = evaluator.rescale(evaluator.relinearise(product))
    parties.assert_holds(total, expected, level - 1)


def test_operations_leave_their_operands_alone(parties: Parties) -> None:
    evaluator, level = parties.evaluator, 3
    a, b = parties.values(), parties.values()
    x, y = parties.owner.encrypt(a, level), parties.owner.encrypt(b, level)
    plaintext = evaluator.encode(b, level)
    for result in (
        evaluator.add(x, y),
        evaluator.subtract(x, y),
        evaluator.negate(x),
        evaluator.add_plain(x, plaintext),
        evaluator.multiply_plain(x, plaintext),
        evaluator.rescale(evaluator.relinearise(evaluator.multiply(x, y))),
        evaluator.drop(x, 1),
        evaluator.rotate(x, STEPS[0]),
    ):
        assert result is not x
    product = evaluator.multiply(x, y)
    evaluator.relinearise(product)
    parties.assert_holds(evaluator.rescale(evaluator.relinearise(product)), a * b, level - 1)
    parties.assert_holds(x, a, level)
    parties.assert_holds(y, b, level)
    parties.assert_holds(evaluator.add_plain(x, plaintext), a + b, level)


def test_ciphertexts_cross_both_ways_as_files(parties: Parties, tmp_path: Path) -> None:
    for level in (0, TOP):
        a, b = parties.values(), parties.values()
        sent, returned = tmp_path / f"sent{level}", tmp_path / f"returned{level}"
        parties.owner.write(parties.owner.encrypt(a, level), sent)
        x = parties.evaluator.read(sent)
        parties.evaluator.write(parties.evaluator.add_plain(x, parties.evaluator.encode(b, level)), returned)
        parties.assert_holds(parties.owner.read(returned), a + b, level)


def test_a_file_that_cannot_be_written_is_an_error(parties: Parties, tmp_path: Path) -> None:
    with pytest.raises((BackendError, OSError)):
        parties.owner.write(parties.owner.encrypt(parties.values(), 1), tmp_path / "absent" / "ciphertext")


def test_refuses_values_that_are_not_finite(parties: Parties) -> None:
    broken = parties.values()
    broken[7] = np.nan
    for values in (broken, float("inf")):
        with pytest.raises(ExecutionError):
            parties.evaluator.encode(values, 2)


def test_counts_under_no_other_name(parties: Parties) -> None:
    x = parties.owner.encrypt(parties.values(), 1)
    parties.evaluator.add(x, x)
    assert set(parties.evaluator.counts) <= set(COUNTED)


def test_fresh_noise_differs_each_time(parties: Parties) -> None:
    """Encryption is randomised: the same values give other ciphertexts, and so other errors."""
    if parties.owner.security().secret == "none":
        return
    a = parties.values()
    first, second = (parties.owner.decrypt(parties.owner.encrypt(a, 2)) for _ in range(2))
    assert not np.array_equal(first, second)
    assert precision_bits(first, second) >= 18
