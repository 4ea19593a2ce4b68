"""Microbenchmarks: the primitives that are measured one by one, and what must come out of each.

Every one works on two ciphertexts of known values, at one level. A result is checked by what it decrypts to:
results of one primitive are first added up, so that a single decryption covers all its repetitions. A
bootstrap fails by chance, where the modular reduction meets a multiple of the modulus beyond those that it
removes, so each of its results is decrypted by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from backends.interface import Capabilities, Ciphertext, Evaluator, Plaintext, Vector
from backends.primitives import Primitive

#: Kinds of keys, as in `backends.interface.KeyFile`, whose making, writing and loading is measured.
KEY_KINDS = ("public_key", "relinearisation_key", "rotation_keys", "bootstrap_keys")
#: Those that an evaluator loads to compute with.
LOADED_KINDS = ("relinearisation_key", "rotation_keys", "bootstrap_keys")
#: What the key owner does at each level; it includes encoding and decoding.
ENCRYPTION = ("encrypt", "decrypt")


@dataclass(frozen=True)
class Operands:
    """What primitives work on at one level.

    Attributes:
        x, y: ciphertexts of `a` and `b`.
        b: slot vector.
        plaintext: b, encoded.
        product: x·y, relinearised and not rescaled; None at level 0.
        level: the level of all of these.
        steps: the steps of rotations.
        file: where a ciphertext may be written.
    """

    x: Ciphertext
    y: Ciphertext
    b: Vector
    plaintext: Plaintext
    product: Ciphertext | None
    level: int
    steps: tuple[int, ...]
    file: Path


def _alone(evaluator: Evaluator, on: Operands, made: object) -> list[Ciphertext]:
    """A result that is one ciphertext."""
    return [cast(Ciphertext, made)]


@dataclass(frozen=True)
class Measurable:
    """One primitive at an evaluator, or a few in a row.

    Attributes:
        name: as in records; a compound has its own, for it is measured apart from what it is made of.
        run: what is timed; what it makes is known to `settle`.
        expected: the slot vectors of its results, from those of x and y and the steps.
        settle: the ciphertexts of one result, to be added up; none where there is nothing to check.
        finish: makes their sum one that can be decrypted.
        lowest: level from which on it can be done.
        apart: whether the result of every repetition is decrypted by itself, because some may be wrong where
            others are right.
    """

    name: str
    run: Callable[[Evaluator, Operands], object]
    expected: Callable[[Vector, Vector, Sequence[int]], list[Vector]]
    settle: Callable[[Evaluator, Operands, object], Sequence[Ciphertext]] = _alone
    finish: Callable[[Evaluator, Ciphertext], Ciphertext] = lambda evaluator, total: total
    lowest: int = 0
    apart: bool = False


def operands(
    evaluator: Evaluator, x: Ciphertext, y: Ciphertext, b: Vector, steps: Sequence[int], file: Path
) -> Operands:
    """Everything that the primitives at the level of x and y need."""
    level = evaluator.level(x)
    product = _product(evaluator, x, y) if level else None
    return Operands(x, y, b, evaluator.encode(b, level), product, level, tuple(steps), file)


def _product(evaluator: Evaluator, x: Ciphertext, y: Ciphertext) -> Ciphertext:
    return evaluator.relinearise(evaluator.multiply(x, y))


def _rescale(evaluator: Evaluator, on: Operands) -> Ciphertext:
    assert on.product is not None  # a rescale is measured from level 1 on
    return evaluator.rescale(on.product)


def _rescaled(evaluator: Evaluator, total: Ciphertext) -> Ciphertext:
    return evaluator.rescale(total)


def _rotated(values: Vector, steps: Sequence[int]) -> list[Vector]:
    return [np.roll(values, -step) for step in steps]


_WRITE = Measurable(
    "serialise_ciphertext",
    lambda evaluator, on: evaluator.write(on.x, on.file),
    lambda a, b, steps: [],
    settle=lambda evaluator, on, result: [],
)
_READ = Measurable("load_ciphertext", lambda evaluator, on: evaluator.read(on.file), lambda a, b, steps: [a])

#: In the order in which they are measured: what is written is loaded next.
PRIMITIVES: tuple[Measurable, ...] = (
    Measurable(
        Primitive.ENCODE.operation,
        lambda evaluator, on: evaluator.encode(on.b, on.level),
        lambda a, b, steps: [a + b],
        settle=lambda evaluator, on, made: [evaluator.add_plain(on.x, cast(Plaintext, made))],
    ),
    Measurable(
        Primitive.ADD.operation, lambda evaluator, on: evaluator.add(on.x, on.y), lambda a, b, steps: [a + b]
    ),
    Measurable(
        Primitive.ADD_PLAIN.operation,
        lambda evaluator, on: evaluator.add_plain(on.x, on.plaintext),
        lambda a, b, steps: [a + b],
    ),
    Measurable(
        Primitive.MULTIPLY_PLAIN.operation,
        lambda evaluator, on: evaluator.multiply_plain(on.x, on.plaintext),
        lambda a, b, steps: [a * b],
        finish=_rescaled,
        lowest=1,
    ),
    Measurable(
        "multiply_relinearise",
        lambda evaluator, on: _product(evaluator, on.x, on.y),
        lambda a, b, steps: [a * b],
        finish=_rescaled,
        lowest=1,
    ),
    Measurable(
        Primitive.RESCALE.operation,
        _rescale,
        lambda a, b, steps: [a * b],
        lowest=1,
    ),
    Measurable(
        Primitive.DROP.operation,
        lambda evaluator, on: evaluator.drop(on.x, on.level - 1),
        lambda a, b, steps: [a],
        lowest=1,
    ),
    Measurable(
        Primitive.ROTATE.operation,
        lambda evaluator, on: evaluator.rotate(on.x, on.steps[0]),
        lambda a, b, steps: _rotated(a, steps[:1]),
    ),
    Measurable(
        Primitive.ROTATE_MANY.operation,
        lambda evaluator, on: evaluator.rotate_many(on.x, on.steps),
        lambda a, b, steps: _rotated(a, steps),
        settle=lambda evaluator, on, made: cast(Sequence[Ciphertext], made),
    ),
    _WRITE,
    _READ,
)

BOOTSTRAP = Measurable(
    Primitive.BOOTSTRAP.operation,
    lambda evaluator, on: evaluator.bootstrap(on.x),
    lambda a, b, steps: [a],
    apart=True,
)

CONJUGATION = Measurable(
    Primitive.CONJUGATE.operation, lambda evaluator, on: evaluator.conjugate(on.x), lambda a, b, steps: [a]
)

BY_NAME = {primitive.name: primitive for primitive in (*PRIMITIVES, CONJUGATION, BOOTSTRAP)}


def measured_at(
    level: int, capabilities: Capabilities, only: Sequence[str] | None = None
) -> list[Measurable]:
    """The primitives that are measured at a level; the bootstrap at its lowest level alone.

    Args:
        level: the level.
        capabilities: what the library offers.
        only: names of those that are asked for, None for all.
    """
    found = [primitive for primitive in PRIMITIVES if primitive.lowest <= level]
    found += [CONJUGATION] * capabilities.complex_slots
    if capabilities.bootstrap_output_level is not None and level == capabilities.bootstrap_input_level:
        found.append(BOOTSTRAP)
    return [primitive for primitive in found if only is None or primitive.name in only]


def lacking(capabilities: Capabilities, only: Sequence[str] | None = None) -> dict[str, str]:
    """What a library has not, of what is asked for: the name of a primitive → the reason.

    Args:
        capabilities: what the library offers.
        only: names of the primitives that are asked for, None for all.
    """
    found = {}
    if capabilities.bootstrap_output_level is None and capabilities.no_bootstrap_reason is not None:
        found[BOOTSTRAP.name] = capabilities.no_bootstrap_reason
    if not capabilities.complex_slots:
        found[CONJUGATION.name] = "the adapter has no complex slots"
    return {name: reason for name, reason in found.items() if only is None or name in only}


def key_kinds(capabilities: Capabilities, only: Sequence[str] | None = None) -> list[str]:
    """The kinds of keys that are measured: none where `only` some primitives are."""
    if only is not None:
        return []
    bootstraps = capabilities.bootstrap_output_level is not None
    return [kind for kind in KEY_KINDS if bootstraps or kind != "bootstrap_keys"]
