"""Parts of transformers in plain torch, with the arrays of a graph: what tests compare graphs with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.graph import Graph

TOLERANCE = 1e-10


@contextmanager
def double() -> Iterator[None]:
    """float64 by default, and no gradients."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            yield
    finally:
        torch.set_default_dtype(before)


def tensor(graph: Graph, node: str, array: str) -> Tensor:
    return torch.from_numpy(np.array(graph[node].arrays[array]))


def linear(graph: Graph, node: str, x: Tensor) -> Tensor:
    return x @ tensor(graph, node, "weight").T + tensor(graph, node, "bias")


def norm(graph: Graph, node: str, x: Tensor) -> Tensor:
    scale, shift = tensor(graph, node, "scale"), tensor(graph, node, "shift")
    if graph[node].operation == "layer_norm":
        return functional.layer_norm(x, x.shape[-1:], scale, shift)
    mean, variance = tensor(graph, node, "mean"), tensor(graph, node, "variance")
    axis = x.ndim - 3 if graph[node].attributes["over"] == "heads" else x.ndim - 1
    return functional.batch_norm(x.movedim(axis, 1), mean, variance, scale, shift).movedim(1, axis)


def heads_first(x: Tensor, heads: int) -> Tensor:
    return x.unflatten(-1, (heads, -1)).transpose(-2, -3)


def windows(image: Tensor, window: int) -> Tensor:
    """`[samples, side, side, features]` → `[samples, windows, window², features]`."""
    across = image.shape[1] // window
    split = image.unflatten(1, (across, window)).unflatten(3, (across, window)).transpose(2, 3)
    return split.flatten(3, 4).flatten(1, 2)


def image(cut: Tensor, window: int) -> Tensor:
    """The image that was cut into windows."""
    side = int(cut.shape[1] ** 0.5) * window
    grid = cut.unflatten(1, (side // window, side // window)).unflatten(3, (window, window))
    return grid.transpose(2, 3).reshape(len(cut), side, side, -1)


def regions(side: int, window: int, shift: int) -> Tensor:
    """`[windows, window², window²]`: which pairs of a shifted window attend (Liu et al. 2021, figure 4)."""
    numbers = torch.zeros(1, side, side, 1)
    cuts = (slice(0, side - window), slice(side - window, side - shift), slice(side - shift, side))
    for number, (rows, columns) in enumerate((r, c) for r in cuts for c in cuts):
        numbers[0, rows, columns] = number
    flat = windows(numbers, window)[0, ..., 0]
    return flat[:, None, :] == flat[:, :, None]


def merged(x: Tensor) -> Tensor:
    """Four neighbours side by side, column by column."""
    return torch.cat([x[:, down::2, right::2] for right in (0, 1) for down in (0, 1)], -1)
