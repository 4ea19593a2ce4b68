"""The simulator's roles with the noise of a library: each instruction's is drawn and added to its slots.

Slots are complex throughout, because noise is; what is decrypted are the real parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from backends import headroom
from backends.cleartext.adapter import (
    CleartextEvaluator,
    CleartextKeyOwner,
    EncodedSlots,
    Slots,
    slots_in,
)
from backends.errors import ExecutionError
from backends.interface import Ciphertext, ComplexVector, Values, Vector
from backends.noise.drawn import Noise
from backends.parameters import ParameterSet


class ImitatingKeyOwner(CleartextKeyOwner):
    """Encrypts with noise, and decrypts what is left."""

    def __init__(self, parameters: ParameterSet, noise: Noise) -> None:
        super().__init__(parameters)
        self._noise = noise

    def encrypt(self, values: Vector | ComplexVector, level: int) -> Slots:
        """See `KeyOwner.encrypt`."""
        exact = super().encrypt(values, level)
        return _plus(exact, self._noise.encoded() + self._noise.fresh())

    def decrypt(self, ciphertext: Ciphertext) -> Vector:
        """See `KeyOwner.decrypt`."""
        slots = slots_in(ciphertext)
        if slots.product:
            raise ExecutionError("a product cannot be decrypted; rescale it first")
        most = headroom.room(self._parameters, slots.level)
        return self._noise.decrypted(np.asarray(headroom.wrapped(slots.values, most), complex))


class ImitatingEvaluator(CleartextEvaluator):
    """Computes with noise.

    Args:
        parameters: the parameter set.
        rotation_steps: those that are allowed.
        conjugation: whether conjugations are.
        noise: draws the noise.
        sums_extended: whether a sum of rotations has the noise of one key switch.
    """

    def __init__(
        self,
        parameters: ParameterSet,
        rotation_steps: frozenset[int] | None,
        conjugation: bool,
        noise: Noise,
        sums_extended: bool,
    ) -> None:
        super().__init__(parameters, rotation_steps, conjugation)
        self._noise, self._sums_extended = noise, sums_extended

    def encode(self, values: Values, level: int) -> EncodedSlots:
        """See `Evaluator.encode`; a number has one coefficient alone, whose rounding does not show."""
        exact = super().encode(values, level)
        if not isinstance(values, np.ndarray):
            return exact
        return replace(exact, values=values + self._noise.encoded())

    def relinearise(self, product: Ciphertext) -> Slots:
        """See `Evaluator.relinearise`."""
        return self._switched(super().relinearise(product))

    def rescale(self, product: Ciphertext) -> Slots:
        """See `Evaluator.rescale`."""
        return _plus(super().rescale(product), self._noise.rescaled())

    def drop(self, a: Ciphertext, level: int) -> Slots:
        """See `Evaluator.drop`: what is switched is rescaled in the end."""
        return _plus(super().drop(a, level), self._noise.rescaled())

    def rotate(self, a: Ciphertext, step: int) -> Slots:
        """See `Evaluator.rotate`."""
        return self._switched(super().rotate(a, step))

    def conjugate(self, a: Ciphertext) -> Slots:
        """See `Evaluator.conjugate`."""
        return self._switched(super().conjugate(a))

    def rotate_sum(self, terms: Sequence[tuple[Ciphertext, int]]) -> Ciphertext:
        """See `Evaluator.rotate_sum`."""
        moved = [(a, step) for a, step in terms if step]
        if len(moved) < 2 or not self._sums_extended:
            return super().rotate_sum(terms)
        rotated = super().rotate
        terms_there = (rotated(a, step) if step else a for a, step in terms)
        return self._switched(slots_in(reduce(self.add, terms_there)))

    def bootstrap(self, a: Ciphertext) -> Slots:
        """See `Evaluator.bootstrap`."""
        raised = super().bootstrap(a)
        slots = np.asarray(raised.values, complex)
        return replace(raised, values=self._noise.bootstrapped(slots))

    def _real(self, slots: Vector | ComplexVector) -> Vector:
        return np.ascontiguousarray(slots.real)

    def _switched(self, slots: Slots) -> Slots:
        return _plus(slots, self._noise.switched(slots.product))


def _plus(slots: Slots, noise: ComplexVector) -> Slots:
    return replace(slots, values=slots.values + noise)
