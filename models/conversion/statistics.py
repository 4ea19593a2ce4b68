"""What every value of a graph is on a set of inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.errors import ModelError
from models.graph import Array, Graph
from models.reference import Inputs, run

#: Samples evaluated at a time, with the values of all nodes.
_BATCH = 32


@dataclass(frozen=True)
class Statistics:
    """Mean, smallest and largest over samples, per node and at every place of its value."""

    means: Mapping[str, Array]
    lows: Mapping[str, Array]
    highs: Mapping[str, Array]

    @classmethod
    def of(cls, graph: Graph, inputs: Inputs) -> Statistics:
        """Evaluate a graph on inputs.

        Raises:
            ModelError: a value is not finite.
        """
        sums: dict[str, Array] = {}
        lows: dict[str, Array] = {}
        highs: dict[str, Array] = {}
        for start in range(0, len(inputs), _BATCH):
            for name, value in run(graph, inputs[start : start + _BATCH]).items():
                low, high = value.min(axis=0), value.max(axis=0)
                if not np.all(np.isfinite(low + high)):
                    raise ModelError(
                        f"node {name} takes values that are not finite; widen the margin of the intervals"
                    )
                sums[name] = sums.get(name, 0.0) + value.sum(axis=0)
                lows[name] = np.minimum(lows.get(name, low), low)
                highs[name] = np.maximum(highs.get(name, high), high)
        return cls({name: total / len(inputs) for name, total in sums.items()}, lows, highs)

    def largest(self, name: str) -> float:
        """The largest magnitude of a node's value."""
        return float(max(np.abs(self.lows[name]).max(), np.abs(self.highs[name]).max()))

    def spread(self, name: str) -> float:
        """The largest distance of a node's value from its mean over samples."""
        above, below = self.highs[name] - self.means[name], self.means[name] - self.lows[name]
        return float(max(above.max(), below.max()))
