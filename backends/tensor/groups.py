"""Groups of heads that have ciphertexts of their own, each an attention by itself.

Where what attention reads spans chunks, a chunk may hold the heads of one group and no others
(`rows.heads_together`): 12 heads are three groups of four, in three quarters of the chunks of 16 padded ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from backends.interface import Ciphertext
from backends.tensor.layout import Layout
from backends.tensor.rows import heads_together
from backends.tensor.tensor import Tensor


def of_heads(layout: Layout, x: Tensor) -> list[Tensor]:
    """The groups of a value of heads."""
    heads, features = x.layout.heads, len(x.layout.rows)
    together = heads_together(heads, features, layout.features)
    value = replace(x.layout, rows=x.layout.rows[: features // heads * together], heads=together)
    chunks = value.chunks(layout)
    return [
        replace(x, ciphertexts=x.ciphertexts[start : start + chunks], layout=value)
        for start in range(0, len(x.ciphertexts), chunks)
    ]


def of_scores(p: Tensor) -> list[Tensor]:
    """The groups of scores, each with both halves of a batch where there are two apart."""
    groups, number = p.layout.groups, p.layout.of_group
    value = replace(p.layout, heads=p.layout.heads // groups, groups=1)
    parts = [p.ciphertexts[start : start + number] for start in range(0, len(p.ciphertexts), number)]
    return [
        replace(p, ciphertexts=tuple(chain(*parts[group::groups])), layout=value) for group in range(groups)
    ]


def joined_scores(parts: Sequence[Tensor]) -> Tensor:
    """The scores of all groups, in the order of the groups."""
    value, groups = parts[0].layout, len(parts)
    return replace(
        parts[0],
        ciphertexts=joined(parts),
        layout=replace(value, heads=value.heads * groups, groups=groups),
    )


def joined(parts: Sequence[Tensor]) -> tuple[Ciphertext, ...]:
    """The ciphertexts of all groups."""
    return tuple(chain(*(part.ciphertexts for part in parts)))
