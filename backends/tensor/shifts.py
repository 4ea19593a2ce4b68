"""Skewed keys and values, shifted over the rows of each head and the tokens of each block.

A shift within blocks is two rotations, of a block and of the one before, joined by masks. In real slots, one
rotation by rows and by the greater part of the tokens follows the masks, so it needs none of its own. In
complex slots the block before is the imaginary part, and `Re((m - i·(1 - m)) · rotated)` is the shift, for a
mask m: one rotation and one product do, and the imaginary parts of all terms go with one conjugation of what
they sum up to. The mask may then as well meet the other operand of the product that the shift enters.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from backends.interface import Ciphertext, Evaluator, Plaintext, Values
from backends.tensor import conjugates
from backends.tensor.packing import Packing, skewed
from backends.tensor.tensor import Tensor
from backends.tensor.turns import turned
from models.arrays import Array


@dataclass(frozen=True)
class Move:
    """One of the moves of a ciphertext.

    Attributes:
        rows: feature rows of a head.
        tokens: a multiple of the stride.
        factors: `[features, tokens]`, at the places of the result.
        name: tells factors from others.
    """

    rows: int
    tokens: int
    factors: Array
    name: Hashable


def named(factors: NDArray[np.generic]) -> bytes:
    """A name of factors, which others have by chance once in 2^128."""
    return blake2b(factors.tobytes(), digest_size=16).digest()


class Shifts(ABC):
    """Keys or values that are skewed once, and shifted when it is asked for.

    Attributes:
        level: of what was skewed.
    """

    def __init__(self, evaluator: Evaluator, packing: Packing, x: Tensor) -> None:
        self._evaluator, self._packing = evaluator, packing
        self.level = x.level(evaluator) - 1

    @abstractmethod
    def shifted(self, chunk: int, shift: int, moves: Sequence[Move]) -> list[Ciphertext]:
        """A chunk by each move and `shift` more tokens, times the move's factors; a level less.

        Args:
            chunk: its number.
            shift: tokens, less than a stride.
            moves: one a result.
        """

    @abstractmethod
    def real(self, product: Ciphertext) -> Ciphertext:
        """A sum of products with what was shifted, without the imaginary parts that shifts may have."""

    @abstractmethod
    def imaginary(self, product: Ciphertext) -> Ciphertext:
        """A sum of products that is imaginary, without the real parts that shifts may have."""


class RealShifts(Shifts):
    """In real slots."""

    def __init__(self, evaluator: Evaluator, packing: Packing, x: Tensor) -> None:
        super().__init__(evaluator, packing, x)
        steps = [shift - wrap for wrap in (0, packing.extent) for shift in range(packing.stride)][1:]
        slots = [step % packing.layout.slots for step in steps]
        self._babies = []
        for chunk in range(len(x.ciphertexts)):
            source = skewed(evaluator, packing, x, chunk, block_before=False)
            stepped = evaluator.rotate_many(source, slots)
            self._babies.append({0: source, **dict(zip(steps, stepped, strict=True))})

    def shifted(self, chunk: int, shift: int, moves: Sequence[Move]) -> list[Ciphertext]:
        """See `Shifts.shifted`."""
        return [self._shifted(chunk, shift, move) for move in moves]

    def _shifted(self, chunk: int, shift: int, move: Move) -> Ciphertext:
        evaluator, packing = self._evaluator, self._packing
        step = packing.row_step(move.rows) + move.tokens
        wraps = packing.wraps(move.tokens + shift)

        def term(wrapped: int) -> tuple[Ciphertext, Plaintext]:
            def slots() -> Values:
                return packing.turned(move.factors * (wraps if wrapped else ~wraps), step)

            name = ("shifted", packing, shift, wrapped, move.rows, move.tokens, move.name)
            baby = self._babies[chunk][shift - packing.extent * wrapped]
            return baby, evaluator.encode_named(name, slots, self.level)

        joined = evaluator.rescale(evaluator.multiply_plain_sum([term(0), term(1)]))
        return evaluator.rotate(joined, step) if step else joined

    def real(self, product: Ciphertext) -> Ciphertext:
        """See `Shifts.real`."""
        return product

    def imaginary(self, product: Ciphertext) -> Ciphertext:
        """See `Shifts.imaginary`."""
        return product


class ComplexShifts(Shifts):
    """In complex slots."""

    def __init__(self, evaluator: Evaluator, packing: Packing, x: Tensor) -> None:
        super().__init__(evaluator, packing, x)
        self._babies: list[list[Ciphertext]] = []
        for chunk in range(len(x.ciphertexts)):
            source = skewed(evaluator, packing, x, chunk, block_before=True)
            self._babies.append([source, *evaluator.rotate_many(source, range(1, packing.stride))])

    def rotated(self, chunk: int, shift: int, moves: Sequence[Move]) -> list[Ciphertext]:
        """A chunk by each move and `shift` more tokens, before anything is selected."""
        baby = self._babies[chunk][shift]
        steps = [self._packing.row_step(move.rows) + move.tokens for move in moves]
        moved = [step for step in steps if step]
        made = turned(self._evaluator, self._packing.layout, baby, moved)
        by_step = dict(zip(moved, made, strict=True))
        return [by_step.get(step, baby) for step in steps]

    def selected(self, ciphertext: Ciphertext, shift: int, move: Move) -> Ciphertext:
        """A ciphertext times what selects a token shift from what was rotated and the move's factors.

        It is halved, because the conjugate of the sum of products is added to it or taken from it.
        """
        evaluator, packing = self._evaluator, self._packing

        def slots() -> Values:
            wraps = packing.wraps(move.tokens + shift)
            return np.asarray(packing.layout.spread(move.factors / 2 * np.where(wraps, -1j, 1.0)))

        name = ("selected", packing, shift + move.tokens, move.name)
        plaintext = evaluator.encode_named(name, slots, evaluator.level(ciphertext))
        return evaluator.rescale(evaluator.multiply_plain(ciphertext, plaintext))

    def shifted(self, chunk: int, shift: int, moves: Sequence[Move]) -> list[Ciphertext]:
        """See `Shifts.shifted`."""
        rotated = self.rotated(chunk, shift, moves)
        return [self.selected(one, shift, move) for one, move in zip(rotated, moves, strict=True)]

    def real(self, product: Ciphertext) -> Ciphertext:
        """See `Shifts.real`."""
        return conjugates.real(self._evaluator, product)

    def imaginary(self, product: Ciphertext) -> Ciphertext:
        """See `Shifts.imaginary`."""
        return conjugates.imaginary(self._evaluator, product)
