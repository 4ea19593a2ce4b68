"""What every value of a graph is on a set of inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.errors import DivergenceError
from models.graph import Array, Graph, Node
from models.reference import Inputs, dense, evaluate, operands_of, run

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
            DivergenceError: a value is not finite.
        """
        sums: dict[str, Array] = {}
        lows: dict[str, Array] = {}
        highs: dict[str, Array] = {}
        for start in range(0, len(inputs), _BATCH):
            for name, value in run(graph, inputs[start : start + _BATCH]).items():
                low, high = value.min(axis=0), value.max(axis=0)
                if not np.all(np.isfinite(low + high)):
                    raise DivergenceError(
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


def values_in_turn(graph: Graph, inputs: Inputs) -> Iterator[tuple[Node, Array]]:
    """Every node with its value on all inputs at once, in the order of the graph.

    A value is let go of once its last reader has read it: together those of a large model fit no memory.
    """
    last_reader = {name: node.name for node in graph for name in node.inputs}
    values: dict[str, Any] = {}
    for node in graph:
        operands = operands_of(node, values, inputs)
        values[node.name] = evaluate(node, operands)
        for name in set(node.inputs):
            if last_reader[name] == node.name:
                del values[name]
        yield node, dense(graph, values[node.name])
