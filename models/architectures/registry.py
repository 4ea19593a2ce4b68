"""From a recipe's literal to the graph of its architecture."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, Protocol

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError

from models.architectures import bert, gpt, mlp, swin, vit
from models.architectures.options import Options
from models.architectures.shapes import DataShape
from models.errors import ModelError
from models.graph import Graph
from models.metrics.catalogue import ACCURACY, PERPLEXITY
from models.metrics.metric import Metric

#: What stands under `architecture:` in a recipe.
Architecture = Annotated[
    vit.VitShape | swin.SwinShape | gpt.GptShape | bert.BertShape | mlp.MlpShape, Field(discriminator="kind")
]


class _Build(Protocol):
    def __call__(self, shape: Any, data: DataShape, options: Options, rng: np.random.Generator) -> Graph: ...


class _Kind(NamedTuple):
    build: _Build
    metric: Metric


_KINDS = {
    "vit": _Kind(vit.build, ACCURACY),
    "swin": _Kind(swin.build, ACCURACY),
    "gpt": _Kind(gpt.build, PERPLEXITY),
    "bert": _Kind(bert.build, ACCURACY),
    "mlp": _Kind(mlp.build, ACCURACY),
}


_SHAPES: TypeAdapter[Architecture] = TypeAdapter(Architecture)


def parse(literal: Mapping[str, object]) -> Architecture:
    """An architecture from the mapping that a recipe or a graph's metadata holds.

    Raises:
        ModelError: the mapping has an unknown key or a wrong value.
    """
    try:
        return _SHAPES.validate_python(dict(literal))
    except ValidationError as error:
        raise ModelError(f"the architecture is not valid ({error}); restore the checkpoint") from error


def build(
    architecture: Architecture,
    options: Options,
    data: DataShape,
    preparation: Mapping[str, Any],
    rng: np.random.Generator,
    name: str,
) -> Graph:
    """An untrained graph.

    Args:
        architecture: its kind and shape.
        options: original or HE-friendly.
        data: sizes that the data fix.
        preparation: how a data set becomes the graph's inputs; it is only noted.
        rng: the generator of the initial weights.
        name: the name of the graph.

    Returns:
        The graph, whose metadata hold the preparation, the metric, the architecture and the options.
    """
    kind = _KINDS[architecture.kind]
    metadata = {
        "preparation": dict(preparation),
        "metric": kind.metric.name,
        "architecture": architecture.model_dump(mode="json"),
        "options": options.model_dump(mode="json"),
    }
    graph = kind.build(architecture, data, options, rng)
    return dataclasses.replace(graph, name=name, metadata=metadata)
