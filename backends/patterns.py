"""The constants of a program, kept small: most tokens of a constant have the same values in all features.

A pattern is a `[features, tokens]` constant (see `backends.tensor.layout`). A diagonal of a linear map is one
column of features at every real token and zeros at the padding, a mask is one of a few columns at each
token; so columns are kept once, and a pattern says which of them is at each token.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from models.graph import Array


@dataclass(frozen=True)
class Patterns:
    """A sequence of patterns.

    Attributes:
        columns: `[columns, features]`, each once.
        places: `[patterns, tokens]`: which column is at each token.
    """

    columns: Array
    places: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, row: int) -> Array:
        """One pattern, `[features, tokens]`."""
        return np.asarray(self.columns[self.places[row]].T)

    def __iter__(self) -> Iterator[Array]:
        return (self[row] for row in range(len(self)))

    def only(self, rows: Sequence[int]) -> Patterns:
        """The patterns of these rows, in their order, and the columns that they need."""
        columns, places = np.unique(self.places[list(rows)], return_inverse=True)
        return Patterns(self.columns[columns], places.reshape(len(rows), -1).astype(np.int32))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What `Patterns(**arrays)` makes again."""
        return {"columns": self.columns, "places": self.places}


class PatternBook:
    """Patterns being collected, each kept once."""

    def __init__(self, features: int, tokens: int) -> None:
        self._features, self._tokens = features, tokens
        self._columns: dict[bytes, int] = {}
        self._rows: dict[bytes, int] = {}

    def add(self, pattern: Array) -> int:
        """The row of a pattern `[features, tokens]`, a new one where it is the first of its kind."""
        begins = np.ones(self._tokens, bool)  # tokens at which another column begins
        begins[1:] = (pattern[:, 1:] != pattern[:, :-1]).any(axis=0)
        found = [
            self._columns.setdefault(pattern[:, token].tobytes(), len(self._columns))
            for token in np.flatnonzero(begins)
        ]
        places = np.array(found, np.int32)[np.cumsum(begins) - 1]
        return self._rows.setdefault(places.tobytes(), len(self._rows))

    def __getitem__(self, row: int) -> Array:
        """One pattern added so far, `[features, tokens]`."""
        (places,) = islice(self._rows, row, row + 1)
        columns = list(self._columns)
        return np.stack([np.frombuffer(columns[at], np.float64) for at in np.frombuffer(places, np.int32)], 1)

    def patterns(self) -> Patterns:
        """Everything added so far."""
        columns = np.frombuffer(b"".join(self._columns), np.float64).reshape(-1, self._features)
        places = np.frombuffer(b"".join(self._rows), np.int32).reshape(-1, self._tokens)
        return Patterns(columns, places)
