"""What was substituted, and how far inputs fill its intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.graph import Graph
from models.reference import Inputs, ranges


def report(graph: Graph, samples: Mapping[str, Inputs]) -> list[dict[str, Any]]:
    """Every polynomial's degree, interval and error beside the range of inputs that it meets on each set."""
    met = {name: ranges(graph, inputs) for name, inputs in samples.items()}
    return [
        {
            "name": node.name,
            "layer": node.layer,
            "degree": len(node.arrays["coefficients"]) - 1,
            **node.attributes,
            **{name: list(found[node.name]) for name, found in met.items()},
        }
        for node in graph
        if node.operation == "polynomial"
    ]
