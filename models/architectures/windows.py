"""Windows of a square grid of tokens as index maps (Liu et al. 2021, section 3.2).

A position is the number of a grid point in raster order. In window order, windows follow each other in
raster order and so do the points of each, so that a window is a block of consecutive tokens.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.graph import Array

Positions = NDArray[np.int64]


def window_order(grid: int, window: int, shift: int = 0) -> Positions:
    """Position of each token, `[grid²]`, in window order.

    Args:
        grid: points along a side.
        window: points along a side of a window; divides `grid`.
        shift: by how many points the windows are moved down and right; those that leave the grid at one
            side come back at the other.
    """
    side = grid // window
    raster = np.arange(grid * grid).reshape(grid, grid)
    moved = np.roll(raster, (-shift, -shift), axis=(0, 1))
    windows = moved.reshape(side, window, side, window).swapaxes(1, 2)
    return np.asarray(windows.reshape(-1))


def reorder(current: Positions, wanted: Positions) -> list[int]:
    """For tokens that lie in one order, which of them stands at each place of another."""
    place = np.argsort(current)
    return [int(index) for index in place[wanted]]


def region_mask(grid: int, window: int, shift: int) -> Array:
    """Which pairs of a shifted window attend: `[grid², window²]` of 0 and 1.

    Points that meet in a window only because it was moved across the edge of the grid do not.
    """
    order = window_order(grid, window, shift)
    # Only the first points of the grid can have come round: those of a row (column) before the shift.
    came_round = np.stack([order // grid < shift, order % grid < shift], axis=1)
    blocks = came_round.reshape(-1, window * window, 2)
    same = (blocks[:, :, None] == blocks[:, None, :]).all(axis=-1)
    return np.asarray(same.reshape(grid * grid, window * window), np.float64)


def neighbours(grid: int, window: int) -> Positions:
    """The 2×2 points, `[(grid/2)², 4]`, that merge into each token of half the grid, in its window order.

    Their order is column by column, as in the authors' patch merging.
    """
    half = grid // 2
    row, column = np.divmod(window_order(half, window), half)
    corners = [(2 * row + down) * grid + 2 * column + right for right in (0, 1) for down in (0, 1)]
    return np.stack(corners, axis=1)
