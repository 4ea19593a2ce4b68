"""The ways to a polynomial model, each from the sizes of a model to a polynomial graph that costs as much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from models import conversion
from models.architectures import registry
from models.architectures.options import ORIGINAL, Options
from models.architectures.shapes import DataShape
from models.conversion.settings import ConversionSettings, LayerNormSettings, SoftmaxSettings
from models.conversion.softmax import Span, divided
from models.graph import Graph, Node
from models.operations import declared
from models.operations.operation import SPREADS
from models.sketches.client import embedded, headless
from models.sketches.stretched import PROTOTYPE, Stretched, stretched

#: What is taken for the interval of an activation; it decides about no level, for the variable is scaled.
_INTERVAL = (-1.0, 1.0)


@dataclass(frozen=True)
class Model:
    """What a cost needs to know of a model.

    Attributes:
        name: for sentences.
        architecture: its kind and shape.
        data: the sizes of its data, one-hot tokens as they come.
        client_embedding: whether the key owner looks the embedding up.
        client_head: whether it applies the head too.
        activation: the operation between the maps of its MLPs.
    """

    name: str
    architecture: registry.Architecture
    data: DataShape
    client_embedding: bool = False
    client_head: bool = False
    activation: str = "gelu"

    @property
    def blocks(self) -> int | None:
        """How many blocks there are, where all are alike."""
        return getattr(self.architecture, "blocks", None)

    def drawn(self, options: Options, blocks: int | None) -> Graph:
        """Its graph with random weights.

        Args:
            options: how attention and norms are done; the activation is the model's own.
            blocks: how many blocks, where all are alike.
        """
        shape = (
            self.architecture if blocks is None else self.architecture.model_copy(update={"blocks": blocks})
        )
        data = DataShape(
            self.data.tokens,
            1 if self.client_embedding else self.data.features,
            1 if self.client_head else self.data.classes,
        )
        rng = np.random.default_rng(0)
        own = options.model_copy(update={"activation": self.activation})
        graph = registry.build(shape, own, data, {}, rng, self.name)
        if self.client_head:
            graph = headless(graph)
        if self.client_embedding:
            graph = embedded(graph)
        return replace(graph, nodes=tuple(_as_if_trained(node, rng) for node in graph))


def _as_if_trained(node: Node, rng: np.random.Generator) -> Node:
    """The node with other vectors than the zeros and ones that training begins with: these cost less."""
    arrays = {
        name: array if name == "mask" or array.ndim > 1 else rng.uniform(0.5, 1.5, array.shape)
        for name, array in node.arrays.items()
    }
    return replace(node, arrays=arrays)


@dataclass(frozen=True)
class Assumed:
    """What a model's training decides, or calibration, and costs cannot wait for.

    Attributes:
        degree: of the polynomials in the places of activations and of pointwise attention.
        error: largest relative error of a LayerNorm's 1/√.
        variances: the largest variance that a LayerNorm meets, as a multiple of the least.
        kept_degree: of the activation of a model of which nothing is trained, as all-MiniLM-L6-v2 needs it.
        exponential: levels of exp where softmax is kept.
        division: levels of 1/x there.
        sums: how many times the least sum of a row is in the largest there.
        lowest: the least of its scores.
    """

    degree: int = 8
    error: float = 0.002
    variances: float = 100.0
    kept_degree: int = 30
    exponential: int = 5
    division: int = 5
    sums: float = 200.0
    lowest: float = -40.0

    def kept_softmax(self) -> SoftmaxSettings:
        """How a softmax that is kept becomes polynomial."""
        return SoftmaxSettings(exponential=self.exponential, division=self.division, sums=self.sums)

    def settings(self) -> ConversionSettings:
        """How they become polynomials."""
        return ConversionSettings(
            attention_degree=self.degree,
            mlp_degree=self.degree,
            margin=1.0,
            value_size=1.0,
            layer_norm=LayerNormSettings(error=self.error, margin=1.0),
        )


@dataclass(frozen=True)
class Route:
    """A way to a polynomial model.

    Attributes:
        title: for people.
        serves: for which of the ways of `docs/method.md` it tells the costs.
        assumes: what is assumed of it, in words.
        options: how attention, norms and activations are done before polynomials take their places.
    """

    title: str
    serves: str
    assumes: Callable[[Assumed], str]
    options: Options

    def polynomial(self, model: Model, assumed: Assumed) -> Stretched | Graph:
        """A graph that costs what the model costs; where its blocks are alike, of few that stand for all."""
        blocks = model.blocks
        if blocks is None or blocks <= PROTOTYPE:
            return self.converted(model.drawn(self.options, blocks), assumed)
        return stretched(self.converted(model.drawn(self.options, PROTOTYPE), assumed), blocks)

    def converted(self, graph: Graph, assumed: Assumed) -> Graph:
        """A graph with polynomials in place, folded."""
        frozen = conversion.freeze(graph)
        if self.options.attention == "softmax":
            spans = {node.name: Span(assumed.lowest, 0.0) for node in frozen if node.operation == "softmax"}
            frozen = divided(frozen, spans, assumed.kept_softmax())
            assumed = replace(assumed, degree=assumed.kept_degree)
        ranges = {
            node.name: (1.0, assumed.variances) if kind in SPREADS else _INTERVAL
            for node in frozen
            if (kind := declared(node.operation).calibrated) is not None
        }
        return conversion.fold(conversion.substitute(frozen, ranges, assumed.settings()))


#: Name → a way to a polynomial model.
ROUTES: Mapping[str, Route] = MappingProxyType(
    {
        "batch_norm": Route(
            title="pointwise attention, BatchNorm",
            serves="trained from nothing, or warm start",
            assumes=lambda assumed: f"polynomials of degree {assumed.degree}",
            options=Options(),
        ),
        "layer_norm": Route(
            title="pointwise attention, approximated LayerNorm",
            serves="trained from nothing, or warm start",
            assumes=lambda assumed: (
                f"polynomials of degree {assumed.degree}; 1/√ within {assumed.error:g} of variances that "
                f"differ by a factor of {assumed.variances:g}"
            ),
            options=Options(norm="layer", mlp_norm=False),
        ),
        "kept": Route(
            title="softmax and LayerNorm kept and approximated",
            serves="kept, nothing trained",
            assumes=lambda assumed: (
                f"exp in {assumed.exponential} levels, 1/x of sums that differ by a factor of "
                f"{assumed.sums:g}; activations of degree {assumed.kept_degree}; 1/√ within "
                f"{assumed.error:g} of variances that differ by a factor of {assumed.variances:g}"
            ),
            options=ORIGINAL,
        ),
    }
)
