"""Heads share chunks in groups where fewer chunks are needed so, and no two features share a row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backends.tensor.rows import head_rows, heads_together


@pytest.mark.parametrize(
    ("heads", "features", "rows", "together"),
    [
        (12, 768, 1024, 12),  # one chunk
        (12, 768, 256, 4),  # 3 chunks in place of 4
        (12, 768, 128, 4),  # 6 in place of 8; two heads a chunk would have more rows to turn
        (16, 1024, 128, 16),
        (3, 96, 64, 3),  # 2 chunks; a chunk a head would be 3
        (3, 192, 32, 1),  # 6 in place of 8
        (25, 1600, 32, 1),
        (4, 4, 2, 2),  # a ciphertext has no rows for all of them
    ],
)
def test_how_many_heads_share_a_chunk(heads: int, features: int, rows: int, together: int) -> None:
    assert heads_together(heads, features, rows) == together


@given(some.integers(1, 13), some.integers(1, 9), some.integers(0, 6))
def test_every_feature_has_a_row_of_its_own(heads: int, size: int, log_rows: int) -> None:
    """Features of a head follow each other at equal distances within its chunks."""
    rows = 1 << log_rows
    found = head_rows(heads, heads * size, rows)
    assert len(set(found)) == heads * size
    assert min(found) == 0
    together = heads_together(heads, heads * size, rows)
    of_first = {row // rows for row in found[: together * size]}
    assert of_first.isdisjoint(row // rows for row in found[together * size :])
    steps = {
        b - a
        for head in range(heads)
        for a, b in zip(found[head * size :], found[head * size + 1 : (head + 1) * size], strict=False)
    }
    assert len(steps) <= 1
