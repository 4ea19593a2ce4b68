"""Random graphs of everything that folding rewrites, for property-based tests."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from models.graph import Array, Graph, Node

TOKENS, HEADS = 4, 2
STEPS = (
    "linear",
    "per_token",
    "affine",
    "scale",
    "bias",
    "gelu",
    "attention",
    "residual",
    "gather",
    "kept",
    "norm",
)
HEAD = ("scale", "affine", "linear", "bias")


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """A random chain of steps over values `[4, width]`, perhaps summed or merged, and mapped on."""
    steps = draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=8))
    head = draw(st.lists(st.sampled_from(HEAD), max_size=3))
    ending = draw(st.sampled_from(("none", "sum", "merge")))
    builder = _Builder(draw(st.integers(0, 2**32 - 1)))
    for step in steps:
        builder.apply(step)
    if ending == "sum":
        builder.add("sum_tokens", builder.last)
    if ending == "merge":
        builder.add("merge_tokens", builder.last, attributes={"groups": [[3, 0], [1, 2]]})
        builder.width *= 2
    if ending != "none":
        builder.tokens = 1 if ending == "sum" else 2
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
        self.width, self.tokens = 4, TOKENS
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
        elif step == "bias":
            tokens = self.random.choice([1, self.tokens])
            self.add("bias", self.last, bias=self.random.normal(size=(tokens, self.width)))
        elif step == "gelu":
            self.add("gelu", self.last)
        elif step == "gather":
            order = self.random.permutation(self.tokens).tolist()
            self.add("gather_tokens", self.last, attributes={"order": order})
        else:
            {
                "scale": lambda: self.scale(self.last),
                "residual": self.residual,
                "kept": self.kept,
                "norm": lambda: self.centred_square(self.last),
                "attention": self.attention,
            }[step]()

    def linear(self, source: str, out: int, per_token: bool = False) -> str:
        weight = self.random.normal(size=(out, self.width)) / np.sqrt(self.width)
        bias = self.random.normal(size=(self.tokens, out) if per_token else out)
        self.width = out
        return self.add("linear", source, weight=weight, bias=bias)

    def scale(self, source: str) -> str:
        return self.add("scale", source, attributes={"factor": float(self.random.uniform(-2, 2))})

    def residual(self) -> None:
        """A residual addition around what begins like the substitute of a LayerNorm."""
        width = self.width
        stream = self.linear(self.last, width)
        branch = self.linear(self.centred_square(stream), width)
        self.add("add", stream, branch)

    def kept(self) -> None:
        """A product with one sum over the input's features."""
        source = self.linear(self.last, self.width)
        keep = self.add("sum_features", "input", attributes={"features": self.width})
        self.scale(self.add("multiply", source, keep))

    def centred_square(self, source: str) -> str:
        """(c·s)² of a value less its mean over features, c."""
        total = self.add("sum_features", source, attributes={"features": self.width})
        minus_mean = self.add("scale", total, attributes={"factor": -1 / self.width})
        sized = self.scale(self.add("add", source, minus_mean))
        return self.scale(self.add("multiply", sized, sized))

    def attention(self) -> None:
        source, width = self.last, self.width
        block = int(self.random.choice([2, TOKENS]))
        parts = []
        for _ in range(3):
            self.width = width
            linear = self.linear(source, 4)
            parts.append(self.add("split_heads", linear, attributes={"heads": HEADS}))
        q, k, v = parts
        scores = self.scale(self.add("scores", self.scale(q), k, attributes={"block": block}))
        relative = self.random.normal(size=(HEADS, block, block))
        scores = self.add("bias", scores, attributes={"repeat": TOKENS // block}, bias=relative)
        scale, shift = self.random.normal(size=(2, HEADS))
        scores = self.add("affine", scores, attributes={"over": "heads"}, scale=scale, shift=shift)
        weights = self.scale(self.add("gelu", self.scale(scores)))
        if self.random.random() < 0.5:
            weights = self.scale(self.mask(self.mask(weights, block), block))
        mixed = self.scale(self.add("mix", weights, v))
        if self.random.random() < 0.5:
            self.add("merge_heads", mixed)
            return
        sums = self.scale(self.add("sum_keys", weights, attributes={"features": 4 // HEADS}))
        divided = self.add("multiply", mixed, self.add("gelu", sums))
        self.linear(self.add("merge_heads", divided), 4)

    def mask(self, source: str, block: int) -> str:
        return self.add("mask", source, mask=self.random.uniform(size=(TOKENS, block)))
