"""Folds what does not depend on the input, so that it costs nothing.

A pruned linear map makes zeros whatever it reads, a polynomial of degree 0 makes one number. Their slots are
known when the program is planned. An evaluator in the clear would multiply by zeros and add; under encryption
that takes keys, time and levels, and SEAL refuses the product because anybody could read it ("transparent").
So this evaluator, which tensor code runs on while a program is recorded, computes what is known at once and
records only the rest: no product for a constant of zeros, no sum with zero, a product with a plaintext where
one of two ciphertexts is known. It is constant folding, as compilers do it (Kildall 1973).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from math import isfinite, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backends import contract, headroom
from backends.contract import State
from backends.interface import Ciphertext, ComplexVector, Evaluator, Plaintext, Values, Vector
from backends.parameters import ParameterSet
from backends.recorder import Recorded, RecordedPlaintext, Recorder, of_kind
from backends.tensor.layout import Layout, ValueLayout
from backends.tensor.tensor import Tensor

#: The largest coefficient of an encoded constant, before it is rounded, below which a product with it counts
#: as zero; libraries' scales differ from the nominal one by less than the distance from a half.
LEAST_COEFFICIENT = 0.75


#: Slots that do not depend on the input; None where they are zero.
Known = Vector | ComplexVector | None


@dataclass(frozen=True, kw_only=True)
class Folded(State, Ciphertext):
    """A value of the program under way: the sum of two parts.

    Attributes:
        secret: the ciphertext of what depends on the input; None where nothing does.
        known: the slots of the rest; None where they are zero. Only a product has both parts, because a
            plaintext is added to none.
    """

    secret: Recorded | None = None
    known: Known = None


@dataclass(frozen=True)
class Constant(Plaintext):
    """A constant.

    Attributes:
        recorded: as it was recorded; None where it is zero throughout.
        level: the level at which it is encoded.
        vanishes: whether all coefficients of its encoding may round to zero, as those of zero do.
        made: makes its slots, of which the imaginary parts may be zero throughout.
    """

    recorded: RecordedPlaintext | None
    level: int
    vanishes: bool
    made: Callable[[], Vector | ComplexVector] = field(repr=False, compare=False)

    @property
    def slots(self) -> Vector | ComplexVector:
        """Its slots, real ones where it is."""
        slots = self.made()
        return slots if self.recorded and self.recorded.entry.is_complex else slots.real


class Folding(Evaluator):
    """An `Evaluator` that hands on to a recorder what depends on the input.

    Attributes:
        recorder: has the program.
    """

    def __init__(self, recorder: Recorder, parameters: ParameterSet) -> None:
        super().__init__()
        self.recorder = recorder
        self._parameters = parameters
        self._named: dict[tuple[Hashable, int], Constant] = {}

    def input(self, level: int) -> Folded:
        """A ciphertext that the key owner sends."""
        return _secret(self.recorder.input(level))

    def fresh(self, like: Ciphertext, level: int) -> Folded:
        """A ciphertext as if it had just come in at `level`; what is known is known at any."""
        return self._refreshed(like, level, lambda secret: self.recorder.input(level))

    def round_trip(self, a: Ciphertext, level: int) -> Folded:
        """The key owner decrypts a and encrypts it again at `level`."""
        return self._refreshed(a, level, lambda secret: self.recorder.round_trip(secret, level))

    def bootstrap(self, a: Ciphertext) -> Folded:
        """See `Evaluator.bootstrap`."""
        refresh = self.recorder.refresh
        state = contract.bootstrapped(_own(a), refresh.entry, refresh.top)
        return self._refreshed(state, refresh.top, self.recorder.bootstrap)

    def read(self, path: Path) -> Folded:
        """See `Evaluator.read`."""
        raise NotImplementedError("a recorder has no files; use input")

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """See `Evaluator.write`."""
        raise NotImplementedError("a recorder has no files; use the program")

    def level(self, ciphertext: Ciphertext) -> int:
        """See `Evaluator.level`."""
        return _own(ciphertext).level

    def encode(self, values: Values, level: int) -> Constant:
        """See `Evaluator.encode`."""
        size = _size(values)
        if not isfinite(size):
            contract.finite(values)
        if size > headroom.room(self._parameters, level):  # else no coefficient is larger than that
            headroom.check(self._parameters, level, [values], f"a constant of layer {self.recorder.layer}")
        recorded = self.recorder.encode(values, level) if size > 0 else None
        vanishes = self._least_largest(values, size) < LEAST_COEFFICIENT
        slots = np.broadcast_to(values, self.recorder.layout.slots)
        return Constant(recorded, level, vanishes, lambda: slots)

    def encode_named(self, name: Hashable, make: Callable[[], Values], level: int) -> Constant:
        """See `Evaluator.encode_named`; they are made once a level, and again where they are looked at."""
        if (name, level) not in self._named:
            found = self.encode(make(), level)
            slots = self.recorder.layout.slots
            self._named[name, level] = replace(found, made=lambda: np.broadcast_to(make(), slots))
        return self._named[name, level]

    def encode_columns(
        self, columns: Vector | ComplexVector, places: NDArray[np.bool_], level: int
    ) -> list[Constant]:
        """See `Evaluator.encode_columns`; all slots are made where some might not fit the level."""
        share = sqrt(np.count_nonzero(places) / len(places))
        sizes = [_size(column) * share for column in columns]
        most = headroom.room(self._parameters, level)
        if not all(size <= most for size in sizes):
            return [self.encode(np.outer(column, places).reshape(-1), level) for column in columns]
        some = np.array(sizes) > 0
        recorded = iter(self.recorder.encode_columns(columns[some], places, level))
        return [
            Constant(
                next(recorded) if size > 0 else None,
                level,
                self._least_largest(column, size) < LEAST_COEFFICIENT,
                partial(_spread, column, places),
            )
            for column, size in zip(columns, sizes, strict=True)
        ]

    def add(self, a: Ciphertext, b: Ciphertext) -> Folded:
        """See `Evaluator.add`."""
        x, y = _own(a), _own(b)
        state = contract.added(x, y)
        return self._folded(state, self._sum([x.secret, y.secret]), _total([x.known, y.known]))

    def subtract(self, a: Ciphertext, b: Ciphertext) -> Folded:
        """See `Evaluator.subtract`."""
        x, y = _own(a), _own(b)
        state = contract.added(x, y)
        known = _total([x.known, None if y.known is None else -y.known])
        if x.secret and y.secret:
            return self._folded(state, self.recorder.subtract(x.secret, y.secret), known)
        return self._folded(state, x.secret or (y.secret and self.recorder.negate(y.secret)), known)

    def negate(self, a: Ciphertext) -> Folded:
        """See `Evaluator.negate`."""
        x = _own(a)
        secret = x.secret and self.recorder.negate(x.secret)
        return self._folded(x, secret, None if x.known is None else -x.known)

    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Folded:
        """See `Evaluator.add_plain`."""
        x, constant = _own(a), _constant(plaintext)
        state = contract.added_plain(x, constant.level)
        if constant.recorded is None:
            return x
        if x.secret:
            return self._folded(state, self.recorder.add_plain(x.secret, constant.recorded), None)
        return self._folded(state, None, _total([x.known, constant.slots]))

    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Folded:
        """See `Evaluator.multiply_plain`."""
        return self.multiply_plain_sum([(a, plaintext)])

    def multiply_plain_sum(self, terms: Sequence[tuple[Ciphertext, Plaintext]]) -> Folded:
        """See `Evaluator.multiply_plain_sum`."""
        factors = [(_own(a), _constant(b)) for a, b in terms]
        state = contract.multiplied_plain_sum((a, b.level) for a, b in factors)
        kept = [(a, b) for a, b in factors if not b.vanishes]
        secret = [(a.secret, b.recorded) for a, b in kept if a.secret and b.recorded]
        known = [a.known * b.slots for a, b in kept if a.known is not None and b.recorded]
        return self._folded(
            state, self.recorder.multiply_plain_sum(secret) if secret else None, _total(known)
        )

    def multiply(self, a: Ciphertext, b: Ciphertext) -> Folded:
        """See `Evaluator.multiply`."""
        return self.multiply_sum([(a, b)])

    def multiply_sum(self, terms: Sequence[tuple[Ciphertext, Ciphertext]]) -> Folded:
        """See `Evaluator.multiply_sum`; a product with what is known is one with a plaintext."""
        factors = [(_own(a), _own(b)) for a, b in terms]
        state = reduce(contract.added, (contract.multiplied(a, b) for a, b in factors))
        secret = [(a.secret, b.secret) for a, b in factors if a.secret and b.secret]
        known = [a.known * b.known for a, b in factors if a.known is not None and b.known is not None]
        mixed = [
            (a, self.encode(b.known, b.level))
            for x, y in factors
            for a, b in ((x, y), (y, x))
            if a.secret and b.known is not None
        ]
        products = [self.multiply_plain_sum(mixed).secret] if mixed else []
        if secret:
            products.append(self.recorder.multiply_sum(secret))
        return self._folded(state, self._sum(products), _total(known))

    def relinearise(self, product: Ciphertext) -> Folded:
        """See `Evaluator.relinearise`."""
        x = _own(product)
        state = contract.relinearised(x)
        if x.secret and x.secret.polynomials == 3:
            return self._folded(state, self.recorder.relinearise(x.secret), x.known)
        return state

    def rescale(self, product: Ciphertext) -> Folded:
        """See `Evaluator.rescale`."""
        x = _own(product)
        return self._folded(contract.rescaled(x), x.secret and self.recorder.rescale(x.secret), x.known)

    def drop(self, a: Ciphertext, level: int) -> Folded:
        """See `Evaluator.drop`."""
        x = _own(a)
        return self._folded(
            contract.dropped(x, level), x.secret and self.recorder.drop(x.secret, level), x.known
        )

    def conjugate(self, a: Ciphertext) -> Folded:
        """See `Evaluator.conjugate`."""
        x = contract.rotated(_own(a))
        secret = x.secret and self.recorder.conjugate(x.secret)
        return self._folded(x, secret, None if x.known is None else np.conj(x.known))

    def rotate(self, a: Ciphertext, step: int) -> Folded:
        """See `Evaluator.rotate`."""
        return self.rotate_many(a, [step])[0]

    def rotate_many(self, a: Ciphertext, steps: Sequence[int]) -> list[Folded]:
        """See `Evaluator.rotate_many`."""
        x = contract.rotated(_own(a))
        secrets = self.recorder.rotate_many(x.secret, steps) if x.secret else [None] * len(steps)
        return [
            self._folded(x, secret, _rolled(x.known, step))
            for secret, step in zip(secrets, steps, strict=True)
        ]

    def rotate_sum(self, terms: Sequence[tuple[Ciphertext, int]]) -> Folded:
        """See `Evaluator.rotate_sum`."""
        moved = [(_own(a), step) for a, step in terms]
        state = reduce(contract.added, (contract.rotated(a) if step else a for a, step in moved))
        secret = [(a.secret, step) for a, step in moved if a.secret]
        alone = len(secret) == 1 and secret[0][1] == 0
        total = secret[0][0] if alone else self.recorder.rotate_sum(secret) if secret else None
        return self._folded(state, total, _total([_rolled(a.known, step) for a, step in moved]))

    def _refreshed(self, a: Ciphertext, level: int, refresh: Callable[[Recorded], Recorded]) -> Folded:
        x = _own(a)
        return _secret(refresh(x.secret)) if x.secret else Folded(level=level, known=x.known)

    def _least_largest(self, values: Values, size: float) -> float:
        """At least so large is the largest coefficient of an encoded constant before it is rounded.

        By Parseval's theorem, the largest of N coefficients is at least the Euclidean norm of the N
        embeddings, which are the slots and their conjugates, divided by N. A real number has one coefficient,
        a complex one two.
        """
        scale = 2.0**self._parameters.scale_bits
        if not isinstance(values, np.ndarray):
            return max(abs(values.real), abs(values.imag)) * scale
        return size * scale / sqrt(self._parameters.n)

    def _sum(self, parts: Sequence[Recorded | None]) -> Recorded | None:
        present = [part for part in parts if part]
        return reduce(self.recorder.add, present) if present else None

    def _folded(self, state: Folded, secret: Recorded | None, known: Known) -> Folded:
        """A value in a state, of its two parts; what is known is added where a plaintext can be."""
        if known is not None and not np.any(known):
            known = None
        if secret and known is not None and not state.product:
            secret = self.recorder.add_plain(secret, self.recorder.encode(known, state.level))
            known = None
        return Folded(
            level=state.level,
            product=state.product,
            polynomials=state.polynomials,
            secret=secret,
            known=known,
        )


def chunks(tensor: Tensor, layout: Layout) -> tuple[list[Recorded], ValueLayout]:
    """The ciphertexts that a tensor needs, and its layout with the slots of those that it does not need."""
    parts, layout = [_own(ciphertext) for ciphertext in tensor.ciphertexts], tensor.layout.seen(layout)
    known = {
        index: layout.first_image(np.zeros(layout.slots) if part.known is None else contract.real(part.known))
        for index, part in enumerate(parts)
        if part.secret is None
    }
    return [part.secret for part in parts if part.secret], tensor.layout.with_known(known)


def known_slots(ciphertexts: Sequence[Ciphertext]) -> tuple[bytes | None, ...]:
    """The slots of each that does not depend on the input, as bytes, and None for each that does."""
    zeros = b""
    return tuple(
        None if one.secret else zeros if one.known is None else one.known.tobytes()
        for one in map(_own, ciphertexts)
    )


def _size(values: Values) -> float:
    """The root mean square of slots: at least as large as the mean of their magnitudes."""
    if not isinstance(values, np.ndarray):
        return abs(values)
    # Not by BLAS, whose threads take longer to start than such a short sum.
    total = float(np.einsum("i,i->", values.real, values.real))
    if np.iscomplexobj(values):
        total += float(np.einsum("i,i->", values.imag, values.imag))
    return sqrt(total / len(values))


def _spread(column: Vector | ComplexVector, places: NDArray[np.bool_]) -> Vector | ComplexVector:
    return np.outer(column, places).reshape(-1)


def _secret(recorded: Recorded) -> Folded:
    return Folded(
        level=recorded.level, product=recorded.product, polynomials=recorded.polynomials, secret=recorded
    )


def _total(parts: Sequence[Known]) -> Known:
    present = [part for part in parts if part is not None]
    return reduce(np.add, present) if present else None


def _rolled(known: Known, step: int) -> Known:
    return None if known is None else np.roll(known, -step)


def _own(ciphertext: Ciphertext) -> Folded:
    return of_kind(ciphertext, Folded)


def _constant(plaintext: Plaintext) -> Constant:
    return of_kind(plaintext, Constant)
