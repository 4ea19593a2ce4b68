"""A checkpoint in the graph's terms, and the graph made of it by the architecture's own builder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.architectures import registry
from models.architectures.options import ORIGINAL
from models.architectures.shapes import DataShape
from models.data import preparation as prepared
from models.data.literals import Preparation
from models.errors import ModelError
from models.graph import Array, Graph, Node
from models.huggingface.config import TransformerConfig, operation
from models.metrics.metric import Metric

#: Names of nodes → their arrays.
Arrays = dict[str, dict[str, Array]]


@dataclass(frozen=True)
class Request:
    """How the caller wants the model; of `preparation` and `context` at most one is given.

    Attributes:
        name: the name of the graph.
        preparation: how a data set becomes its inputs.
        context: tokens of a text; all positions of the model where absent.
    """

    name: str
    preparation: Preparation | None = None
    context: int | None = None

    def text(self, positions: int, vocabulary: int, classes: int) -> DataShape:
        """The sizes of a text model's data.

        Raises:
            ModelError: the model has fewer positions, or another vocabulary than the preparation.
        """
        tokens = positions if self.context is None else self.context
        entries = vocabulary
        if self.preparation is not None:
            tokens, entries = prepared.tokens(self.preparation)
        if entries != vocabulary:
            raise ModelError(
                f"the preparation gives tokens of {entries} features, the model knows {vocabulary} symbols; "
                "give a preparation with the model's own vocabulary, or none and number the tokens yourself"
            )
        if not 0 < tokens <= positions:
            raise ModelError(
                f"the model has {positions} positions, not {tokens}; ask for a context within them"
            )
        return DataShape(tokens, vocabulary, classes)


@dataclass(frozen=True)
class Imported:
    """A checkpoint in the graph's terms.

    Attributes:
        architecture: its kind and shape.
        data: the sizes of what it takes and gives.
        preparation: how a data set becomes its inputs; None where that is the caller's business.
        config: its entries.
        arrays: every array but the masks, which the builder knows.
        closing: nodes after those of the builder.
        headless: whether the builder's last node falls away, the head: what it reads is then the output.
        metric: by what it is judged, if not by its architecture's metric.
    """

    architecture: registry.Architecture
    data: DataShape
    preparation: Preparation | None
    config: TransformerConfig
    arrays: Arrays
    closing: tuple[Node, ...] = ()
    headless: bool = False
    metric: Metric | None = None

    def graph(self, name: str) -> Graph:
        """The original rung."""
        options = ORIGINAL.model_copy(update={"activation": operation(self.config.activation)[0]})
        preparation = {} if self.preparation is None else self.preparation.model_dump(mode="json")
        rng = np.random.default_rng(0)  # whatever it draws is replaced
        drawn = registry.build(self.architecture, options, self.data, preparation, rng, name)
        if self.headless:
            drawn = replace(drawn, nodes=drawn.nodes[:-1], output=drawn.nodes[-2].name)
        nodes = tuple(self._as_configured(node) for node in filled(drawn, self.arrays)) + self.closing
        judged = {} if self.metric is None else {"metric": self.metric.name}
        metadata = {**drawn.metadata, **judged}
        return replace(drawn, nodes=nodes, output=nodes[-1].name, metadata=metadata)

    def _as_configured(self, node: Node) -> Node:
        """The node with what the config says of its operation."""
        name, attributes = operation(self.config.activation)
        said: dict[str, dict[str, Any]] = {"layer_norm": {"epsilon": self.config.epsilon}, name: attributes}
        return replace(node, attributes={**node.attributes, **said.get(node.operation, {})})


def filled(graph: Graph, arrays: Mapping[str, Mapping[str, Array]]) -> Graph:
    """The graph with other arrays in the places of its own, masks apart.

    Raises:
        ModelError: an array has no place or another shape, or a place gets no array.
    """
    places = _shapes({node.name: node.arrays for node in graph})
    given = _shapes(arrays)
    wrong = sorted("/".join(place) for place in places.keys() ^ given.keys())
    wrong += ["/".join(place) for place in places if places[place] != given.get(place, places[place])]
    if wrong:
        raise ModelError(
            f"graph {graph.name} and the checkpoint disagree about {', '.join(wrong)}; "
            "this is a defect of the import, report it"
        )
    nodes = (replace(node, arrays={**node.arrays, **arrays.get(node.name, {})}) for node in graph)
    return replace(graph, nodes=tuple(nodes))


def _shapes(arrays: Mapping[str, Mapping[str, Array]]) -> dict[tuple[str, str], tuple[int, ...]]:
    return {
        (node, name): array.shape
        for node, owned in arrays.items()
        for name, array in owned.items()
        if name != "mask"
    }
