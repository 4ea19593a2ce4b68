"""Complex slots: complex constants, conjugation, and a program that uses both.

What is decrypted has to be real, so a result is looked at in two parts: z and its conjugate added up, and the
same of -i·z.
"""

from __future__ import annotations

import numpy as np

from backends.conformance.parties import PARAMETERS, STEPS, Parties, demand, demand_refusal
from backends.conformance.programs import Task
from backends.errors import ExecutionError, Unsupported
from backends.interface import Ciphertext, ComplexVector, Evaluator
from backends.program import Program
from backends.recorder import Recorder
from backends.schedule import Refresh
from backends.tensor.layout import Layout, ValueLayout

TOP = PARAMETERS.depth
#: Tokens of a block within which the program turns.
BLOCK = STEPS[2]


def encrypts_and_conjugates_complex_slots_at_every_level(parties: Parties) -> None:
    """A conjugation keeps the level, and counts as one."""
    for level in range(1, TOP + 1):
        z = _values(parties)
        x = parties.owner.encrypt(z, level)
        with parties.counting(conjugations=1):
            conjugate = parties.evaluator.conjugate(x)
        demand(conjugate is not x, "a conjugation returns its operand; return a new ciphertext")
        demand(parties.evaluator.level(conjugate) == level, "a conjugation changes the level")
        _demand(parties, x, z, level)
        _demand(parties, conjugate, np.conj(z), level)
    a = parties.values()
    parties.demand(parties.evaluator.conjugate(parties.owner.encrypt(a, 0)), a, 0)


def encodes_complex_vectors_and_numbers_at_every_level(parties: Parties) -> None:
    """Both are added and multiplied."""
    evaluator = parties.evaluator
    for level in range(1, TOP + 1):
        a, z = parties.values(), _values(parties)
        x = parties.owner.encrypt(a, level)
        for values in (z, 0.5 - 0.75j):
            constant = evaluator.encode(values, level)
            _demand(parties, evaluator.add_plain(x, constant), np.asarray(a + values), level)
            product = evaluator.rescale(evaluator.multiply_plain(x, constant))
            if level > 1:
                _demand(parties, product, np.asarray(a * values), level - 1)
            else:
                real_part = np.multiply(a, np.real(values))
                parties.demand(_doubled_real_part(evaluator, product), 2 * real_part, 0)


def conjugates_rotates_and_adds_products(parties: Parties) -> None:
    """A product of two polynomials may be conjugated before it is rescaled."""
    evaluator, level = parties.evaluator, 4
    z, w = _values(parties), _values(parties)
    x, y = parties.owner.encrypt(z, level), parties.owner.encrypt(w, level)
    with parties.counting(ct_ct=1, relinearisations=1, rotations=1, conjugations=1, additions=1, rescales=1):
        product = evaluator.relinearise(evaluator.multiply(x, y))
        turned = evaluator.rotate(evaluator.conjugate(product), STEPS[1])
        result = evaluator.rescale(evaluator.add(turned, product))
    _demand(parties, result, np.roll(np.conj(z * w), -STEPS[1]) + z * w, level - 1)


def refuses_to_conjugate_three_polynomials(parties: Parties) -> None:
    """A product must be relinearised first."""
    x = parties.owner.encrypt(parties.values(), 2)
    product = parties.evaluator.multiply(x, x)
    demand_refusal(
        "a conjugation of three polynomials", lambda: parties.evaluator.conjugate(product), ExecutionError
    )


def refuses_values_that_are_not_finite(parties: Parties) -> None:
    """In either part."""
    broken = _values(parties)
    broken[7] = 1j * np.inf
    demand_refusal(
        "a complex value that is not finite", lambda: parties.evaluator.encode(broken, 2), ExecutionError
    )


def refuses_to_conjugate(parties: Parties) -> None:
    """What announces no complex slots says so when it is asked."""
    x = parties.owner.encrypt(parties.values(), 2)
    demand_refusal(
        "a conjugation by a library without complex slots",
        lambda: parties.evaluator.conjugate(x),
        Unsupported,
    )


CHECKS = (
    encrypts_and_conjugates_complex_slots_at_every_level,
    encodes_complex_vectors_and_numbers_at_every_level,
    conjugates_rotates_and_adds_products,
    refuses_to_conjugate_three_polynomials,
    refuses_values_that_are_not_finite,
)


def turning_task() -> Task:
    """Turns every block of tokens by one place to the right, cyclically, with one rotation and one mask.

    The copy that is a block further on is carried in the imaginary part; the mask takes the real part of the
    one at most tokens and the imaginary part of the other at the first token of each block.
    """
    layout = Layout(PARAMETERS.slots // BLOCK, 1, BLOCK)
    value = ValueLayout("features", tuple(range(layout.features)), BLOCK)
    x = np.random.default_rng(21).uniform(-1, 1, (1, BLOCK, layout.features))
    program = _turning(Recorder(Refresh("round_trip", TOP, 0), layout), layout, value)
    slots = np.ascontiguousarray(x[0].T).reshape(1, -1)
    return Task("that turns within blocks", program, slots, np.roll(x, 1, axis=1))


def _turning(recorder: Recorder, layout: Layout, value: ValueLayout) -> Program:
    recorder.begin_layer("turn")
    level = 3
    x = recorder.input(level)
    further = recorder.multiply_plain(recorder.rotate(x, BLOCK), recorder.encode(1j, level))
    both = recorder.add(recorder.drop(x, level - 1), recorder.rescale(further))
    first = np.arange(layout.slots) % BLOCK == 0
    mask = np.where(first, -0.5j, 0.5)
    turned = recorder.multiply_plain(
        recorder.rotate(both, layout.slots - 1), recorder.encode(mask, level - 1)
    )
    z = recorder.rescale(turned)
    return recorder.finish([x], value, [recorder.add(z, recorder.conjugate(z))], value)


def _values(parties: Parties) -> ComplexVector:
    """Slots in [-1, 1] + i·[-1, 1]."""
    return np.asarray(parties.values() + 1j * parties.values())


def _demand(parties: Parties, found: Ciphertext, expected: ComplexVector, level: int) -> None:
    """Hold both parts of complex slots to what is due; the imaginary one takes a level."""
    evaluator = parties.evaluator
    turned = evaluator.rescale(evaluator.multiply_plain(found, evaluator.encode(-1j, level)))
    parties.demand(_doubled_real_part(evaluator, found), 2 * expected.real, level)
    parties.demand(_doubled_real_part(evaluator, turned), 2 * expected.imag, level - 1)


def _doubled_real_part(evaluator: Evaluator, z: Ciphertext) -> Ciphertext:
    return evaluator.add(z, evaluator.conjugate(z))
