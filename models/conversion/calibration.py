"""The ranges that training inputs reach, by which intervals are chosen."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.errors import DivergenceError
from models.graph import Graph
from models.reference import Inputs, ranges

#: Name of a node → smallest and largest value: of an activation's input, of a LayerNorm's variance or an
#: RMSNorm's mean square, without ε.
Ranges = Mapping[str, tuple[float, float]]


def calibrate(graph: Graph, inputs: Inputs) -> Ranges:
    """What every activation and norm over features meets on training inputs.

    Raises:
        DivergenceError: a range is not finite.
    """
    met = ranges(graph, inputs)
    for name, span in met.items():
        if not np.all(np.isfinite(span)):
            raise DivergenceError(
                f"node {name} meets values that are not finite; train the model further or anew"
            )
    return met
