"""Every operation of the contract: its values, its level and its counts."""

from __future__ import annotations

from functools import partial

import numpy as np

from backends.conformance.parties import (
    PARAMETERS,
    STEPS,
    LeftOut,
    Parties,
    demand,
    demand_bits,
    demand_refusal,
)
from backends.errors import BackendError, ExecutionError
from backends.headroom import room
from backends.primitives import COUNTED

TOP = PARAMETERS.depth
LEVELS = range(TOP + 1)
#: A drop that forces the scale of another level stays below 22 at these parameters; of 126 exact ones on
#: OpenFHE, whose public-key noise is the largest, the worst had 23.6.
EXACT_DROP_BITS = 22.5


def encrypts_at_every_level(parties: Parties) -> None:
    """What is encrypted decrypts, at its level."""
    for level in LEVELS:
        a = parties.values()
        parties.demand(parties.owner.encrypt(a, level), a, level)


def encodes_vectors_and_floats_at_every_level(parties: Parties) -> None:
    """Both kinds of constants are added and multiplied."""
    owner, evaluator = parties.owner, parties.evaluator
    for level in LEVELS:
        a, b = parties.values(), parties.values()
        x = owner.encrypt(a, level)
        parties.demand(evaluator.add_plain(x, evaluator.encode(b, level)), a + b, level)
        parties.demand(evaluator.add_plain(x, evaluator.encode(-1.75, level)), a - 1.75, level)
        if level:
            product = evaluator.multiply_plain(x, evaluator.encode(b, level))
            parties.demand(evaluator.rescale(product), a * b, level - 1)
            product = evaluator.multiply_plain(x, evaluator.encode(0.625, level))
            parties.demand(evaluator.rescale(product), a * 0.625, level - 1)


def adds_an_all_zero_plaintext(parties: Parties) -> None:
    """Biases may be zero."""
    a = parties.values()
    zeros = parties.evaluator.encode(np.zeros(PARAMETERS.slots), 3)
    parties.demand(parties.evaluator.add_plain(parties.owner.encrypt(a, 3), zeros), a, 3)


def takes_values_far_below_the_scale_for_zero(parties: Parties) -> None:
    """Folding leaves such dust in biases: some libraries refuse it, and none may."""
    a = parties.values()
    dust = parties.evaluator.encode(np.full(PARAMETERS.slots, 1e-17), 3)
    parties.demand(parties.evaluator.add_plain(parties.owner.encrypt(a, 3), dust), a, 3)


def what_exceeds_the_first_modulus_wraps(parties: Parties) -> None:
    """A value beyond half of the first modulus comes back less a multiple of it (`backends.headroom`)."""
    most = room(PARAMETERS, 0)
    a = np.full(PARAMETERS.slots, most / 4)
    evaluator = parties.evaluator
    product = evaluator.multiply_plain(parties.owner.encrypt(a, 1), evaluator.encode(15.0, 1))
    demand_bits(
        parties.owner.decrypt(evaluator.rescale(product)), 15 * a - 4 * most, 8, "a value beyond the modulus"
    )


def adds_subtracts_and_negates(parties: Parties) -> None:
    """At the bottom, in the middle and at the top."""
    a, b = parties.values(), parties.values()
    for level in (0, 3, TOP):
        x, y = parties.owner.encrypt(a, level), parties.owner.encrypt(b, level)
        with parties.counting(additions=2, negations=1):
            total, difference = parties.evaluator.add(x, y), parties.evaluator.subtract(x, y)
            negative = parties.evaluator.negate(x)
        parties.demand(total, a + b, level)
        parties.demand(difference, a - b, level)
        parties.demand(negative, -a, level)


def multiplies_ciphertexts_at_every_level(parties: Parties) -> None:
    """A product keeps its level until it is rescaled."""
    evaluator = parties.evaluator
    for level in range(1, TOP + 1):
        a, b = parties.values(), parties.values()
        x, y = parties.owner.encrypt(a, level), parties.owner.encrypt(b, level)
        with parties.counting(ct_ct=1, relinearisations=1, rescales=1):
            product = evaluator.multiply(x, y)
            demand(evaluator.level(product) == level, "a product is not at the level of its factors")
            product = evaluator.relinearise(product)
            demand(evaluator.level(product) == level, "a relinearised product is not at its factors' level")
            product = evaluator.rescale(product)
        parties.demand(product, a * b, level - 1)


def uses_every_level_in_a_row(parties: Parties) -> None:
    """Squares from the top to the bottom."""
    evaluator, a = parties.evaluator, parties.values()
    x, expected = parties.owner.encrypt(a, TOP), a
    for level in range(TOP, 0, -1):
        x = evaluator.rescale(evaluator.relinearise(evaluator.multiply(x, x)))
        expected = expected * expected
        parties.demand(x, expected, level - 1, bits=18)


def adds_and_rotates_products_before_they_are_rescaled(parties: Parties) -> None:
    """Products of ciphertexts and of plaintexts are alike."""
    evaluator, level = parties.evaluator, 4
    a, b, c = parties.values(), parties.values(), parties.values()
    x, y = parties.owner.encrypt(a, level), parties.owner.encrypt(b, level)
    with parties.counting(ct_ct=1, ct_pt=1, additions=1, relinearisations=1, rotations=1, rescales=1):
        product = evaluator.add(
            evaluator.multiply(x, y), evaluator.multiply_plain(x, evaluator.encode(c, level))
        )
        result = evaluator.rescale(evaluator.rotate(evaluator.relinearise(product), STEPS[1]))
    parties.demand(result, np.roll(a * b + a * c, -STEPS[1]), level - 1)


def drops_exactly_from_every_level_to_every_lower_one(parties: Parties) -> None:
    """And what was dropped adds up with what is fresh."""
    a, b = parties.values(), parties.values()
    for level in range(1, TOP + 1):
        x = parties.owner.encrypt(a, level)
        for target in range(level):
            with parties.counting(drops=1):
                dropped = parties.evaluator.drop(x, target)
            parties.demand(dropped, a, target, bits=EXACT_DROP_BITS)
            fresh = parties.owner.encrypt(b, target)
            parties.demand(parties.evaluator.add(dropped, fresh), a + b, target)


def drop_refuses_a_level_that_is_not_lower(parties: Parties) -> None:
    """The same level, a higher one, and one below 0."""
    x = parties.owner.encrypt(parties.values(), 2)
    for target in (2, 3, -1):
        demand_refusal(
            f"a drop from 2 to {target}", partial(parties.evaluator.drop, x, target), ExecutionError
        )


def drop_refuses_a_product(parties: Parties) -> None:
    """Its scale is no level's."""
    x = parties.owner.encrypt(parties.values(), 4)
    product = parties.evaluator.multiply_plain(x, parties.evaluator.encode(parties.values(), 4))
    demand_refusal("the drop of a product", lambda: parties.evaluator.drop(product, 2), ExecutionError)


def rotates_by_every_step_that_has_a_key(parties: Parties) -> None:
    """To the left, cyclically over all slots."""
    for level in (0, 2, TOP):
        a = parties.values()
        x = parties.owner.encrypt(a, level)
        for step in STEPS:
            with parties.counting(rotations=1):
                rotated = parties.evaluator.rotate(x, step)
            parties.demand(rotated, np.roll(a, -step), level)


def refuses_a_rotation_without_its_own_key(parties: Parties) -> None:
    """They could be composed from the keys there are, 64 and 1, 2 or 5; that would be silent work."""
    x = parties.owner.encrypt(parties.values(), 2)
    for step in (65, 66, 69):
        demand_refusal(
            f"a rotation by {step}, which has no key,",
            partial(parties.evaluator.rotate, x, step),
            ExecutionError,
        )


def compounds_are_the_loops_they_stand_for(parties: Parties) -> None:
    """Hoisted or not, values and counts are those of the loop."""
    evaluator, level = parties.evaluator, 3
    vectors = [parties.values() for _ in range(3)]
    ciphertexts = [parties.owner.encrypt(vector, level) for vector in vectors]
    plaintexts = [evaluator.encode(vector, level) for vector in reversed(vectors)]
    with parties.counting(rotations=3):
        rotated = evaluator.rotate_many(ciphertexts[0], STEPS[:3])
    for ciphertext, step in zip(rotated, STEPS[:3], strict=True):
        parties.demand(ciphertext, np.roll(vectors[0], -step), level)
    steps = (0, *STEPS[:2])
    with parties.counting(rotations=2, additions=2):
        total = evaluator.rotate_sum(list(zip(ciphertexts, steps, strict=True)))
    moved = sum(np.roll(vector, -step) for vector, step in zip(vectors, steps, strict=True))
    parties.demand(total, np.asarray(moved), level)
    with parties.counting(ct_pt=3, additions=2, rescales=1):
        total = evaluator.rescale(
            evaluator.multiply_plain_sum(list(zip(ciphertexts, plaintexts, strict=True)))
        )
    expected = 2 * vectors[0] * vectors[2] + vectors[1] ** 2
    parties.demand(total, expected, level - 1)
    with parties.counting(ct_ct=3, additions=2, relinearisations=1, rescales=1):
        product = evaluator.multiply_sum(list(zip(ciphertexts, reversed(ciphertexts), strict=True)))
        total = evaluator.rescale(evaluator.relinearise(product))
    parties.demand(total, expected, level - 1)


def leaves_operands_alone(parties: Parties) -> None:
    """Each result is new, and what it was made of still holds what it held."""
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
        demand(result is not x, "an operation returns its operand; return a new ciphertext")
    product = evaluator.multiply(x, y)
    evaluator.relinearise(product)
    parties.demand(evaluator.rescale(evaluator.relinearise(product)), a * b, level - 1)
    parties.demand(x, a, level)
    parties.demand(y, b, level)
    parties.demand(evaluator.add_plain(x, plaintext), a + b, level)


def ciphertexts_cross_both_ways_as_files(parties: Parties) -> None:
    """From the key owner to the evaluator and back."""
    for level in (0, TOP):
        a, b = parties.values(), parties.values()
        sent, returned = parties.scratch / f"sent{level}", parties.scratch / f"returned{level}"
        parties.owner.write(parties.owner.encrypt(a, level), sent)
        x = parties.evaluator.read(sent)
        parties.evaluator.write(parties.evaluator.add_plain(x, parties.evaluator.encode(b, level)), returned)
        parties.demand(parties.owner.read(returned), a + b, level)


def a_file_that_cannot_be_written_is_an_error(parties: Parties) -> None:
    """A full disk must not pass in silence."""
    ciphertext, path = parties.owner.encrypt(parties.values(), 1), parties.scratch / "absent" / "ciphertext"
    demand_refusal(
        "writing into a folder that is absent",
        lambda: parties.owner.write(ciphertext, path),
        BackendError,
        OSError,
    )


def refuses_values_that_are_not_finite(parties: Parties) -> None:
    """Some libraries encode them as garbage."""
    broken = parties.values()
    broken[7] = np.nan
    for values in (broken, float("inf")):
        demand_refusal(
            "a value that is not finite",
            partial(parties.evaluator.encode, values, 2),
            ExecutionError,
        )


def counts_under_no_other_name(parties: Parties) -> None:
    """`backends.primitives` has the names."""
    x = parties.owner.encrypt(parties.values(), 1)
    parties.evaluator.add(x, x)
    unknown = set(parties.evaluator.counts).difference(COUNTED)
    demand(not unknown, f"the adapter counts {', '.join(sorted(unknown))}; there are {', '.join(COUNTED)}")


def fresh_noise_differs_each_time(parties: Parties) -> None:
    """Encryption is randomised: the same values give other ciphertexts, and so other errors."""
    if not parties.encrypts:
        raise LeftOut("a simulator encrypts nothing")
    a = parties.values()
    first, second = (parties.owner.decrypt(parties.owner.encrypt(a, 2)) for _ in range(2))
    demand(not np.array_equal(first, second), "two encryptions of the same values have the same errors")
    demand_bits(first, second, 18, "one of two encryptions, held to the other,")


CHECKS = (
    encrypts_at_every_level,
    encodes_vectors_and_floats_at_every_level,
    adds_an_all_zero_plaintext,
    takes_values_far_below_the_scale_for_zero,
    what_exceeds_the_first_modulus_wraps,
    adds_subtracts_and_negates,
    multiplies_ciphertexts_at_every_level,
    uses_every_level_in_a_row,
    adds_and_rotates_products_before_they_are_rescaled,
    drops_exactly_from_every_level_to_every_lower_one,
    drop_refuses_a_level_that_is_not_lower,
    drop_refuses_a_product,
    rotates_by_every_step_that_has_a_key,
    refuses_a_rotation_without_its_own_key,
    compounds_are_the_loops_they_stand_for,
    leaves_operands_alone,
    ciphertexts_cross_both_ways_as_files,
    a_file_that_cannot_be_written_is_an_error,
    refuses_values_that_are_not_finite,
    counts_under_no_other_name,
    fresh_noise_differs_each_time,
)
