"""Random graphs of everything that folding rewrites, for property-based tests."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from models.graph import Array, Graph, Node

TOKENS, HEADS = 3, 2
STEPS = ("linear", "per_token", "affine", "scale", "gelu", "attention", "residual")


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """A random chain of steps over values `[3, width]`, perhaps summed over tokens and mapped once more."""
    steps = draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=8))
    head = draw(st.lists(st.sampled_from(("scale", "affine", "linear")), max_size=3))
    summed = draw(st.booleans())
    builder = _Builder(draw(st.integers(0, 2**32 - 1)))
    for step in steps:
        builder.apply(step)
    if summed:
        builder.add("sum_tokens", builder.last)
        for step in head:
            builder.apply(step)
    return Graph("random", tuple(builder.nodes), builder.last)


def inputs(graph: Graph) -> Array:
    """Five samples for a graph."""
    shape = (5, TOKENS, graph.input.attributes["features"])
    return np.random.default_rng(1).uniform(-1, 1, shape)


class _Builder:
    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.width = 4
        self.nodes = [Node("input", "input", attributes={"tokens": TOKENS, "features": self.width})]

    @property
    def last(self) -> str:
        return self.nodes[-1].name

    def add(self, operation: str, *sources: str, attributes: object = None, **arrays: Array) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes.append(Node(name, operation, sources, attributes or {}, arrays))  # type: ignore[arg-type]
        return name

    def apply(self, step: str) -> None:
        """Append one step that reads the last value."""
        if step in ("linear", "per_token"):
            self.linear(self.last, int(self.random.choice([2, 4, 6])), step == "per_token")
        elif step == "affine":
            scale, shift = self.random.normal(size=(2, self.width))
            self.add("affine", self.last, scale=scale, shift=shift)
        elif step == "scale":
            self.scale(self.last)
        elif step == "gelu":
            self.add("gelu", self.last)
        elif step == "residual":
            stream, width = self.last, self.width
            self.apply("affine")
            self.add("add", stream, self.linear(self.last, width))
        else:
            self.attention()

    def linear(self, source: str, out: int, per_token: bool = False) -> str:
        weight = self.random.normal(size=(out, self.width)) / np.sqrt(self.width)
        bias = self.random.normal(size=(TOKENS, out) if per_token else out)
        self.width = out
        return self.add("linear", source, weight=weight, bias=bias)

    def scale(self, source: str) -> str:
        return self.add("scale", source, attributes={"factor": float(self.random.uniform(-2, 2))})

    def attention(self) -> None:
        source, width = self.last, self.width
        parts = []
        for _ in range(3):
            self.width = width
            linear = self.linear(source, 4)
            parts.append(self.add("split_heads", linear, attributes={"heads": HEADS}))
        q, k, v = parts
        scaled = self.scale(self.add("scores", self.scale(q), k))
        weights = self.scale(self.add("gelu", self.scale(scaled)))
        self.add("merge_heads", self.scale(self.add("mix", weights, v)))
