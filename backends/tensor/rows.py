"""Rows at which features lie side by side: heads interleaved, tokens merged."""

from __future__ import annotations

from backends.tensor.layout import Layout, power_of_two


def head_rows(heads: int, features: int, rows: int) -> tuple[int, ...]:
    """Rows of a value whose heads lie interleaved: feature e of head h at row `e · padded heads + h`.

    With the head as the low digit, a sum over the features of a head is a sum over rotations by multiples of
    the padded head count, cyclic over the whole ciphertext, and needs no mask. Every chunk holds all heads,
    or all of one group (`heads_together`), and a group begins with a chunk.

    Args:
        heads: how many.
        features: of all heads.
        rows: of a ciphertext.
    """
    size, together = features // heads, heads_together(heads, features, rows)
    padded, of_group = power_of_two(together), rows * _chunks(together, size, rows)
    return tuple(
        head // together * of_group + e * padded + head % together
        for head in range(heads)
        for e in range(size)
    )


def heads_together(heads: int, features: int, rows: int) -> int:
    """How many heads share ciphertexts: all, or groups of a power of two, which need no padding.

    As few chunks are taken as can be. Where several numbers of heads take as few, the largest has the fewest
    rows of a head in a ciphertext, and so the fewest rotations over them.
    """
    size = features // heads
    halves = (1 << log for log in range(heads.bit_length()))
    fine = [number for number in (*halves, heads) if heads % number == 0 and power_of_two(number) <= rows]
    return min(fine, key=lambda number: (heads // number * _chunks(number, size, rows), -number))


def _chunks(heads: int, size: int, rows: int) -> int:
    """Chunks of so many heads."""
    return -(-power_of_two(heads) * size // rows)


def narrowed_rows(rows: tuple[int, ...], parts: int) -> tuple[int, ...]:
    """Rows of tokens merged into one whose parts lie where the tokens of others did (`Layout.narrow`)."""
    return tuple(parts * row + part for part in range(parts) for row in rows)


def merged_rows(layout: Layout, rows: tuple[int, ...], parts: int) -> tuple[int, ...]:
    """Rows of tokens merged into one: its parts side by side in a chunk where they fit, else in several."""
    extent = power_of_two(1 + max(rows))
    if extent > layout.features:
        extent = layout.features * (1 + max(rows) // layout.features)
    return tuple(part * extent + row for part in range(parts) for row in rows)
