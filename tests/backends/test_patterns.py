"""Slot vectors kept as few columns, and told apart without being kept."""

from __future__ import annotations

import numpy as np

from backends.patterns import CountedPatterns, PatternBook
from backends.tensor.layout import Layout

LAYOUT = Layout(features=8, images=2, tokens=4)


def filled(book: PatternBook) -> list[int]:
    """Rows of vectors of which some come twice, in both forms, and some are negative zeros."""
    rng = np.random.default_rng(0)
    column, places = rng.normal(size=8), LAYOUT.places(3)
    same = np.outer(column, places).reshape(-1)
    vectors = [rng.normal(size=LAYOUT.slots), same, np.zeros(LAYOUT.slots), -np.zeros(LAYOUT.slots), same + 1]
    rows = [book.add(vector) for vector in (*vectors, *vectors)]
    return [*rows, *book.add_columns(np.array([column, -column]), places)]


def test_patterns_that_are_counted_are_told_apart_as_those_that_are_kept() -> None:
    kept, counted = PatternBook(LAYOUT), CountedPatterns(LAYOUT)
    rows = filled(kept)
    assert rows == filled(counted) == [0, 1, 2, 2, 3, 0, 1, 2, 2, 3, 1, 4]
    assert len(kept.patterns()) == len(counted.patterns()) == 5
    assert len(counted.patterns().only([0, 3])) == 2
    assert counted.patterns().columns.nbytes + counted.patterns().places.nbytes == 0


def test_a_choice_of_patterns_has_their_slots_and_no_other_columns() -> None:
    book = PatternBook(LAYOUT)
    filled(book)
    every = book.patterns()
    chosen = every.only([4, 1, 1])
    assert len(chosen.columns) == 3  # a column, its negative, and zeros
    for one, row in zip(chosen, [4, 1, 1], strict=True):
        np.testing.assert_array_equal(one, every[row])
    assert chosen.places.dtype == np.int32
