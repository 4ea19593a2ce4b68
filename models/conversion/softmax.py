"""Softmax kept, and approximated by polynomials: no weight is trained.

exp(score) / sum over keys of exp(score), of which the division waits until the values are mixed:

    weights = polynomial(score)^(2^k)                    exp, never negative
    result  = mix(weights, values) · 1/x(sum_keys(weights))

Before it keys are shifted so that the sums of rows hardly differ (`models.conversion.row_sums`), and each
head's scores by a constant that brings the largest sum met in training, times a margin, to the end of the
interval of 1/x, which is 2 long: no map to it takes a level. Where a mask lets rows see different numbers of
keys, each row has a constant of its own. Where a head's sums differ beyond that whatever is taken from its
keys, and its weights hardly do, as in a head that looks at the token before and at nothing else, it takes
the mean weights of training.

Levels: those of exp, one for the mix and one for the last product; 1/x runs beside the mix, from the weights
on. Padding keeps its weights and loses its values, and counts in no sum. Pairs that a mask leaves out lose
what they exceed the others by, so that they stay in the interval of exp.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.approximation.exponential import closest_exponential
from models.approximation.reciprocal import reciprocal
from models.conversion.row_sums import Levels, levels
from models.conversion.settings import ConversionSettings, SoftmaxSettings
from models.conversion.stages import Chain, write_stages
from models.errors import ModelError
from models.graph import Array, Graph, Node
from models.reference import Course, Inputs, evaluate
from models.shapes import value_shapes

#: Samples at a time.
_BATCH = 16
#: Least weight of a pair in a head of mean weights, relative to the sum of its row.
_LEAST_WEIGHT = 1e-4
#: The part of a head's squared weights from which the mean ones stand for them.
_STEADY = 0.8
#: How much longer than met in training the interval of scores is.
_WIDER = 1.1


def without_softmax(graph: Graph, inputs: Inputs, settings: ConversionSettings) -> Graph:
    """The graph with polynomials for every softmax; the same graph where it has none.

    Args:
        graph: any graph, its norms and activations as they are.
        inputs: training inputs.
        settings: which say how softmax becomes polynomial.

    Raises:
        ModelError: they do not, or a softmax is not that of an attention.
    """
    names = [node.name for node in graph if node.operation == "softmax"]
    if not names:
        return graph
    if settings.softmax is None:
        raise ModelError(
            f"graph {graph.name}: the conversion does not say how {', '.join(names)} become polynomial; give "
            "it `softmax: {...}`, or train the HE-friendly variant"
        )
    found = levels(graph, inputs)
    levelled = _levelled(graph, found, settings.softmax)
    return divided(levelled, _spans(levelled, inputs), settings.softmax)


def _interval(settings: SoftmaxSettings) -> tuple[float, float]:
    """Of the sums: 2 long."""
    return 2 / (settings.sums - 1), 2 * settings.sums / (settings.sums - 1)


def _levelled(graph: Graph, found: Mapping[str, Levels], settings: SoftmaxSettings) -> Graph:
    """The graph with keys and scores shifted, the softmax still there."""
    replacements: dict[str, list[Node]] = {}
    target = float(np.log(_interval(settings)[1] / settings.margin))
    for name, one in found.items():
        if np.any(one.keys):
            replacements[one.heads.name] = _shifted_keys(one)
        replacements[name] = _shifted_scores(graph[name], one, settings, target)
    nodes = [new for node in graph for new in replacements.get(node.name, [node])]
    return replace(graph, nodes=tuple(nodes))


def _shifted_keys(one: Levels) -> list[Node]:
    chain = Chain(one.heads)
    lost = one.keys if len(one.keys) > 1 else one.keys[0]
    less = chain.add("levelled", "bias", *one.heads.inputs, arrays={"bias": -lost})
    return [*chain.nodes, replace(one.heads, inputs=(less,))]


def _shifted_scores(softmax: Node, one: Levels, settings: SoftmaxSettings, target: float) -> list[Node]:
    """The softmax after a constant for every head or row; where none serves, after that of every pair."""
    chain = Chain(softmax)
    _, tokens, block = one.pattern.shape
    far_off = (one.spread > np.log(settings.sums) / 2) & (one.steady > _STEADY) & (tokens == block)
    rows = target - one.highest[:, None] - one.constants
    heads = rows.mean(axis=1)
    arrays = {"scale": np.where(far_off, 0.0, 1.0), "shift": np.where(far_off, 0.0, heads)}
    source = chain.add("levelled", "affine", softmax.inputs[0], arrays=arrays, over="heads")
    if rows.shape[1] > 1:
        bias = np.broadcast_to((rows - heads[:, None])[..., None], one.pattern.shape)
        bias = np.where(far_off[:, None, None], 0.0, bias)
        source = chain.add("levelled_rows", "bias", source, arrays={"bias": bias})
    if far_off.any():
        constant = np.log(np.maximum(one.pattern, _LEAST_WEIGHT)) + target
        bias = np.where(far_off[:, None, None], constant, 0.0)
        source = chain.add("mean_weights", "bias", source, arrays={"bias": bias})
    return [*chain.nodes, replace(softmax, inputs=(source, *softmax.inputs[1:]))]


@dataclass
class Span:
    """Least and largest score that a softmax reads, and of pairs that its mask leaves out."""

    low: float = np.inf
    high: float = -np.inf
    hidden_low: float = np.inf
    hidden_high: float = -np.inf

    def see(self, node: Node, scores: Array) -> None:
        """Take in a batch."""
        seen = node.arrays.get("mask", np.ones(scores.shape[2:])) != 0
        self.low = min(self.low, float(scores[..., seen].min()))
        self.high = max(self.high, float(scores[..., seen].max()))
        if not seen.all():
            self.hidden_low = min(self.hidden_low, float(scores[..., ~seen].min()))
            self.hidden_high = max(self.hidden_high, float(scores[..., ~seen].max()))

    @property
    def excess(self) -> float:
        """By how much pairs that are left out exceed the others."""
        return max(0.0, self.hidden_high - self.high)

    @property
    def least(self) -> float:
        """The least score once those pairs have lost their excess."""
        return min(self.low, self.hidden_low - self.excess)


def _spans(graph: Graph, inputs: Inputs) -> dict[str, Span]:
    """What each softmax is given."""
    spans = {node.name: Span() for node in graph if node.operation == "softmax"}
    for start in range(0, len(inputs), _BATCH):
        course = Course(graph, inputs[start : start + _BATCH])
        for node in graph:
            operands = course.operands(node)
            if node.name in spans:
                spans[node.name].see(node, operands[0])
            course.keep(node, evaluate(node, operands))
    return spans


def divided(graph: Graph, spans: Mapping[str, Span], settings: SoftmaxSettings) -> Graph:
    """Polynomials for every softmax and the mix that reads it.

    Args:
        graph: whose keys and scores are shifted already.
        spans: what each softmax is given.
        settings: levels and the interval of sums.

    Raises:
        ModelError: a softmax is read by another than a mix.
    """
    shapes = value_shapes(graph)
    replacements: dict[str, list[Node]] = {}
    for name, span in spans.items():
        softmax, readers = graph[name], graph.consumers(name)
        if len(readers) != 1 or readers[0].operation != "mix" or name == graph.output:
            raise ModelError(f"node {name} is read by more than a mix of values; softmax is kept there alone")
        (mix,) = readers
        replacements[name] = _weights(softmax, span, settings, shapes[name][-1])
        replacements[mix.name] = _quotient(graph, softmax, mix, shapes[mix.name][-1], settings)
    nodes = [new for node in graph for new in replacements.get(node.name, [node])]
    return replace(graph, nodes=tuple(nodes))


def _weights(softmax: Node, span: Span, settings: SoftmaxSettings, block: int) -> list[Node]:
    """exp of the scores, as near as the least sum of a row wants it."""
    least, largest = _interval(settings)
    low, high = span.least, max(span.high, float(np.log(largest)))
    interval = (high - _WIDER * (high - low), high)
    found = closest_exponential(interval, settings.exponential, least / block)
    chain = Chain(softmax)
    source = softmax.inputs[0]
    if span.excess:
        lower = np.where(softmax.arrays["mask"] == 0, -span.excess, 0.0)
        source = chain.add("hidden", "bias", source, arrays={"bias": lower})
    variable = chain.add("variable", "scale", source, factor=found.factor)
    masked = "mask" in softmax.arrays
    value = write_stages(chain, "exponential" if masked else "", variable, found)
    if masked:
        chain.add("", "mask", value, arrays=softmax.arrays)
    return chain.nodes


def _quotient(graph: Graph, softmax: Node, mix: Node, features: int, settings: SoftmaxSettings) -> list[Node]:
    """The mix of values by weights, times 1/x of the sums of the weights."""
    chain = Chain(mix)
    keep = softmax.inputs[1:]
    values = mix.inputs[1]
    if keep:
        heads = graph[values]
        kept = chain.add("values.kept", "multiply", heads.inputs[0], *keep)
        values = chain.add("values", "split_heads", kept, **heads.attributes)
    mixed = chain.add("mixed", "mix", mix.inputs[0], values)
    sums = chain.add("sums", "sum_keys", mix.inputs[0], *keep, features=features)
    found = reciprocal(_interval(settings), 2**settings.division - 1, 0)
    chain.add("", "multiply", mixed, write_stages(chain, "inverse", sums, found))
    return chain.nodes
