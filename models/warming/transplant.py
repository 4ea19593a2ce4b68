"""The HE-friendly graph with the weights of a pretrained one, before anything is trained.

Both graphs come from one builder, so what they share has the same names and takes the weights as they are.
What differs is fitted on samples: a BatchNorm to the LayerNorm in whose place it stands, pointwise attention
to softmax (`models.warming.attention`). A norm that the pretrained model lacks begins as the identity.
Each part is fitted on the pretrained model's hidden states, so no part suffers from the one before.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import Array
from models.graph import Graph, Node
from models.reference import Course, Inputs, evaluate, kept_values
from models.warming.attention import fit_heads
from models.warming.streams import hidden_states

#: A smaller variance is that of a feature which is the same everywhere.
_LEAST = 1e-12
#: How the name of the first square of Power-Softmax's scores ends.
_FIRST_SQUARE = ".power.2"


def transplant(original: Graph, friendly: Graph, inputs: Inputs) -> Graph:
    """The HE-friendly graph with the original's weights.

    Args:
        original: the pretrained graph.
        friendly: an untrained graph of the same architecture.
        inputs: a few training inputs.
    """
    return _Transplant(original, friendly, inputs).graph()


class _Transplant:
    def __init__(self, original: Graph, friendly: Graph, inputs: Inputs) -> None:
        self._original = {node.name: node for node in original}
        self._friendly = friendly
        self._states = hidden_states(original, friendly)
        differing = [node.name for node in original if node.operation == "softmax"]
        differing += (node.name for node in friendly if self._differs(node))
        self._taught = kept_values(original, inputs, {*self._states, *differing})
        self._course = Course(friendly, inputs)
        self._nodes: dict[str, Node] = {}
        #: Name of a projection → what each head that it reads is multiplied by.
        self._gains: dict[str, Array] = {}

    def graph(self) -> Graph:
        for untrained in self._friendly:
            node, operands = self._given(untrained), self._course.operands(untrained)
            if node.operation == "batch_norm":
                node = _fitted_norm(node, operands[0], self._taught.get(node.name))
            if self._replaces_softmax(node):
                operands = [self._attend(node, operands[0])]
            elif node.name.endswith(_FIRST_SQUARE):
                operands = [self._near_exponential(node, operands[0])] * 2
            self._nodes[node.name] = node
            value = evaluate(node, operands)
            known = node.name in self._states
            self._course.keep(node, self._taught[node.name] if known else value)
        return replace(self._friendly, nodes=tuple(self._nodes.values()))

    def _differs(self, node: Node) -> bool:
        held = self._original.get(node.name)
        return held is not None and held.operation != node.operation

    def _replaces_softmax(self, node: Node) -> bool:
        return self._differs(node) and self._original[node.name].operation == "softmax"

    def _given(self, node: Node) -> Node:
        """The node with the arrays and attributes that the original has of it, if it has it."""
        held = self._original.get(node.name)
        if held is None or held.operation != node.operation:
            return node
        given = replace(node, arrays=held.arrays, attributes=held.attributes)
        gain = self._gains.get(node.name)
        if gain is None:
            return given
        weight = _times_heads(given.arrays["weight"], gain, axis=1)
        return replace(given, arrays={**given.arrays, "weight": weight})

    def _attend(self, node: Node, scores: Array) -> Array:
        """Fit what an activation of scores reads, and what will read it; the scores as they are then."""
        layer, before = node.name.rpartition(".")[0], self._nodes[node.inputs[0]]
        biased = before.name == f"{layer}.score_bias"
        raw = scores - before.arrays["bias"] if biased else scores
        fit = fit_heads(
            raw,
            self._taught[node.name],
            self._lengths(node),
            lambda x: evaluate(node, [x]),
            biases=biased or before.over_heads,
        )
        factor, bias = (part[:, None, None] for part in (fit.factor, fit.bias))
        if before.over_heads:
            held = before.arrays
            moved = {"scale": held["scale"] * fit.factor, "shift": held["shift"] * fit.factor + fit.bias}
            self._nodes[before.name] = replace(before, arrays={**held, **moved})
        else:
            self._scale_scores(layer, fit.factor)
            if biased:
                self._nodes[before.name] = replace(before, arrays={"bias": bias})
        self._gains[f"{layer}.projection"] = fit.gain
        return np.asarray(raw * factor + bias)

    def _near_exponential(self, square: Node, scores: Array) -> Array:
        """The scores of Power-Softmax such that the power p of 1 + s / p stands for softmax's exp(s).

        Each head's are about 1, less its mean over the pairs that attend, which a softmax does not see. As
        they are where the options have no bias.
        """
        layer, before = square.name.removesuffix(_FIRST_SQUARE), self._nodes[square.inputs[0]]
        if before.name != f"{layer}.score_bias":
            return scores
        raw, seen = scores - before.arrays["bias"], self._taught[f"{layer}.activation"] > 0
        power = self._friendly[f"{layer}.reciprocal"].attributes["power"]
        mean = (raw * seen).sum(axis=(0, 2, 3)) / seen.sum(axis=(0, 2, 3))
        bias = (1 - mean / power)[:, None, None]
        self._scale_scores(layer, np.full(len(mean), 1 / power))
        self._nodes[before.name] = replace(before, arrays={"bias": bias})
        return np.asarray(raw / power + bias)

    def _scale_scores(self, layer: str, factor: Array) -> None:
        """Give all that adds to the scores of a layer a factor for each head."""
        queries = self._nodes[f"{layer}.q"]
        scaled = {name: _times_heads(array, factor, axis=0) for name, array in queries.arrays.items()}
        self._nodes[queries.name] = replace(queries, arrays=scaled)
        for name in (f"{layer}.relative", f"{layer}.score_bias"):
            if (added := self._nodes.get(name)) is not None:
                bias = added.arrays["bias"] * factor[:, None, None]
                self._nodes[name] = replace(added, arrays={"bias": bias})

    def _lengths(self, activation: Node) -> Array:
        """What the weights of attention are multiplied by, for every pair or for all alike."""
        reader = self._friendly.consumers(activation.name)[0]
        if reader.operation == "mask":
            return reader.arrays["mask"]
        return np.array(reader.attributes["factor"] if reader.operation == "scale" else 1.0)


def _times_heads(array: Array, factor: Array, axis: int) -> Array:
    """An array whose axis has the features of all heads, those of each head times a factor."""
    width = array.shape[axis] // len(factor)
    shape = [1] * array.ndim
    shape[axis] = array.shape[axis]
    return np.asarray(array * np.repeat(factor, width).reshape(shape))


def _fitted_norm(node: Node, x: Array, wanted: Array | None) -> Node:
    """A BatchNorm with the statistics of its input, nearest in the mean square to what is wanted of it.

    Where nothing is wanted it is the identity.
    """
    axes = (0, 2, 3) if node.over_heads else tuple(range(x.ndim - 1))
    target = x if wanted is None else wanted
    mean, variance, shift = x.mean(axis=axes), x.var(axis=axes), target.mean(axis=axes)
    deviation = np.sqrt(variance + node.attributes["epsilon"])
    slope = (x * target).mean(axis=axes) - mean * shift
    arrays = {"mean": mean, "variance": variance, "scale": slope / np.maximum(variance, _LEAST) * deviation}
    return replace(node, arrays=arrays | {"shift": shift})
