"""Small graphs for tests of the engine and the planner."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.graph import Graph, Node


def shuffled(random: np.random.Generator, values: Sequence[int]) -> list[int]:
    """The same numbers in a random order."""
    return [int(value) for value in random.permutation(values)]


def mlp(depth: int, *, tokens: int = 3, features: int = 4, seed: int = 0) -> Graph:
    """A chain of linear maps and squares, with a residual over all of it."""
    random = np.random.default_rng(seed)
    nodes = [Node("input", "input", attributes={"tokens": tokens, "features": features})]
    last = "input"
    for i in range(depth):
        weight = random.normal(size=(features, features)) / features
        arrays = {"weight": weight, "bias": random.normal(size=features) / 4}
        nodes.append(Node(f"linear{i}", "linear", (last,), arrays=arrays, layer=f"layer{i}"))
        nodes.append(square(f"square{i}", f"linear{i}", f"layer{i}"))
        last = f"square{i}"
    nodes.append(Node("sum", "add", ("input", last), layer="residual"))
    return Graph("mlp", tuple(nodes), "sum")


def square(name: str, operand: str, layer: str = "") -> Node:
    """x²."""
    arrays = {"coefficients": np.array([0.0, 0.0, 1.0])}
    attributes = {"basis": "power", "interval": [-4.0, 4.0]}
    return Node(name, "polynomial", (operand,), attributes, arrays, layer)
