"""How samples, tokens and features lie in slots.

One ciphertext holds `features × images × tokens` slots, all powers of two, feature-major:

    slot = (feature · images + image) · tokens + token

A rotation by `k · images · tokens` therefore moves features cyclically, with nothing to mask, and one by `k`
moves tokens. A value with more features than fit spans several ciphertexts ("chunks"). Real tokens come
first, or those of each window where windows are padded one by one (`backends.tensor.windows`); the padding is
zero unless a tensor says otherwise. Of a batch in two halves, one lies in the real parts of slots and the
other in the imaginary parts (`backends.tensor.halves`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from models.arrays import Array

SlotsT = TypeVar("SlotsT", Array, NDArray[np.complex128], Array | NDArray[np.complex128])
SamplesT = TypeVar("SamplesT", Array, NDArray[np.int64], Array | NDArray[np.int64])


@dataclass(frozen=True)
class Layout:
    """The three sides of a ciphertext's slots, each a power of two, and how many halves a batch has.

    Attributes:
        features: rows.
        images: samples in the real parts of slots.
        tokens: padded.
        halves: 2 where as many samples again lie in the imaginary parts, else 1.
        window: tokens that lie side by side; 0 where all do.
        pitch: slots from the first token of one window to that of the next; 0 where there are none.
        narrowed: how often tokens were halved and rows doubled for what has fewer tokens than the input; not
            0 only with one image, where the slots themselves stay where they are.
    """

    features: int
    images: int
    tokens: int
    halves: int = 1
    window: int = 0
    pitch: int = 0
    narrowed: int = 0

    @property
    def samples(self) -> int:
        """Samples of a batch."""
        return self.images * self.halves

    @property
    def one(self) -> complex:
        """The constant that is one in every half."""
        return 1.0 if self.halves == 1 else 1.0 + 1.0j

    @property
    def slots(self) -> int:
        """Slots in use: all of them."""
        return self.features * self.images * self.tokens

    @property
    def feature_stride(self) -> int:
        """Slots between one feature and the next."""
        return self.images * self.tokens

    def narrow(self, times: int) -> Layout:
        """The same slots with tokens halved so often in all."""
        more = times - self.narrowed
        if not more:
            return self
        return replace(self, features=self.features << more, tokens=self.tokens >> more, narrowed=times)

    def of_tokens(self, tokens: int) -> slice | NDArray[np.int64]:
        """Where so many real tokens lie among the `tokens` of an image."""
        if not self.window:
            return slice(tokens)
        window, place = np.divmod(np.arange(tokens), self.window)
        return np.asarray(window * self.pitch + place)

    def token_places(self, tokens: int) -> NDArray[np.int64]:
        """The same, as a number for each token."""
        return np.arange(self.tokens)[self.of_tokens(tokens)]

    def reach(self, tokens: int) -> int:
        """Places up to the last of so many real tokens."""
        return int(self.token_places(tokens)[-1]) + 1

    def places(self, tokens: int) -> NDArray[np.bool_]:
        """Which slots of a feature hold one of so many real tokens, `[images · tokens]`."""
        real = np.zeros(self.tokens, bool)
        real[self.of_tokens(tokens)] = True
        return np.tile(real, self.images)

    def spread(self, pattern: SlotsT) -> SlotsT:
        """A `[features, tokens]` pattern, repeated for every image: a slot vector."""
        shape = (self.features, self.images, self.tokens)
        return cast(SlotsT, np.ascontiguousarray(np.broadcast_to(pattern[:, None, :], shape)).reshape(-1))

    def first_image(self, slots: Array) -> Array:
        """The pattern `[features, tokens]` of the first image of a slot vector."""
        return slots.reshape(self.features, self.images, self.tokens)[:, 0, :]

    def to_json(self) -> dict[str, int]:
        """A literal for `from_json`; it names no windows where there are none."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, literal: Mapping[str, int]) -> Layout:
        """The inverse of `to_json`."""
        return cls(**literal)


@dataclass(frozen=True)
class ValueLayout:
    """Where a value of one sample lies in its ciphertexts.

    Attributes:
        kind: `features`: the value is `[tokens, len(rows)]`, or the same with the features of each head side
            by side; feature i is at row `rows[i] % features` of chunk `rows[i] // features`.
            `replicated`: the value is `[tokens, len(rows)]` with all features equal; one ciphertext holds it
            at every row.
            `scores`: the value is `[heads, tokens, block]`; ciphertext c of a group of heads holds at token t
            and row `e · padded heads + h` the score in the group's head h of t and the token `stride · e + c`
            places on in t's block, cyclically in `extent` tokens.
        rows: see `kind`.
        tokens: real tokens.
        heads: the heads of a head value or of scores, else 1.
        block: tokens of a block of scores, else 0.
        turns: of scores, the feature rows of a head that hold a token shift each, a power of two; where it is
            0, every row of a ciphertext holds the same one.
        groups: of scores, how many groups of heads have ciphertexts of their own (`backends.tensor.groups`).
        known: (number of a chunk or shift, its pattern, row by row), in order, of those whose slots do not
            depend on the input and for which there is no ciphertext.
        period: rows after which a feature value of one chunk is repeated, down to the last row: a power of
            two above all its rows. 0 where it stands once.
        paired: whether two chunks of a feature value share a ciphertext (`backends.tensor.pairs`).
        narrowed: that of the layout in which rows and tokens are counted (`Layout.narrowed`).
    """

    kind: str
    rows: tuple[int, ...]
    tokens: int
    heads: int = 1
    block: int = 0
    turns: int = 0
    groups: int = 1
    known: tuple[tuple[int, tuple[float, ...]], ...] = ()
    period: int = 0
    paired: bool = False
    narrowed: int = 0

    def seen(self, layout: Layout) -> Layout:
        """The layout in which the value's rows and tokens are counted."""
        return layout.narrow(max(layout.narrowed, self.narrowed))

    def with_known(self, patterns: Mapping[int, Array]) -> ValueLayout:
        """The same, where the ciphertexts of these numbers are not needed, for their patterns are known."""
        known = ((index, tuple(map(float, patterns[index].flat))) for index in sorted(patterns))
        return replace(self, known=tuple(known))

    def completed(self, layout: Layout, vectors: Sequence[Array]) -> list[Array]:
        """The slot vectors of all chunks or shifts, from those of the ciphertexts that there are."""
        every, layout = list(vectors), self.seen(layout)
        for index, pattern in self.known:
            every.insert(index, layout.spread(np.reshape(pattern, (layout.features, layout.tokens))))
        return every

    def chunks(self, layout: Layout) -> int:
        """Chunks of a feature value: as many ciphertexts, or half as many where they are paired."""
        return 1 + max(self.rows) // self.seen(layout).features

    @property
    def stride(self) -> int:
        """Of scores, the token shift from one feature row to the next; see `turns`."""
        return -(-self.block // self.turns) if self.turns else 0

    @property
    def extent(self) -> int:
        """Tokens over which the shifts of scores are cyclic: those of a block, with padding where packed."""
        return self.stride * self.turns or self.block

    @property
    def of_group(self) -> int:
        """Ciphertexts of scores of one group of heads."""
        return self.stride or self.block

    @property
    def padded_heads(self) -> int:
        """Heads of one group of scores, padded to a power of two."""
        return power_of_two(self.heads // self.groups)

    def number(self, layout: Layout) -> int:
        """Ciphertexts of the value."""
        if self.kind == "scores":
            return self.of_group * self.groups
        return 1 if self.kind == "replicated" else self.chunks(layout)

    def fills(self, layout: Layout) -> bool:
        """Of scores: whether every slot holds one, so that there is no padding of any kind."""
        padded = (self.padded_heads * self.groups, self.seen(layout).tokens, self.extent)
        return (self.heads, self.tokens, self.block) == padded

    def partners(self, shifts: int | NDArray[np.int64]) -> NDArray[np.int64]:
        """Which token of its block each token meets in a shift of scores, or in each, `[..., tokens]`.

        A number that is not less than `block` is one of padding.
        """
        position = np.arange(self.tokens) % self.block
        return np.asarray(np.add.outer(shifts, position) % self.extent)

    def shifts(self, rows: int, ciphertext: int) -> NDArray[np.int64]:
        """The token shifts of scores in a ciphertext of a group, at the first `rows` features of a head."""
        return np.asarray((self.stride * np.arange(rows) + ciphertext) % self.extent)

    def pattern(self, layout: Layout, constant: Array, ciphertext: int) -> Array:
        """A constant as it meets one ciphertext of the value, `[layout.features, layout.tokens]`.

        Padding is zero.

        Args:
            constant: broadcasts to the value of one sample, all features equal where it is replicated.
            ciphertext: number of the chunk or shift.
        """
        layout = self.seen(layout)
        pattern = np.zeros((layout.features, layout.tokens), np.result_type(constant, np.float64))
        pattern[:, layout.of_tokens(self.tokens)] = self._of_tokens(layout, constant, ciphertext)
        return self.repeated(pattern)

    def _of_tokens(self, layout: Layout, constant: Array, ciphertext: int) -> Array:
        """The same at real tokens alone, and in the first of repeated rows."""
        real = np.zeros((layout.features, self.tokens), np.result_type(constant, np.float64))
        if self.kind == "scores":
            group, of_group = divmod(ciphertext, self.of_group)
            full = np.zeros((self.heads, self.tokens, self.extent), real.dtype)
            full[:, :, : self.block] = constant
            full = np.split(full, self.groups)[group]
            by_head = real.reshape(-1, self.padded_heads, self.tokens)
            partners = self.partners(self.shifts(len(by_head), of_group))
            by_head[:, : len(full)] = full[:, np.arange(self.tokens), partners].transpose(1, 0, 2)
            return np.asarray(by_head.reshape(real.shape))
        full = np.broadcast_to(constant, (self.heads, self.tokens, len(self.rows) // self.heads))
        by_feature = full.transpose(0, 2, 1).reshape(-1, self.tokens)
        if self.kind == "replicated":
            return np.broadcast_to(by_feature[0], real.shape)
        rows = np.array(self.rows)
        here = rows // layout.features == ciphertext
        real[rows[here] % layout.features] = by_feature[here]
        return real

    def repeated(self, slots: Array) -> Array:
        """Rows `[features, ...]` whose first `period` hold the value, repeated to the last."""
        if not self.period:
            return slots
        return np.tile(slots[: self.period], (len(slots) // self.period,) + (1,) * (slots.ndim - 1))

    def spread(self, layout: Layout, samples: Array) -> list[Array]:
        """The slot vectors of all chunks or shifts of some samples' values, zero but for them.

        Args:
            layout: that of the slots.
            samples: up to `layout.samples` values as the reference gives them, `[samples, ...]`.

        Of two halves, both are joined.
        """
        halves = [self._spread(layout, half) for half in in_halves(layout, samples)]
        return [joined(parts) for parts in zip(*halves, strict=True)]

    def _spread(self, layout: Layout, samples: Array) -> list[Array]:
        """The same of one half."""
        number, layout = self.number(layout), self.seen(layout)
        slots = np.zeros((number, layout.features, layout.images, layout.tokens))
        for ciphertext in range(number):
            for image, sample in enumerate(samples):
                slots[ciphertext, :, image] = self.pattern(layout, sample, ciphertext)
        return list(slots.reshape(number, -1))

    def to_json(self) -> dict[str, Any]:
        """A literal for `from_json`."""
        literal = {**asdict(self), "rows": list(self.rows)}
        if not self.narrowed:
            del literal["narrowed"]
        return literal

    @classmethod
    def from_json(cls, literal: Mapping[str, Any]) -> ValueLayout:
        """The inverse of `to_json`."""
        known = tuple((index, tuple(pattern)) for index, pattern in literal["known"])
        return cls(**{**literal, "rows": tuple(literal["rows"]), "known": known})


def pack(layout: Layout, value: ValueLayout, samples: Array | NDArray[np.int64]) -> list[Array]:
    """Slot vectors, one a chunk, of up to `layout.samples` samples of a feature value.

    Args:
        samples: `[samples, tokens, features]`, or numbers of one-hot tokens `[samples, tokens]`, -1 for none.
    """
    halves = [_packed(layout, value, half) for half in in_halves(layout, samples)]
    return [joined(parts) for parts in zip(*halves, strict=True)]


def filled(layout: Layout, samples: SamplesT) -> SamplesT:
    """A batch in which no place is empty: its samples come again in the places that they leave.

    Nobody looks there, but a polynomial may make numbers of zeros, which are nobody's sample and in no
    interval, that are large enough to spoil the slots beside them.
    """
    return samples[np.arange(layout.samples) % len(samples)]


def _packed(layout: Layout, value: ValueLayout, samples: Array | NDArray[np.int64]) -> list[Array]:
    rows, count, layout = np.array(value.rows), len(samples), value.seen(layout)
    slots = np.zeros((value.chunks(layout) * layout.features, layout.images, layout.tokens))
    if np.issubdtype(samples.dtype, np.integer):
        sample, token = np.nonzero(samples >= 0)
        slots[rows[samples[sample, token]], sample, layout.token_places(value.tokens)[token]] = 1
    else:
        of_rows = np.zeros((len(rows), layout.images, layout.tokens))
        of_rows[:, :count, layout.of_tokens(value.tokens)] = samples.transpose(2, 0, 1)
        slots[rows] = of_rows
    return list(value.repeated(slots).reshape(-1, layout.slots))


def unpack(layout: Layout, value: ValueLayout, vectors: Sequence[Array], count: int) -> Array:
    """The first `count` samples of a value, `[samples, ...]`, from its decrypted slot vectors.

    Halves lie apart. A head value comes with its heads' features side by side, `[samples, tokens, features]`.
    """
    every = value.completed(layout, vectors)
    number = len(every) // layout.halves
    halves = [
        _unpacked(layout, value, every[half * number : (half + 1) * number], min(layout.images, rest))
        for half in range(layout.halves)
        if (rest := count - half * layout.images) > 0
    ]
    return np.concatenate(halves)


def unpack_batches(layout: Layout, value: ValueLayout, batches: Iterable[Sequence[Array]]) -> Array:
    """The samples of all places of some batches, `[batches · layout.samples, ...]`; see `unpack`."""
    return np.concatenate([unpack(layout, value, vectors, layout.samples) for vectors in batches])


def _unpacked(layout: Layout, value: ValueLayout, vectors: Sequence[Array], count: int) -> Array:
    layout = value.seen(layout)
    grids = np.stack(vectors).reshape(-1, layout.features, layout.images, layout.tokens)
    if value.kind != "scores":
        rows = grids.reshape(-1, layout.images, layout.tokens)[list(value.rows), :count]
        return np.ascontiguousarray(rows[:, :, layout.of_tokens(value.tokens)].transpose(1, 2, 0))
    by_head = grids.reshape(len(grids), -1, value.padded_heads, layout.images, layout.tokens)
    result = np.empty((count, value.heads, value.tokens, value.block))
    places = layout.token_places(value.tokens)
    groups = np.split(result, value.groups, axis=1)
    for ciphertext, of_ciphertext in enumerate(by_head):
        group, of_group = divmod(ciphertext, value.of_group)
        partners = value.partners(value.shifts(max(1, value.turns), of_group))
        for of_row, partner in zip(of_ciphertext, partners, strict=False):
            tokens = np.flatnonzero(partner < value.block)
            scores = of_row[: value.heads // value.groups, :count, places[tokens]]
            groups[group][:, :, tokens, partner[tokens]] = scores.transpose(1, 0, 2)
    return result


def in_halves(layout: Layout, samples: SamplesT) -> list[SamplesT]:
    """The samples of each half of a batch, the last of which may have fewer or none."""
    return [samples[half * layout.images : (half + 1) * layout.images] for half in range(layout.halves)]


def joined(halves: Sequence[Array]) -> Array:
    """The slots of one half, or those of two joined."""
    return halves[0] if len(halves) == 1 else np.asarray(halves[0] + 1j * halves[1])


def in_pairs(vectors: Sequence[Array]) -> list[Array]:
    """Slot vectors, the last of them in the imaginary parts of the first (`halves.paired`)."""
    middle = -(-len(vectors) // 2)
    pairs = [joined(pair) for pair in zip(vectors, vectors[middle:], strict=False)]
    return [*pairs, *vectors[len(pairs) : middle]]


def power_of_two(at_least: int) -> int:
    """The smallest power of two that is not less."""
    return 1 << max(0, at_least - 1).bit_length()
