"""Rows at which features lie side by side: heads interleaved, tokens merged."""

from __future__ import annotations

from backends.tensor.layout import Layout, power_of_two


def head_rows(heads: int, features: int) -> tuple[int, ...]:
    """Rows of a value whose heads lie interleaved: feature e of head h at row `e · padded heads + h`.

    With the head as the low digit, a sum over the features of a head is a sum over rotations by multiples of
    the padded head count, cyclic over the whole ciphertext, and needs no mask. Every chunk holds all heads.
    """
    padded_heads = power_of_two(heads)
    return tuple(e * padded_heads + h for h in range(heads) for e in range(features // heads))


def merged_rows(layout: Layout, rows: tuple[int, ...], parts: int) -> tuple[int, ...]:
    """Rows of tokens merged into one: its parts side by side in a chunk where they fit, else in several."""
    extent = power_of_two(1 + max(rows))
    if extent > layout.features:
        extent = layout.features * (1 + max(rows) // layout.features)
    return tuple(part * extent + row for part in range(parts) for row in rows)
