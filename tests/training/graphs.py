"""Small untrained graphs of every architecture, and inputs for them."""

import numpy as np

from models.architectures import registry
from models.architectures.bert import BertShape
from models.architectures.gpt import GptShape
from models.architectures.options import Options
from models.architectures.shapes import DataShape
from models.architectures.swin import SwinShape
from models.architectures.vit import VitShape
from models.graph import Graph

VISION = Options(score_norm=True)
POWER = Options(attention="power_softmax", length_scaling="none")
LANGUAGE = Options(norm="layer", mlp_norm=False, score_bias=1.0)

SHAPES = {
    "vit": VitShape(dim=8, heads=2, blocks=1, mlp_ratio=2),
    "swin": SwinShape(dim=4, depths=(2, 1), heads=(1, 2), window=2, mlp_ratio=2),
    "gpt": GptShape(dim=8, heads=2, blocks=2, mlp_ratio=2),
    "bert": BertShape(dim=8, heads=2, blocks=1, mlp_ratio=2),
}
DATA = {
    "vit": DataShape(4, 5, 3),
    "swin": DataShape(16, 5, 3),
    "gpt": DataShape(8, 7, 7),
    "bert": DataShape(8, 11, 2),
}


def build(kind: str, options: Options, seed: int = 0) -> Graph:
    """An untrained graph of a kind."""
    return registry.build(SHAPES[kind], options, DATA[kind], {}, np.random.default_rng(seed), kind)


def inputs_of(graph: Graph, count: int, seed: int = 1) -> np.ndarray:
    """Random inputs; of one-hot tokens their numbers, with padding after the first half of each second."""
    rng = np.random.default_rng(seed)
    attributes = graph.input.attributes
    shape = (count, attributes["tokens"])
    if not attributes.get("one_hot"):
        return rng.normal(size=(*shape, attributes["features"]))
    numbers = rng.integers(0, attributes["features"], shape)
    if graph.name == "bert":
        numbers[::2, attributes["tokens"] // 2 :] = -1
    return numbers


def digits_vit(options: Options, seed: int = 0) -> Graph:
    """An untrained ViT for scikit-learn's digits."""
    return registry.build(
        SHAPES["vit"], options, DataShape(16, 4, 10), {}, np.random.default_rng(seed), "vit"
    )
