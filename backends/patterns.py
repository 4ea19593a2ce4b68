"""The constants of a program, kept small: most places of a constant have the same values in all features.

A pattern is a slot vector as `[features, places]`, a place being a token of an image (see
`backends.tensor.layout`). A diagonal of a linear map is one column of features at every real token and zeros
at the padding, a mask is one of a few columns at each token; so columns are kept once, and a pattern says
which of them is at each place. Nearly all patterns are the same for every image, and those that were turned
before a rotation by tokens are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from backends import contract
from backends.tensor.layout import Layout
from models.graph import Array


@dataclass(frozen=True)
class Patterns:
    """A sequence of slot vectors.

    Attributes:
        columns: `[columns, features]`, each once.
        places: `[patterns, images · tokens]`: which column is at each place.
    """

    columns: Array
    places: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, row: int) -> Array:
        """One pattern as a slot vector."""
        return np.ascontiguousarray(self.columns[self.places[row]].T).reshape(-1)

    def __iter__(self) -> Iterator[Array]:
        return (self[row] for row in range(len(self)))

    def only(self, rows: Sequence[int]) -> Patterns:
        """The patterns of these rows, in their order, and the columns that they need."""
        chosen = self.places[list(rows)]
        needed = np.zeros(len(self.columns), bool)
        needed[chosen] = True
        moved = np.cumsum(needed, dtype=np.int32) - 1
        return Patterns(self.columns[needed], moved[chosen])

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What `Patterns(**arrays)` makes again."""
        return {"columns": self.columns, "places": self.places}


class PatternBook:
    """Patterns being collected, each kept once."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._columns: dict[bytes, int] = {}
        self._rows: dict[bytes, int] = {}

    def add(self, slots: Array) -> int:
        """The row of a slot vector, a new one where it is the first of its kind.

        Raises:
            ExecutionError: a value is not finite.
        """
        layout = self._layout
        grid = slots.reshape(layout.features, layout.images, layout.tokens)
        if (grid[:, 1:] == grid[:, :-1]).all():
            of_image = self._placed(grid[:, 0])
            places = np.concatenate([of_image] * layout.images)
        else:
            places = self._placed(grid.reshape(layout.features, -1))
        return self._row(places)

    def add_columns(self, columns: Array, places: NDArray[np.bool_]) -> list[int]:
        """The rows of slot vectors with one column at these places and zeros at the others; see `add`.

        Args:
            columns: `[vectors, features]`, or of a layout that is narrowed (`Layout.narrow`).
            places: `[images · tokens]`, the same in every image, of that layout.
        """
        contract.finite(columns)
        zeros = self._kept(np.zeros(self._layout.features).tobytes())
        # No zero is negative, as in `_placed`.
        parts = columns.shape[1] // self._layout.features
        return [
            self._row(
                np.concatenate(
                    [
                        self._at(places, self._kept(column[part::parts].tobytes()), zeros)
                        for part in range(parts)
                    ]
                )
            )
            for column in columns + 0.0
        ]

    def _at(self, places: NDArray[np.bool_], column: bytes, zeros: bytes) -> NDArray[np.int32]:
        """Which column is at each place: one at these, and zeros at the others; numbered as they come."""
        number = self._columns.setdefault
        if places.all():
            return np.full(len(places), number(column, len(self._columns)), np.int32)
        if places[0]:
            there, elsewhere = number(column, len(self._columns)), number(zeros, len(self._columns))
        else:
            elsewhere, there = number(zeros, len(self._columns)), number(column, len(self._columns))
        return np.asarray(np.where(places, np.int32(there), np.int32(elsewhere)))

    def _placed(self, pattern: Array) -> NDArray[np.int32]:
        """Which column is at each place of `[features, places]`."""
        begins = np.ones(pattern.shape[1], bool)  # places at which another column begins
        begins[1:] = (pattern[:, 1:] != pattern[:, :-1]).any(axis=0)
        columns = pattern[:, begins].T + 0.0  # no zero is negative, so that each column is kept once
        contract.finite(columns)
        parts = [column.tobytes() for column in columns]
        numbers = {part: self._column(part) for part in dict.fromkeys(parts)}
        found = [numbers[part] for part in parts]
        return np.asarray(np.array(found, np.int32)[np.cumsum(begins) - 1])

    def _column(self, column: bytes) -> int:
        return self._columns.setdefault(self._kept(column), len(self._columns))

    def _row(self, places: NDArray[np.int32]) -> int:
        return self._rows.setdefault(self._kept(places.tobytes()), len(self._rows))

    def _kept(self, part: bytes) -> bytes:
        """What is kept of a column or of places; it tells them from others."""
        return part

    def patterns(self) -> Patterns:
        """Everything added so far."""
        columns = np.frombuffer(b"".join(self._columns), np.float64).reshape(-1, self._layout.features)
        places = np.frombuffer(b"".join(self._rows), np.int32)
        return Patterns(columns, places.reshape(-1, self._layout.images * self._layout.tokens))


class CountedPatterns(PatternBook):
    """Patterns that are told apart and not kept, for programs of which nothing but the costs is asked."""

    def add_columns(self, columns: Array, places: NDArray[np.bool_]) -> list[int]:
        """See `PatternBook.add_columns`; of a narrowed layout each is told apart in one piece."""
        if columns.shape[1] == self._layout.features:
            return super().add_columns(columns, places)
        contract.finite(columns)
        where = self._kept(places.tobytes())
        parts = (self._kept(column.tobytes() + where) for column in columns + 0.0)
        return [self._rows.setdefault(part, len(self._rows)) for part in parts]

    def _kept(self, part: bytes) -> bytes:
        """A digest, of which two are equal by chance once in 2^128."""
        return blake2b(part, digest_size=16).digest()

    def patterns(self) -> Patterns:
        """As many as were added, all without slots."""
        return Patterns(np.empty((0, self._layout.features)), np.empty((len(self._rows), 0), np.int32))
