"""Small Hugging Face folders that `transformers` writes, their inputs, and what agreement with it means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedModel,
    ViTConfig,
    ViTForImageClassification,
)

from models.data import preparation as prepared
from models.data.literals import Patches
from models.data.sources import Images
from models.graph import Graph
from models.reference import outputs
from models.training.module import deviation

TOLERANCE = 1e-9
WEIGHTS = "model.safetensors"
SIDE, PATCH = 12, 4
VIT = {
    "hidden_size": 12,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "intermediate_size": 24,
    "image_size": SIDE,
    "patch_size": PATCH,
    "num_labels": 5,
}
GPT2 = {"n_embd": 12, "n_layer": 2, "n_head": 3, "n_positions": 7, "vocab_size": 11} | {
    "bos_token_id": 0,
    "eos_token_id": 0,
}
BERT = {
    "hidden_size": 12,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "intermediate_size": 48,
    "vocab_size": 11,
    "max_position_embeddings": 7,
    "num_labels": 3,
}
GREY = Patches(size=SIDE, patch=PATCH, mean=(100, 110, 120), std=(50, 60, 70), lead=True)


def saved(model: PreTrainedModel, folder: Path, **how: Any) -> PreTrainedModel:
    """The model in float64, its weights all random so that none is hidden by being 0 or 1, and its folder."""
    for parameter in model.parameters():
        parameter.add_(torch.randn_like(parameter) * 0.3)
    model.save_pretrained(folder, **how)
    return model.double().eval()


def vit(folder: Path, **changes: Any) -> PreTrainedModel:
    return saved(ViTForImageClassification(ViTConfig(**VIT | changes)), folder)


def gpt2(folder: Path, **changes: Any) -> PreTrainedModel:
    return saved(GPT2LMHeadModel(GPT2Config(**GPT2 | changes)), folder)


def bert(folder: Path, **changes: Any) -> PreTrainedModel:
    return saved(BertForSequenceClassification(BertConfig(**BERT | changes)), folder)


def images(channels: int = 3) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, (4, SIDE, SIDE, channels), np.uint8)


def pixels(grey: NDArray[np.uint8], mean: Any, std: Any) -> torch.Tensor:
    """What a ViT of `transformers` takes, `[samples, channels, rows, columns]`."""
    return torch.from_numpy((grey - np.asarray(mean, float)) / np.asarray(std, float)).permute(0, 3, 1, 2)


def tokens(grey: NDArray[np.uint8], literal: Any) -> NDArray[np.float64]:
    count = len(grey)
    source = Images(grey, np.zeros(count, np.int64), ("a",), tuple(map(str, range(count))))
    return prepared.samples(source, literal).inputs


def numbers(length: int = 7) -> NDArray[np.int64]:
    return np.random.default_rng(2).integers(0, 11, (4, length))


def agree(graph: Graph, inputs: Any, expected: torch.Tensor) -> None:
    found = outputs(graph, inputs)
    np.testing.assert_allclose(found, expected.reshape(found.shape), atol=TOLERANCE, rtol=0)
    assert deviation(graph, inputs) < TOLERANCE


def loaded(model: type[PreTrainedModel], folder: Path, **how: Any) -> PreTrainedModel:
    """The model as `transformers` loads it from a folder, which must hold all of its weights."""
    found, told = model.from_pretrained(folder, output_loading_info=True, dtype=torch.float64, **how)
    assert not told["missing_keys"]
    return found.eval()
