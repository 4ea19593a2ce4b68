"""What a folder says of its model, before its weights are read, and the graph that they fill."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from models.architectures import registry
from models.architectures.options import ORIGINAL
from models.architectures.shapes import DataShape
from models.data.literals import Preparation
from models.errors import ModelError
from models.graph import FIXED_ARRAYS, Graph, Node
from models.huggingface import config
from models.huggingface.config import Config
from models.huggingface.family import Family, Head
from models.huggingface.rules import Arrays, Place
from models.huggingface.tensors import Tensors
from models.metrics.metric import Metric
from models.sketches.weightless import weightless


@dataclass(frozen=True)
class Described:
    """A model without its weights.

    Attributes:
        name: the name of its graph.
        family: whose it is.
        head: what stands behind its body.
        config: what its entries say.
        architecture: its kind and shape.
        data: the sizes of what it takes and gives.
        preparation: how a data set becomes its inputs; None where that is the caller's business.
        metric: by what it is judged, if not by its architecture's metric.
    """

    name: str
    family: Family
    head: Head
    config: Config
    architecture: registry.Architecture
    data: DataShape
    preparation: Preparation | None
    metric: Metric | None

    def drawn(self) -> Graph:
        """The original rung, every weight a zero that takes no memory."""
        options = ORIGINAL.model_copy(update={"activation": config.operation(self.config.activation)[0]})
        preparation = {} if self.preparation is None else self.preparation.model_dump(mode="json")
        graph = weightless(self.architecture, options, self.data, self.name)
        said = {} if self.metric is None else {"metric": self.metric.name}
        nodes = tuple(
            replace(node, attributes={**node.attributes, **self.config.attributes(node)}) for node in graph
        )
        return replace(graph, nodes=nodes, metadata={**graph.metadata, "preparation": preparation, **said})

    def filled(self, stored: Tensors) -> Graph:
        """The original rung with its weights.

        Raises:
            ModelError: they are not those that the config describes.
        """
        graph = self.drawn()
        nodes = tuple(replace(node, arrays=arrays) for node, arrays in self.arrays(graph, stored))
        stored.check()
        return replace(graph, nodes=nodes)

    def arrays(self, graph: Graph, stored: Tensors) -> Iterator[tuple[Node, Arrays]]:
        """The nodes of a graph that `drawn` made, and their arrays; what is wrong is noted by the tensors."""
        stored.rename(*self.family.renamings)
        stored.leave(rf"({re.escape(self.family.prefix)})?({self.family.left_out})")
        for node in graph:
            yield node, self._arrays(node, stored)

    def _arrays(self, node: Node, stored: Tensors) -> Arrays:
        kept = {name: array for name, array in node.arrays.items() if name in FIXED_ARRAYS}
        if len(kept) == len(node.arrays):
            return kept
        (pattern, numbers), places = _numbered(node.name), self.family.places(self.head)
        if pattern not in places:
            raise _defect(self.name, [node.name])
        prefix, rule = places[pattern]
        found = rule.arrays(Place(node, numbers, prefix, stored, self.config))
        check_alike(node, {**kept, **found})
        return {**kept, **found}


def check_alike(node: Node, found: Mapping[str, object]) -> None:
    """See that arrays are those that a node has, of the same shapes.

    Raises:
        ModelError: they are not, which is a defect of a family's table.
    """
    names = sorted(node.arrays.keys() ^ found.keys())
    names += [
        name
        for name, array in found.items()
        if name in node.arrays and getattr(array, "shape", None) != node.arrays[name].shape
    ]
    if names:
        raise _defect(node.name, names)


def _defect(name: str, places: list[str]) -> ModelError:
    return ModelError(
        f"{name} and the table of its family disagree about {', '.join(places)}; "
        "this is a defect of the import, report it"
    )


def _numbered(name: str) -> tuple[str, tuple[str, ...]]:
    """The name of a node with an asterisk for each number, and the numbers."""
    parts = name.split(".")
    pattern = ".".join("*" if part.isdigit() else part for part in parts)
    return pattern, tuple(part for part in parts if part.isdigit())
