"""Windows against their definition on the grid."""

from __future__ import annotations

import numpy as np
import pytest

from models.architectures.options import ORIGINAL, Options
from models.architectures.windows import neighbours, region_mask, reorder, window_order
from models.data.literals import Patches
from models.data.patches import tokens as patch_tokens
from models.reference import run
from tests.models.architectures.small import build, inputs


def test_window_order_lists_window_by_window() -> None:
    expected = [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]
    assert window_order(4, 2).tolist() == expected
    assert window_order(4, 4).tolist() == list(range(16))
    # The first window, moved by one, holds the four points in the middle of the first corners.
    assert window_order(4, 2, 1)[:4].tolist() == [5, 6, 9, 10]
    assert window_order(4, 2, 1)[-4:].tolist() == [15, 12, 3, 0]


@pytest.mark.parametrize(("grid", "window"), [(4, 2), (8, 4), (8, 2), (12, 4), (6, 3)])
def test_regions_are_the_points_that_meet_without_coming_round(grid: int, window: int) -> None:
    shift = window // 2
    order = window_order(grid, window, shift)
    mask = region_mask(grid, window, shift)
    assert sorted(order) == list(range(grid**2))
    for token, position in enumerate(order):
        block = token // window**2 * window**2
        for offset, other in enumerate(order[block : block + window**2]):
            near = [
                abs(a - b) < window for a, b in zip(divmod(position, grid), divmod(other, grid), strict=True)
            ]
            assert mask[token, offset] == all(near)
    assert 0 < mask.mean() < 1


def test_reordering_there_and_back() -> None:
    straight, shifted = window_order(8, 4), window_order(8, 4, 2)
    there, back = reorder(straight, shifted), reorder(shifted, straight)
    np.testing.assert_array_equal(straight[there], shifted)
    np.testing.assert_array_equal(straight[there][back], straight)


def test_neighbours_are_two_by_two_column_by_column() -> None:
    groups = neighbours(4, 1)
    assert groups.tolist() == [[0, 4, 1, 5], [2, 6, 3, 7], [8, 12, 9, 13], [10, 14, 11, 15]]
    first = [0, 2, 16, 18, 4, 6, 20, 22, 32, 34, 48, 50, 36, 38, 52, 54]
    np.testing.assert_array_equal(neighbours(8, 2)[:, 0], first)


@pytest.mark.parametrize("options", [ORIGINAL, Options()], ids=["original", "he_friendly"])
def test_a_point_is_seen_by_its_window_alone(options: Options) -> None:
    """A change reaches the point's window in the first block, and the shifted windows in the second."""
    graph = build("swin", options)
    images = inputs(graph, samples=1)
    order = window_order(8, 2)
    changed = images.copy()
    changed[:, np.flatnonzero(order == 9)] += 1  # row 1, column 1: in the window of rows and columns 0 and 1
    before, after = run(graph, images), run(graph, changed)

    def reached(name: str, lies: np.ndarray) -> set[int]:
        moved = np.abs(after[name] - before[name]).max(axis=(0, 2)) > 1e-9
        return set(lies[moved].tolist())

    assert reached("stages.0.blocks.0.mlp.residual", order) == {0, 1, 8, 9}
    shifted = window_order(8, 2, 1)
    corner = {0} | {1, 2} | {8, 16} | {9, 10, 17, 18}
    assert reached("stages.0.blocks.1.mlp.residual", shifted) == corner


def test_images_are_prepared_in_the_window_order_that_swin_reads() -> None:
    literal = Patches(size=8, patch=1, mean=(0.0,), std=(1.0,), order="windows", window=4)
    image = np.arange(64.0).reshape(1, 8, 8, 1)
    np.testing.assert_array_equal(patch_tokens(image, literal)[0, :, 0], window_order(8, 4))
