"""Tokens moved by a list that is known: permuted, selected, merged.

Every output token is one rotation of the input away. As in a linear map, rotations are split into baby steps
of the input, which a library can hoist, and giant steps of masked sums; so few of them, and few keys, do for
any list. The masks tell tokens apart and no rows, because rotations by tokens end in other rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from backends.interface import Ciphertext, Evaluator, Values
from backends.tensor.elementwise import cleaned
from backends.tensor.layout import Layout, ValueLayout, power_of_two
from backends.tensor.reductions import rotated_sum
from backends.tensor.rows import merged_rows
from backends.tensor.shifts import named
from backends.tensor.tensor import Tensor


def gather_depth(x: Tensor, order: Sequence[int]) -> int:
    """Levels of `gather_tokens`: where all tokens move alike there is nothing to mask."""
    return 0 if _common_distance(order) is not None else merge_depth(x)


def merge_depth(x: Tensor) -> int:
    """Levels of `merge_tokens`."""
    return 1 if x.clean else 2


def gather_tokens(evaluator: Evaluator, layout: Layout, x: Tensor, order: Sequence[int]) -> Tensor:
    """Output token i is input token `order[i]`; clean but where all tokens move alike."""
    target = replace(x.layout, tokens=len(order))
    if _common_distance(order) is not None:
        first = layout.token_places(order[0] + 1)[-1]
        step = int(first) % layout.slots
        moved = [evaluator.rotate(c, step) if step else c for c in x.ciphertexts]
        return Tensor(tuple(moved), target, clean=False)
    moves, targets = _Moves(evaluator, layout, x), layout.token_places(len(order))
    gathered = [
        evaluator.rescale(moves.gathered(chunk, order, targets)) for chunk in range(len(x.ciphertexts))
    ]
    return Tensor(tuple(gathered), target, clean=True)


def merge_tokens(evaluator: Evaluator, layout: Layout, x: Tensor, groups: Sequence[Sequence[int]]) -> Tensor:
    """Output token i has the features of the tokens `groups[i]` side by side (`merged_rows`); clean."""
    moves = _Moves(evaluator, layout, x)
    parts, width = len(groups[0]), len(x.layout.rows)
    target = ValueLayout("features", merged_rows(layout, x.layout.rows, parts), len(groups))
    sums: list[dict[int, Ciphertext]] = [{} for _ in range(target.chunks(layout))]
    for part in range(parts):
        # By how many rows the features of this part are moved down, over chunks and within one.
        chunks, rows = divmod(target.rows[part * width] - x.layout.rows[0], layout.features)
        step = -rows * layout.feature_stride % layout.slots
        for chunk in range(len(x.ciphertexts)):
            order, targets = [group[part] for group in groups], layout.token_places(len(groups))
            sums[chunk + chunks][step] = moves.gathered(chunk, order, targets)
    merged = [evaluator.rescale(rotated_sum(evaluator, of_chunk)) for of_chunk in sums]
    return Tensor(tuple(merged), target, clean=True)


def merge_into_rows(
    evaluator: Evaluator, layout: Layout, x: Tensor, groups: Sequence[Sequence[int]], place: ValueLayout
) -> Tensor:
    """The same in as many ciphertexts as x has; each part lies where the tokens of a part of all did; clean.

    Args:
        evaluator: of the library, or one that records.
        layout: that in which x lies.
        x: a feature value of one image.
        groups: as many tokens each, a power of two.
        place: how the result lies, narrowed so often that there are as many rows more as parts.
    """
    moves, narrow = _Moves(evaluator, layout, x), place.seen(layout)
    order = [token for part in zip(*groups, strict=True) for token in part]
    starts = narrow.tokens * np.arange(len(groups[0]))[:, None]
    targets = (starts + narrow.token_places(len(groups))).reshape(-1)
    merged = [evaluator.rescale(moves.gathered(chunk, order, targets)) for chunk in range(len(x.ciphertexts))]
    return Tensor(tuple(merged), place, clean=True)


class _Moves:
    """A value whose tokens are moved, several times over the same baby steps."""

    def __init__(self, evaluator: Evaluator, layout: Layout, x: Tensor) -> None:
        x = x if x.clean else cleaned(evaluator, layout, x)
        self._evaluator, self._layout = evaluator, layout
        self._level = x.level(evaluator)
        self._babies = power_of_two(int(np.ceil(np.sqrt(layout.tokens))))
        self._rotated: list[dict[int, Ciphertext]] = [{0: ciphertext} for ciphertext in x.ciphertexts]

    def gathered(self, chunk: int, order: Sequence[int], targets: NDArray[np.int64]) -> Ciphertext:
        """A chunk with token `order[i]` at place `targets[i]`, zero elsewhere: a product."""
        evaluator, layout = self._evaluator, self._layout
        distances = layout.token_places(max(order) + 1)[list(order)] - targets
        babies = distances % self._babies
        giants = distances - babies
        rotated = self._with_steps(chunk, sorted({int(baby) for baby in babies if baby}))
        name = named(np.stack([distances, targets]))
        sums: dict[int, Ciphertext] = {}
        for giant in np.unique(giants):
            terms = []
            for baby in np.unique(babies[giants == giant]):

                def mask(giant: int = giant, baby: int = baby) -> Values:
                    chosen = np.zeros((layout.features, layout.tokens))
                    chosen[:, (targets[(giants == giant) & (babies == baby)] + giant) % layout.tokens] = 1
                    return layout.spread(chosen)

                one = evaluator.encode_named(
                    ("moved", layout, name, int(giant), int(baby)), mask, self._level
                )
                terms.append((rotated[int(baby)], one))
            sums[int(giant) % layout.slots] = evaluator.multiply_plain_sum(terms)
        return rotated_sum(evaluator, sums)

    def _with_steps(self, chunk: int, steps: Sequence[int]) -> dict[int, Ciphertext]:
        """A chunk rotated by these steps, among others."""
        made = self._rotated[chunk]
        missing = [step for step in steps if step not in made]
        if missing:
            made.update(zip(missing, self._evaluator.rotate_many(made[0], missing), strict=True))
        return made


def _common_distance(order: Sequence[int]) -> int | None:
    """By how far all tokens move, where they move alike."""
    distances = {source - target for target, source in enumerate(order)}
    return distances.pop() if len(distances) == 1 else None
