"""One small model of each architecture, and inputs for it."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np

from models.architectures import registry
from models.architectures.bert import BertShape
from models.architectures.gpt import GptShape, RotaryShape
from models.architectures.options import Options
from models.architectures.shapes import DataShape
from models.architectures.swin import SwinShape
from models.architectures.vit import VitShape
from models.graph import Graph, Node
from models.reference import Inputs


class Small(NamedTuple):
    architecture: registry.Architecture
    data: DataShape


SMALL = {
    "vit": Small(VitShape(dim=12, heads=3, blocks=2, mlp_ratio=2), DataShape(9, 4, 5)),
    "swin": Small(SwinShape(dim=6, depths=(3, 2), heads=(2, 3), window=2, mlp_ratio=2), DataShape(64, 4, 5)),
    "swin_wide": Small(
        SwinShape(dim=6, depths=(2, 2), heads=(2, 3), window=4, mlp_ratio=2), DataShape(64, 4, 5)
    ),
    "gpt": Small(GptShape(dim=12, heads=3, blocks=2, mlp_ratio=2), DataShape(6, 8, 8)),
    "bert": Small(BertShape(dim=12, heads=3, blocks=2, mlp_ratio=2), DataShape(6, 8, 2)),
    "bert_post": Small(
        BertShape(dim=12, heads=3, blocks=2, mlp_ratio=2, norm_position="post", pool="mean"),
        DataShape(6, 8, 2),
    ),
    "bert_embedding": Small(
        BertShape(
            dim=12,
            heads=3,
            blocks=2,
            mlp_ratio=2,
            norm_position="post",
            width=8,
            pool="masked_mean",
            normalise=True,
            head=False,
        ),
        DataShape(6, 8, 12),
    ),
    "bert_mean": Small(
        BertShape(dim=12, heads=3, blocks=2, mlp_ratio=2, pool="masked_mean"), DataShape(6, 8, 2)
    ),
    "gpt_rotary": Small(
        GptShape(dim=12, heads=3, blocks=2, mlp_ratio=2, rotary=RotaryShape(features=2), parallel=True),
        DataShape(6, 8, 8),
    ),
}


def build(name: str, options: Options, seed: int = 0) -> Graph:
    """The small model with random arrays everywhere, so that none is hidden by being 0 or 1."""
    return drawn(SMALL[name], options, name, seed)


def drawn(model: Small, options: Options, name: str, seed: int = 0) -> Graph:
    """The same of any sizes."""
    architecture, data = model
    rng = np.random.default_rng(seed)
    graph = registry.build(architecture, options, data, {}, rng, name)
    return dataclasses.replace(graph, nodes=tuple(_randomised(node, rng) for node in graph))


def inputs(graph: Graph, samples: int = 3) -> Inputs:
    """Random inputs; those of BERT end in padding, of other length in every sample."""
    rng = np.random.default_rng(7)
    attributes = graph.input.attributes
    if not attributes.get("one_hot"):
        return rng.normal(size=(samples, attributes["tokens"], attributes["features"]))
    numbers = rng.integers(0, attributes["features"], (samples, attributes["tokens"]))
    if graph.metadata["architecture"]["kind"] == "bert":
        for sample in range(samples):
            numbers[sample, attributes["tokens"] - sample % attributes["tokens"] :] = -1
    return numbers


def _randomised(node: Node, rng: np.random.Generator) -> Node:
    arrays = {
        name: array if name == "mask" else array + rng.uniform(-0.5, 0.5, array.shape)
        for name, array in node.arrays.items()
    }
    return dataclasses.replace(node, arrays=arrays)
