"""Graphs of any size whose weights take no memory, to count what is in them."""

from __future__ import annotations

import numpy as np

from models.architectures import registry
from models.architectures.options import Options
from models.architectures.shapes import DataShape
from models.graph import Array, Graph


class _Nothing(np.random.Generator):
    """Draws zeros, as many as it is asked for in the memory of one."""

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(0))

    def uniform(self, low: float, high: float, size: tuple[int, ...]) -> Array:  # type: ignore[override]
        return np.broadcast_to(np.float64(0), size)

    def normal(self, loc: float, scale: float, size: tuple[int, ...]) -> Array:  # type: ignore[override]
        return np.broadcast_to(np.float64(0), size)


def weightless(architecture: registry.Architecture, options: Options, data: DataShape, name: str) -> Graph:
    """The graph of an architecture with zeros for weights."""
    return registry.build(architecture, options, data, {}, _Nothing(), name)
