"""What lies far out at one place is brought to where the other values lie, before intervals are chosen.

A pretrained transformer gives its first token a few features that are far larger than all others, whatever
the sample (M. Sun et al. 2024, *Massive Activations in Large Language Models*). One interval for all values
would be wide for its sake, and the polynomials deep. The function stays the same but for what GELU still
bends beyond its bend:

* GELU of a feature that always lies right of the bend is the feature itself, and left of it 0. Such a feature
  is moved to the end of the bend, and moved back after GELU: constants that fold into the linear maps around.
* LayerNorm does not see a factor of a token. So the first token is multiplied by one that brings its variance
  to that of the others, which takes a level where it differs much.

The first token has places of its own; the other tokens share theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from models.conversion.stages import Chain
from models.graph import Array, Graph, Node
from models.reference import Course, Inputs, evaluate

#: Beyond this GELU is within 0.005 of x or of 0.
_BEND = 3.0
#: How many times larger or smaller than the others' the first token's variance may be and stay as it is.
_ALIKE = 4.0
_BATCH = 16


def by_place(graph: Graph, inputs: Inputs) -> Graph:
    """The graph with its far-out values moved.

    Args:
        graph: its norms and activations as they are.
        inputs: training inputs.
    """
    lows: dict[str, Array] = {}
    highs: dict[str, Array] = {}
    for name, value in _met(graph, inputs):
        low, high = _of_places(value, np.min), _of_places(value, np.max)
        lows[name] = np.minimum(lows.get(name, low), low)
        highs[name] = np.maximum(highs.get(name, high), high)
    nodes: list[Node] = []
    for node in graph:
        if node.name not in lows:
            nodes.append(node)
        elif node.operation == "gelu":
            nodes += _gelu(node, lows[node.name], highs[node.name])
        else:
            nodes += _norm(node, lows[node.name], highs[node.name])
    return replace(graph, nodes=tuple(nodes))


def _met(graph: Graph, inputs: Inputs) -> Iterator[tuple[str, Array]]:
    """Inputs of every GELU and variances of every LayerNorm, `[samples, tokens, ...]`, batch by batch."""
    for start in range(0, len(inputs), _BATCH):
        course = Course(graph, inputs[start : start + _BATCH])
        for node in graph:
            operands = course.operands(node)
            if node.operation in ("gelu", "layer_norm") and operands[0].ndim == 3:
                seen = operands[0] if node.operation == "gelu" else operands[0].var(axis=-1, keepdims=True)
                if seen.shape[1] > 1:
                    yield node.name, seen
            course.keep(node, evaluate(node, operands))


def _of_places(value: Array, extreme: Callable[..., Array]) -> Array:
    """`[tokens, ...]`: the extreme of the first token, and that of all others at each of them."""
    first, others = extreme(value[:, :1], axis=(0, 1)), extreme(value[:, 1:], axis=(0, 1))
    return np.stack([first, *[others] * (value.shape[1] - 1)])


def _gelu(node: Node, low: Array, high: Array) -> list[Node]:
    right, left = low > _BEND, high < -_BEND
    shift = np.where(right, _BEND - low, np.where(left, -_BEND - high, 0.0))
    if not np.any(shift):
        return [node]
    chain = Chain(node)
    near = chain.add("near", "bias", *node.inputs, arrays={"bias": shift})
    bent = chain.add("bent", "gelu", near, **node.attributes)
    chain.add("", "bias", bent, arrays={"bias": np.where(right, -shift, 0.0)})
    return chain.nodes


def _norm(node: Node, low: Array, high: Array) -> list[Node]:
    first, others = np.sqrt(low[0] * high[0]).item(), np.sqrt(low[1] * high[1]).item()
    if not first > 0 or not others > 0 or 1 / _ALIKE < first / others < _ALIKE:
        return [node]
    factors = np.ones_like(low)
    factors[0] = np.sqrt(others / first)
    chain = Chain(node)
    alike = chain.add("alike", "mask", *node.inputs, arrays={"mask": factors})
    return [*chain.nodes, replace(node, inputs=(alike,))]
