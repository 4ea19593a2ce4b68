"""Small graphs with random weights that together have every operation, for the conformance kit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.graph import Array, Graph, Node


class Builder:
    """A graph in the making, with random weights."""

    def __init__(self, seed: int, tokens: int, features: int, *, one_hot: bool = False) -> None:
        self.random = np.random.default_rng(seed)
        attributes = {"tokens": tokens, "features": features, "one_hot": one_hot}
        self.nodes = [Node("input", "input", attributes=attributes, layer="input")]

    def add(
        self, operation: str, *inputs: str, arrays: dict[str, Array] | None = None, **attributes: object
    ) -> str:
        """A node; its name is returned."""
        name = f"{operation}{len(self.nodes)}"
        self.nodes.append(Node(name, operation, inputs, attributes, arrays or {}, f"layer of {name}"))
        return name

    def linear(self, source: str, inputs: int, outputs: int, *, tokens: int | None = None) -> str:
        """A random linear map, its bias one per token where `tokens` says how many."""
        weight = self.random.normal(size=(outputs, inputs)) / np.sqrt(inputs)
        bias = self.random.normal(size=outputs if tokens is None else (tokens, outputs)) / 2
        return self.add("linear", source, arrays={"weight": weight, "bias": bias})

    def heads(self, source: str, inputs: int, heads: int, size: int) -> str:
        """A random linear map into heads."""
        return self.add("split_heads", self.linear(source, inputs, heads * size), heads=heads)

    def power(self, source: str, *coefficients: float) -> str:
        """A polynomial with these coefficients, from the constant up."""
        arrays = {"coefficients": np.array(coefficients)}
        return self.add("polynomial", source, arrays=arrays, basis="power", interval=[-4.0, 4.0])

    def graph(self) -> Graph:
        """The graph, whose output is the last node."""
        return Graph("built", tuple(self.nodes), self.nodes[-1].name)


def samples(graph: Graph, count: int, seed: int = 0) -> NDArray[np.float64] | NDArray[np.int64]:
    """Inputs uniform in [-1, 1], or one-hot tokens by their numbers, some of them padding."""
    attributes, random = graph.input.attributes, np.random.default_rng(seed)
    tokens, features = attributes["tokens"], attributes["features"]
    if attributes.get("one_hot"):
        return random.integers(-1, features, (count, tokens))
    return random.uniform(-1, 1, (count, tokens, features))


def normalised(build: Builder, source: str, width: int) -> str:
    """What the conversion makes of LayerNorm: 1/√variance by a polynomial and a step of Newton."""
    total = build.add("sum_features", build.add("multiply", source, source), features=width)
    variance = build.add("scale", total, factor=1 / width)
    root = build.power(variance, 1.8, -1.1, 0.3, -0.02)
    cubic = build.add("multiply", build.add("multiply", root, root), variance)
    arrays = {"scale": np.full(width, -0.5), "shift": np.full(width, 1.5)}
    root = build.add("multiply", root, build.add("affine", cubic, arrays=arrays))
    return build.add("multiply", source, root)


def language_model(blocks: int, *, dim: int, heads: int, tokens: int, symbols: int, seed: int = 0) -> Graph:
    """A causal language model with LayerNorm, as the conversion leaves one, its weights random."""
    build = Builder(seed, tokens, symbols, one_hot=True)
    mask = np.tri(tokens) / np.sqrt(np.arange(1, tokens + 1))[:, None]
    stream = build.linear("input", symbols, dim, tokens=tokens)
    for _ in range(blocks):
        normal = normalised(build, stream, dim)
        layer = f"layer of {normal}"
        q, k, v = (build.heads(normal, dim, heads, dim // heads) for _ in range(3))
        build.nodes[-6:] = [replace(node, layer=layer) for node in build.nodes[-6:]]
        weights = build.power(build.add("scores", q, k), 0.1, 0.05, 0.01, 0.0, 0.001)
        mixed = build.add("merge_heads", build.add("mix", weights, v, arrays={"mask": mask}))
        stream = build.add("add", stream, build.linear(mixed, dim, dim))
        hidden = build.linear(normalised(build, stream, dim), dim, 4 * dim)
        hidden = build.power(hidden, 0.1, 0.3, 0.2, 0.0, 0.01)
        stream = build.add("add", stream, build.linear(hidden, 4 * dim, dim))
    build.linear(normalised(build, stream, dim), dim, symbols)
    return build.graph()


def windows(seed: int = 0) -> Graph:
    """Attention in windows that are shifted there and back, then tokens merged by twos."""
    tokens, block, heads, width = 8, 4, 4, 16
    build = Builder(seed, tokens, 5)
    stream = build.linear("input", 5, width)
    order = [(token + 2) % tokens for token in range(tokens)]
    shifted = build.add("gather_tokens", stream, order=order)
    q, k, v = (build.heads(shifted, width, heads, width // heads) for _ in range(3))
    p = build.add("scores", q, k, block=block)
    p = build.add("affine", p, arrays={"scale": np.full(heads, 0.3), "shift": np.ones(heads)}, over="heads")
    p = build.add("bias", p, arrays={"bias": build.random.normal(size=(heads, block, block))}, repeat=2)
    p = build.add("mask", p, arrays={"mask": build.random.uniform(0.1, 1, (tokens, block))})
    region = np.ones((tokens, block))
    region[:2, 2:] = region[2:4, :2] = 0
    mixed = build.add("mix", build.power(p, 0.1, 0.3, 0.1), v, arrays={"mask": region})
    mixed = build.linear(build.add("merge_heads", mixed), width, width)
    back = build.add("gather_tokens", mixed, order=[int(i) for i in np.argsort(order)])
    stream = build.add("add", stream, back)
    merged = build.add("merge_tokens", stream, groups=[[i, i + 4] for i in (0, 2, 1)])
    build.linear(build.add("sum_tokens", build.linear(merged, 2 * width, 6)), 6, 3)
    return build.graph()


def sentences(seed: int = 0) -> Graph:
    """Attention over one-hot tokens that leaves padding out, read at the first token."""
    symbols, width, tokens = 20, 16, 7
    build = Builder(seed, tokens, symbols, one_hot=True)
    stream = build.linear("input", symbols, width, tokens=tokens)
    keep = build.add("sum_features", "input", features=width)
    v = build.add("multiply", build.linear(stream, width, width), keep)
    q, k = (build.heads(stream, width, 2, 8) for _ in range(2))
    p = build.power(build.add("scores", q, k), 0.1, 0.1, 0.02)
    mixed = build.add("merge_heads", build.add("mix", p, build.add("split_heads", v, heads=2)))
    stream = build.add("add", stream, build.linear(mixed, width, width))
    build.linear(build.add("gather_tokens", stream, order=[0]), width, 2)
    return build.graph()


def embedded(seed: int = 0) -> Graph:
    """Tokens whose embedding the key owner looked up; the last of their features tells padding."""
    build = Builder(seed, 7, 9)
    stream = build.add("take_features", "input", start=0, features=8)
    known = build.add("take_features", "input", start=8, features=1)
    keep = build.add("sum_features", known, features=8)
    kept = build.add("multiply", build.linear(stream, 8, 8), keep)
    build.linear(build.add("sum_tokens", build.add("add", stream, kept)), 8, 3)
    return build.graph()


def turned(seed: int = 0) -> Graph:
    """Attention whose queries and keys are turned by their positions."""
    tokens, heads, width = 6, 3, 8
    build = Builder(seed, tokens, 5)
    q, k, v = (build.heads("input", 5, heads, width) for _ in range(3))
    angles = np.outer(np.arange(tokens), [1.0, 0.1, 0.01])
    arrays = {
        name: np.concatenate([part, part, np.full((tokens, width - 6), rest)], axis=1)
        for name, part, rest in (("cosine", np.cos(angles), 1.0), ("sine", np.sin(angles), 0.0))
    }
    q, k = (build.add("rotary", one, arrays=arrays, features=6) for one in (q, k))
    p = build.power(build.add("scores", q, k), 0.1, 0.1, 0.02)
    build.linear(build.add("merge_heads", build.add("mix", p, v)), heads * width, 3)
    return build.graph()


def divided(seed: int = 0) -> Graph:
    """Attention whose weights are divided by their sums, as a softmax kept by the conversion is.

    The first leaves padding out and is causal; the second is among all tokens.
    """
    heads, width, tokens = 3, 24, 6
    build = Builder(seed, tokens, 12, one_hot=True)
    stream = build.linear("input", 12, width, tokens=tokens)
    keep = build.add("sum_features", "input", features=width)
    for kept, arrays in (((keep,), {"mask": np.tri(tokens)}), ((), {})):
        v = build.linear(stream, width, width)
        v = build.add("split_heads", build.add("multiply", v, keep) if kept else v, heads=heads)
        q, k = (build.heads(stream, width, heads, width // heads) for _ in range(2))
        p = build.power(build.add("scores", q, k), 0.5, 0.1, 0.02)
        total = build.add("sum_keys", p, *kept, arrays=arrays, features=width // heads)
        mixed = build.add("mix", p, v, arrays=arrays)
        divided = build.add("multiply", mixed, build.power(total, 0.6, -0.1, 0.01))
        stream = build.linear(build.add("merge_heads", divided), width, width)
    build.linear(stream, width, 3)
    return build.graph()


def wide(seed: int = 0) -> Graph:
    """A residual stream of 64 tokens × 64 features, with attention in windows of 4."""
    build = Builder(seed, 64, 6)
    stream = build.linear("input", 6, 64)
    q, k, v = (build.heads(stream, 64, 4, 16) for _ in range(3))
    p = build.power(build.add("scale", build.add("scores", q, k, block=4), factor=0.2), 0.1, 0.3, 0.1)
    mixed = build.add("merge_heads", build.add("mix", p, v))
    stream = build.add("add", stream, build.linear(mixed, 64, 64))
    build.linear(build.add("sum_tokens", build.add("scale", stream, factor=1 / 64)), 64, 3)
    return build.graph()


def small_language_model() -> Graph:
    """One block over 20 symbols, with LayerNorm and a causal mask, answering at every token."""
    return language_model(1, dim=16, heads=4, tokens=8, symbols=20)


#: Together they have every operation, in the combinations that the architectures make.
MODELS: dict[str, Callable[[], Graph]] = {
    "windows": windows,
    "sentences": sentences,
    "embedded": embedded,
    "turned": turned,
    "divided": divided,
    "wide": wide,
    "language model": small_language_model,
}


def pruned() -> Graph:
    """A model whose pruning left zeros of every kind.

    At 2,048 slots the hidden features span two ciphertexts, one of which does not depend on the input.
    """
    build = Builder(5, 64, 6)
    stream = build.linear("input", 6, 32)
    hidden = build.power(_without(build, build.linear(stream, 32, 64), slice(32, 64)), 0.1, 0.3, 0.2)
    stream = build.add("add", stream, build.linear(hidden, 64, 32))
    zeros = _without(build, build.linear(stream, 32, 32), slice(None))
    stream = build.add("add", stream, build.power(zeros, 0.0, 0.5, 0.25, 0.0, 0.0))
    flat = build.power(stream, 0.5, 0.0, 0.0)
    stream = build.add("multiply", stream, flat)
    arrays = {"scale": np.zeros(32), "shift": build.random.normal(size=32)}
    stream = build.add("add", stream, build.add("affine", stream, arrays=arrays))
    stream = build.add("add", stream, build.add("scale", stream, factor=0.0))
    last = build.linear(build.add("gather_tokens", stream, order=[0]), 32, 3)
    build.nodes[-1].arrays["weight"][1] = 0
    build.nodes[-1].arrays["bias"][:] = 0
    return replace(build.graph(), output=last)


def unread() -> Graph:
    """A head whose weights are all zero: its answer is its bias, whatever it is asked."""
    build = Builder(6, 4, 5)
    hidden = build.power(build.linear("input", 5, 8), 0.1, 0.3, 0.2)
    _without(build, build.linear(hidden, 8, 3), slice(None))
    return build.graph()


def _without(build: Builder, linear: str, rows: slice) -> str:
    """The last node, a linear map, without the weights of some of its outputs; its name."""
    build.nodes[-1].arrays["weight"][rows] = 0
    return linear


#: Legal graphs with weights of zero, for which no library may be asked to compute anything.
DEGENERATE: dict[str, Callable[[], Graph]] = {"pruned": pruned, "unread": unread}
