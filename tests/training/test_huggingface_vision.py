"""DeiT and Swin against `transformers`, in float64."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    DeiTConfig,
    DeiTForImageClassification,
    DeiTForImageClassificationWithTeacher,
    DeiTModel,
    PreTrainedModel,
    SwinConfig,
    SwinForImageClassification,
    SwinModel,
)

from models import huggingface
from models.data.literals import Patches, parse
from models.errors import ModelError
from models.training import images as on_device
from tests.training.folders import GREY, SIDE, VIT, agree, images, pixels, saved, tokens

pytestmark = pytest.mark.usefixtures("no_gradients")

TWO = GREY.model_copy(update={"lead": 2})
SWIN = {
    "image_size": SIDE,
    "patch_size": 3,
    "embed_dim": 6,
    "depths": [3, 2],
    "num_heads": [2, 3],
    "window_size": 2,
    "mlp_ratio": 2.0,
    "num_labels": 5,
    "layer_norm_eps": 1e-3,
}
WINDOWS = Patches(size=SIDE, patch=3, mean=GREY.mean, std=GREY.std, order="windows", window=2)


def shown() -> torch.Tensor:
    return pixels(images(), GREY.mean, GREY.std)


def swin(folder: Path, **changes: Any) -> PreTrainedModel:
    return saved(SwinForImageClassification(SwinConfig(**SWIN | changes)), folder)


@pytest.mark.parametrize("kind", [DeiTForImageClassification, DeiTForImageClassificationWithTeacher])
def test_deit_classifies_like_transformers(tmp_path: Path, kind: type[PreTrainedModel]) -> None:
    model = saved(kind(DeiTConfig(**VIT)), tmp_path)
    agree(huggingface.load(tmp_path, TWO), tokens(images(), TWO), model(shown()).logits)


def test_a_bare_deit_gives_the_features_of_its_pooler(tmp_path: Path) -> None:
    model = saved(DeiTModel(DeiTConfig(**VIT)), tmp_path)
    agree(huggingface.load(tmp_path, TWO), tokens(images(), TWO), model(shown()).pooler_output)


def test_a_deit_has_two_leading_tokens(tmp_path: Path) -> None:
    saved(DeiTForImageClassification(DeiTConfig(**VIT)), tmp_path)
    (tmp_path / "preprocessor_config.json").write_text("{}")
    assert parse(huggingface.load(tmp_path).metadata["preparation"]).lead == 2
    with pytest.raises(ModelError, match="and lead: 2"):
        huggingface.load(tmp_path, GREY)


def test_leading_tokens_are_the_same_on_a_device() -> None:
    normal = torch.from_numpy((images() - np.asarray(TWO.mean)) / np.asarray(TWO.std))
    np.testing.assert_allclose(on_device.tokens(normal, TWO), tokens(images(), TWO), atol=1e-12)


@pytest.mark.parametrize("changes", [{}, {"qkv_bias": False}, {"hidden_act": "gelu_new"}], ids=str)
def test_swin_classifies_like_transformers(tmp_path: Path, changes: dict[str, Any]) -> None:
    model = swin(tmp_path, **changes)
    agree(huggingface.load(tmp_path, WINDOWS), tokens(images(), WINDOWS), model(shown()).logits)


def test_swin_without_a_head_gives_the_mean_of_its_tokens(tmp_path: Path) -> None:
    model = saved(SwinModel(SwinConfig(**SWIN)), tmp_path)
    agree(huggingface.load(tmp_path, WINDOWS), tokens(images(), WINDOWS), model(shown()).pooler_output)


def test_swin_without_classes_gives_them_too(tmp_path: Path) -> None:
    model = swin(tmp_path, num_labels=0)
    agree(huggingface.load(tmp_path, WINDOWS), tokens(images(), WINDOWS), model(shown()).logits)


def test_the_tokens_of_a_swin_lie_by_windows(tmp_path: Path) -> None:
    swin(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text("{}")
    assert parse(huggingface.load(tmp_path).metadata["preparation"]).window == 2


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({"window_size": 4}, "a grid of 2 tokens a side is not a multiple of window_size 4"),
        ({"use_absolute_embeddings": True}, "use_absolute_embeddings: True is not False"),
        ({"depths": []}, "depths: Tuple should have at least 1 item"),
        ({"image_size": 10**9}, "image_size: Input should be less than"),
        ({"num_heads": [2]}, "2 stages have a depth but 1 have heads"),
        ({"mlp_ratio": 2.5}, "mlp_ratio|whole number|integer"),
    ],
    ids=str,
)
def test_a_swin_that_the_graph_cannot_express_is_refused(
    tmp_path: Path, entries: dict[str, Any], told: str
) -> None:
    swin(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))
    with pytest.raises(ModelError, match=told):
        huggingface.load(tmp_path)
