"""One small model of each architecture, with random weights, in polynomial form."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from models.architectures import registry
from models.architectures.bert import BertShape
from models.architectures.gpt import GptShape, RotaryShape
from models.architectures.options import ORIGINAL, Options
from models.architectures.shapes import DataShape
from models.architectures.swin import SwinShape
from models.architectures.vit import VitShape
from models.conversion import (
    ConversionSettings,
    calibrate,
    finish,
    freeze,
    prepared,
    substitute,
    to_polynomial,
)
from models.embedding import at_key_owner
from models.graph import Graph
from models.reference import Inputs

_VISION = Options(score_norm=True)
_LANGUAGE = Options(norm="layer", mlp_norm=False)
_BIASED = Options(norm="layer", mlp_norm=False, score_bias=1.0)
SETTINGS = ConversionSettings.model_validate(
    {
        "attention_degree": 4,
        "mlp_degree": 4,
        "margin": 2.0,
        "value_size": 1.0,
        "layer_norm": {"depth": 4, "margin": 2.0},
    }
)
#: Shifted windows and a merge in Swin, and windows of 9 tokens and heads that are no powers of two; a causal
#: mask and biased scores in GPT; padding and a choice in BERT.
MODELS = {
    "vit": (VitShape(dim=8, heads=2, blocks=1, mlp_ratio=2), DataShape(9, 5, 3), _VISION),
    "swin": (
        SwinShape(dim=4, depths=(2, 1), heads=(1, 2), window=2, mlp_ratio=2),
        DataShape(16, 5, 3),
        Options(),
    ),
    "swin_of_threes": (
        SwinShape(dim=6, depths=(2,), heads=(3,), window=3, mlp_ratio=2),
        DataShape(36, 5, 3),
        Options(),
    ),
    "gpt": (GptShape(dim=8, heads=2, blocks=1, mlp_ratio=2), DataShape(8, 7, 7), _BIASED),
    "bert": (BertShape(dim=8, heads=2, blocks=1, mlp_ratio=2), DataShape(8, 40, 2), _LANGUAGE),
}
_CALIBRATION = 200


def varied(graph: Graph) -> Graph:
    """The graph with no vector of zeros or ones, as no trained one has."""
    random = np.random.default_rng(3)
    nodes = tuple(
        replace(
            node,
            arrays={name: array + random.normal(0, 0.1, array.shape) for name, array in node.arrays.items()},
        )
        if node.operation in ("linear", "layer_norm")
        else node
        for node in graph
    )
    return replace(graph, nodes=nodes)


@cache
def looked_up() -> Graph:
    """The polynomial graph of a post-norm BERT whose embedding, LayerNorm included, the key owner holds."""
    shape = BertShape(dim=8, heads=2, blocks=1, mlp_ratio=2, norm_position="post", pooler=True)
    graph = registry.build(shape, _LANGUAGE, MODELS["bert"][1], {}, np.random.default_rng(0), "looked up")
    held = at_key_owner(varied(graph))
    return to_polynomial(held, small_inputs("bert", _CALIBRATION, seed=1), SETTINGS)


#: Softmax, RMSNorm and SiLU kept and approximated.
_KEPT = ConversionSettings.model_validate(
    {
        "depth_budget": {"depth": 5, "error": 1e-3},
        "margin": 2.0,
        "value_size": 1.0,
        "layer_norm": {"error": 1e-3, "margin": 2.0},
        "softmax": {"exponential": 5, "division": 5, "sums": 100, "margin": 2.0},
    }
)


@cache
def small_llama() -> Graph:
    """The polynomial graph of a Llama of which nothing is trained; it takes the inputs of `gpt`."""
    shape = GptShape(
        dim=8, heads=2, blocks=1, mlp_ratio=2, rotary=RotaryShape(features=4), gated=True, norm="rms"
    )
    options = ORIGINAL.model_copy(update={"activation": "silu"})
    graph = varied(registry.build(shape, options, MODELS["gpt"][1], {}, np.random.default_rng(0), "llama"))
    inputs = small_inputs("gpt", _CALIBRATION, seed=1)
    ready = prepared(freeze(graph), inputs, _KEPT)
    return finish(substitute(ready, calibrate(ready, inputs), _KEPT), inputs, _KEPT)


@cache
def small_model(kind: str) -> Graph:
    """The polynomial graph of a kind."""
    shape, data, options = MODELS[kind]
    graph = registry.build(shape, options, data, {}, np.random.default_rng(0), kind)
    return to_polynomial(graph, small_inputs(kind, _CALIBRATION, seed=1), SETTINGS)


def small_inputs(kind: str, count: int, seed: int) -> Inputs:
    """Random inputs; sentences of BERT end early, every second one half way."""
    shape, data, _ = MODELS[kind]
    rng = np.random.default_rng(seed)
    if shape.kind in ("vit", "swin"):
        return rng.normal(size=(count, data.tokens, data.features))
    numbers = rng.integers(0, data.features, (count, data.tokens))
    if kind == "bert":
        numbers[::2, data.tokens // 2 :] = -1
    return numbers
