"""Many rotations by steps at equal distances, with as many key switches as there are steps and fewer keys.

A rotation key is the largest thing that an evaluator holds. Where steps are many, they are made in groups:
each group's first one from the source, and the others from that one, by distances that all groups share. So
64 steps take 14 keys in place of 63, and what a library hoists is shared by 8 rotations and not by all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backends.interface import Ciphertext, Evaluator
from backends.tensor.layout import Layout, power_of_two
from backends.tensor.reductions import rotated_sum

#: So many steps have a key each.
_FEW = 32


def turned(evaluator: Evaluator, layout: Layout, x: Ciphertext, steps: Sequence[int]) -> list[Ciphertext]:
    """A ciphertext rotated by each of these steps, of which 0 may be one.

    Args:
        evaluator: of the library.
        layout: that of the slots.
        x: the ciphertext.
        steps: all different, or none; in order, modulo the slots, they are at equal distances.
    """
    if len(steps) <= _FEW:
        made = _rotated(evaluator, x, 0, [step % layout.slots for step in steps])
    else:
        made = _in_groups(evaluator, layout, x, sorted(step % layout.slots for step in steps))
    return [made[step % layout.slots] for step in steps]


def turned_sum(evaluator: Evaluator, terms: Sequence[Ciphertext], step: int) -> Ciphertext:
    """Sum of ciphertexts, the first as it is, each other one rotated by a step more than the one before."""
    width = _width(len(terms))
    sums = {}
    for first in range(0, len(terms), width):
        group = terms[first : first + width]
        sums[first * step] = rotated_sum(evaluator, {place * step: one for place, one in enumerate(group)})
    return rotated_sum(evaluator, sums)


def _width(steps: int) -> int:
    """How many steps are a group."""
    return steps if steps <= _FEW else power_of_two(int(np.ceil(np.sqrt(steps))))


def _in_groups(
    evaluator: Evaluator, layout: Layout, x: Ciphertext, steps: Sequence[int]
) -> dict[int, Ciphertext]:
    firsts = steps[:: _width(len(steps))]
    made = _rotated(evaluator, x, 0, firsts)
    for first, after in zip(firsts, [*firsts[1:], layout.slots], strict=True):
        made |= _rotated(evaluator, made[first], first, [step for step in steps if first <= step < after])
    return made


def _rotated(evaluator: Evaluator, x: Ciphertext, by: int, steps: Sequence[int]) -> dict[int, Ciphertext]:
    """What is rotated by so much already, by each step in all."""
    moved = [step for step in steps if step != by]
    rotated = evaluator.rotate_many(x, [step - by for step in moved])
    return {by: x, **dict(zip(moved, rotated, strict=True))}
