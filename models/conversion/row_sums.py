"""What the rows of scores of a softmax sum up to on samples, and how keys level them.

Softmax is the same whatever is added to all scores of a row, so the same vector w may be taken from every
key: a query's scores lose q·w, all of them alike. With q·w + b near the logarithm of the row's sum of
exponentials, that sum is near 1 in every row, whatever the query, and its reciprocal needs few levels. The w
of each head is found by least squares, in which the rows that are farthest off weigh most.

Where a mask lets rows see different numbers of keys, as a causal one does, b is one number for each row: the
first token's row is a single exponential, the last one's as many as there are tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from models.errors import ModelError
from models.graph import Array, Graph, Node
from models.operations.normalisations import seen_scores
from models.reference import Course, Inputs, evaluate

_BATCH = 16
#: Rounds in which rows that are far off gain weight, and what every row weighs beside its distance.
_ROUNDS, _BASE_WEIGHT = 8, 0.3
#: Operations between the product of queries and keys and the softmax that keep what a key adds.
_BETWEEN = ("scale", "bias")


@dataclass
class Rows:
    """What one softmax meets, sample by sample.

    Attributes:
        node: the softmax.
        scores: the product of queries and keys that it reads.
        factor: of that product in what it reads.
        keys: the heads of the keys, before positions turn them.
        turned: what turns them, between these and the product, where there is one.
        queries: `[heads, rows, features]` as the product reads them, a piece for each batch.
        sums: logarithms of the sums of exponentials, `[heads, rows]`, likewise.
        pattern: the weights of all pairs, added up over samples.
        squares: likewise the sums of each row's squared weights.
        counts: how many samples had each query.
    """

    node: Node
    scores: Node
    factor: float
    keys: Node
    turned: Node | None
    queries: list[Array] = field(default_factory=list)
    sums: list[Array] = field(default_factory=list)
    pattern: Array | float = 0.0
    squares: Array | float = 0.0
    counts: Array | float = 0.0

    def see(self, queries: Array, x: Array, keep: Array | None, weights: Array) -> None:
        """Take in what it meets on a batch, `[samples, heads, tokens, ...]`."""
        seen = seen_scores(self.node, x, keep)
        largest = seen.max(axis=-1)
        sums = np.log(np.exp(seen - np.where(np.isfinite(largest), largest, 0)[..., None]).sum(axis=-1))
        self.queries.append(_by_head(queries))
        self.sums.append(_by_head((sums + largest)[..., None])[..., 0])
        present = np.ones(x.shape[:1] + x.shape[2:3]) if keep is None else keep[..., 0] != 0
        self.pattern += (weights * present[:, None, :, None]).sum(axis=0)
        self.squares += (weights**2 * present[:, None, :, None]).sum(axis=(0, 3))
        self.counts += present.sum(axis=0)

    def levelled(self) -> Levels:
        """How keys and a constant of each head level the rows."""
        queries, sums = np.concatenate(self.queries, axis=1), np.concatenate(self.sums, axis=1)
        which = self._which(sums.shape[1])
        solved = [_levelled(q, s, which) for q, s in zip(queries, sums, strict=True)]
        vectors, constants, left = (np.array(part) for part in zip(*solved, strict=True))
        counts = np.maximum(self.counts, 1)
        pattern = np.asarray(self.pattern) / counts[:, None]
        steady = (pattern**2).sum(axis=(1, 2)) / (self.squares / counts).sum(axis=1)
        shifts = self._before_turning(vectors / self.factor)
        return Levels(self.keys, shifts, constants, left.max(axis=1), left.std(axis=1), pattern, steady)

    def _which(self, rows: int) -> Array:
        """`[rows, constants]`: 1 at the constant that a row has: all the same, or every token's its own."""
        seen = np.isfinite(seen_scores(self.node, np.zeros_like(self.pattern)[None])[0, 0])
        if len(set(np.count_nonzero(seen, axis=1))) == 1:
            return np.ones((rows, 1))
        return np.tile(np.eye(len(seen)), (rows // len(seen), 1))

    def _before_turning(self, vectors: Array) -> Array:
        """`[tokens, features of all heads]`, tokens 1 where no position turns keys: what they lose."""
        if self.turned is None:
            return vectors.reshape(1, -1)
        tokens, features = self.turned.arrays["cosine"].shape
        each = np.broadcast_to(np.eye(features)[:, None, None], (features, 1, tokens, features))
        maps = evaluate(self.turned, [each])[:, 0].transpose(1, 2, 0)
        before = np.linalg.solve(maps, vectors.T)
        return np.asarray(before.transpose(0, 2, 1).reshape(tokens, -1))


@dataclass(frozen=True)
class Levels:
    """What levels the rows of one softmax.

    Attributes:
        heads: of the keys, before positions turn them.
        keys: `[1 or tokens, features of all heads]`: what to take from every key there.
        constants: `[heads, 1 or tokens]`: what to take from every score of a row then.
        highest: `[heads]`: the largest logarithm of a row's sum that is left.
        spread: `[heads]`: the standard deviation of those logarithms.
        pattern: `[heads, tokens, block]`: the mean weights over samples.
        steady: `[heads]`: the part of the squared weights that the mean ones have; 1 where no sample differs.
    """

    heads: Node
    keys: Array
    constants: Array
    highest: Array
    spread: Array
    pattern: Array
    steady: Array


def levels(graph: Graph, inputs: Inputs) -> Mapping[str, Levels]:
    """What levels the rows of every softmax, by its name.

    Raises:
        ModelError: one does not read scores that are at most scaled and added to.
    """
    rows = {node.name: _rows(graph, node) for node in graph if node.operation == "softmax"}
    for start in range(0, len(inputs), _BATCH):
        course = Course(graph, inputs[start : start + _BATCH])
        queries: dict[str, Array] = {}
        for node in graph:
            operands = course.operands(node)
            value = evaluate(node, operands)
            if node.operation == "scores":
                queries[node.name] = operands[0]
            if node.name in rows:
                keep = operands[1] if len(operands) == 2 else None
                found = rows[node.name]
                found.see(queries.pop(found.scores.name), operands[0], keep, value)
            course.keep(node, value)
    return {name: found.levelled() for name, found in rows.items()}


def _rows(graph: Graph, softmax: Node) -> Rows:
    node, factor = graph[softmax.inputs[0]], 1.0
    while node.operation in _BETWEEN:
        factor *= node.attributes.get("factor", 1.0)
        node = graph[node.inputs[0]]
    if node.operation != "scores":
        raise ModelError(
            f"node {softmax.name} reads {node.operation}, and softmax is kept over scaled scores alone; "
            "train the HE-friendly variant"
        )
    keys = graph[node.inputs[1]]
    turned = None if keys.operation == "split_heads" else keys
    return Rows(softmax, node, factor, graph[turned.inputs[0]] if turned else keys, turned)


def _by_head(x: Array) -> Array:
    samples, heads, tokens, features = x.shape
    return np.asarray(x.transpose(1, 0, 2, 3).reshape(heads, samples * tokens, features))


def _levelled(queries: Array, sums: Array, which: Array) -> tuple[Array, Array, Array]:
    """The w and b of q·w + b near the sums of one head, and what is left of these."""
    there = np.isfinite(sums)
    known, wanted = np.column_stack([queries, which])[there], sums[there]
    weights: Array = np.ones(len(wanted))
    for _ in range(_ROUNDS):
        solution = np.asarray(np.linalg.lstsq(known * weights[:, None], wanted * weights, rcond=None)[0])
        left = np.asarray(wanted - known @ solution)
        weights = np.abs(left) / max(left.std(), np.finfo(float).tiny) + _BASE_WEIGHT
    filled: Array = np.full(len(sums), left.min())
    filled[there] = left
    features = queries.shape[1]
    return solution[:features], solution[features:], filled
