"""Folders as people have them: what `transformers` loads, the import loads to the same answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    GPT2LMHeadModel,
    PreTrainedModel,
    ViTForImageClassification,
    ViTModel,
)

from models import huggingface
from models.errors import ModelError
from models.graph import Graph
from models.reference import outputs
from tests.training.folders import (
    BERT,
    GREY,
    VIT,
    WEIGHTS,
    agree,
    bert,
    gpt2,
    images,
    loaded,
    numbers,
    pixels,
    saved,
    tokens,
    vit,
)

pytestmark = pytest.mark.usefixtures("no_gradients")

Weights = dict[str, NDArray[Any]]


def configured(folder: Path, without: tuple[str, ...] = (), **entries: Any) -> None:
    """Change the config of a folder."""
    path = folder / "config.json"
    kept = {name: entry for name, entry in json.loads(path.read_text()).items() if name not in without}
    path.write_text(json.dumps(kept | entries))


def stored(folder: Path, change: Callable[[Weights], Weights]) -> None:
    """Change the weights of a folder."""
    save_file(change(load_file(folder / WEIGHTS)), folder / WEIGHTS, {"format": "pt"})


def renamed(*replacements: tuple[str, str]) -> Callable[[Weights], Weights]:
    def change(weights: Weights) -> Weights:
        found = {}
        for stored_name, array in weights.items():
            name = stored_name
            for before, after in replacements:
                name = name.replace(before, after)
            found[name] = array
        return found

    return change


def agree_on_text(model: type[PreTrainedModel], folder: Path) -> None:
    agree(huggingface.load(folder), numbers(), loaded(model, folder)(torch.from_numpy(numbers())).logits)


def agree_on_images(folder: Path) -> Graph:
    graph = huggingface.load(folder, GREY)
    shown = pixels(images(), GREY.mean, GREY.std)
    agree(graph, tokens(images(), GREY), loaded(ViTForImageClassification, folder)(shown).logits)
    return graph


def agree_on_first_token(folder: Path) -> None:
    """A ViTModel without a pooler gives the features of its first token."""
    expected = loaded(ViTModel, folder, add_pooling_layer=False)(pixels(images(), GREY.mean, GREY.std))
    agree(huggingface.load(folder, GREY), tokens(images(), GREY), expected.last_hidden_state[:, 0])


@pytest.mark.parametrize(
    ("entries", "without", "classes"),
    [
        ({"num_labels": 3}, ("id2label", "label2id"), 3),
        ({"id2label": None, "num_labels": 3}, (), 3),
        ({"id2label": {"0": 0, "1": 1, "2": 2}}, (), 3),
        ({"id2label": {"0": "a", "1": 1.5, "2": None}}, (), 3),
        ({}, ("id2label", "label2id"), 2),
        ({"architectures": None}, ("id2label", "label2id"), 2),
        ({"problem_type": None, "torch_dtype": "float32"}, ("dtype", "architectures"), 3),
        ({"problem_type": "single_label_classification"}, ("model_type",), 3),
        ({"architectures": ["BertModel", "BertForSequenceClassification"]}, (), 3),
    ],
)
def test_a_classifier_has_the_classes_that_its_config_means(
    tmp_path: Path, entries: dict[str, Any], without: tuple[str, ...], classes: int
) -> None:
    bert(tmp_path, num_labels=classes)
    configured(tmp_path, without, **entries)
    agree_on_text(BertForSequenceClassification, tmp_path)


@pytest.mark.parametrize("problem", ["regression", None])
@pytest.mark.parametrize("make", [bert, vit])
def test_one_output_is_a_regression_judged_by_its_error(
    tmp_path: Path, make: Callable[..., PreTrainedModel], problem: str | None
) -> None:
    make(tmp_path, num_labels=1, problem_type=problem)
    if make is bert:
        agree_on_text(BertForSequenceClassification, tmp_path)
    else:
        agree_on_images(tmp_path)
    assert huggingface.load(tmp_path).metadata["metric"] == "mean_squared_error"


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({"problem_type": "multi_label_classification"}, "multi_label_classification of 3 outputs"),
        ({"problem_type": "regression"}, "regression of 3 outputs"),
        ({"id2label": {"0": "a"}, "problem_type": "multi_label_classification"}, "of 1 outputs"),
        ({"id2label": {"0": "a"}, "problem_type": "single_label_classification"}, "is always right"),
        ({"id2label": {}}, "a classifier of 0 label"),
        ({"problem_type": "ranking"}, "problem_type"),
    ],
    ids=str,
)
def test_what_no_data_set_has_labels_for_is_refused(
    tmp_path: Path, entries: dict[str, Any], told: str
) -> None:
    bert(tmp_path)
    configured(tmp_path, **entries)
    with pytest.raises(ModelError, match=told):
        huggingface.load(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        renamed(("LayerNorm.weight", "LayerNorm.gamma"), ("LayerNorm.bias", "LayerNorm.beta")),
        renamed(("bert.", "")),
        lambda weights: weights | {"cls.predictions.bias": np.zeros(11, np.float32)},
        lambda weights: weights | {"bert.embeddings.position_ids": np.arange(7)},
        lambda weights: {name: array.astype(np.float16) for name, array in weights.items()},
    ],
    ids=["gamma and beta", "no prefix", "another head", "position numbers", "half precision"],
)
def test_bert_loads_however_it_is_stored(tmp_path: Path, change: Callable[[Weights], Weights]) -> None:
    bert(tmp_path)
    stored(tmp_path, change)
    agree_on_text(BertForSequenceClassification, tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        renamed(("transformer.", "")),
        renamed(("transformer.wte.", "lm_head.")),
        lambda weights: weights | {"lm_head.weight": weights["transformer.wte.weight"]},
        lambda weights: weights | {"lm_head.weight": 2 * weights["transformer.wte.weight"]},
        lambda weights: weights | {"transformer.h.0.attn.bias": np.tri(7, dtype=np.float32)},
        lambda weights: weights | {"transformer.h.0.attn.masked_bias": np.float32([-1e4])},
    ],
    ids=["no prefix", "the head alone", "both", "both, different", "a mask", "its value"],
)
def test_gpt2_loads_however_it_is_stored(tmp_path: Path, change: Callable[[Weights], Weights]) -> None:
    gpt2(tmp_path)
    stored(tmp_path, change)
    agree_on_text(GPT2LMHeadModel, tmp_path)


@pytest.mark.parametrize(
    "entries",
    [
        {"n_inner": None},
        {"n_inner": 30},
        {"scale_attn_weights": False},
        {"scale_attn_by_inverse_layer_idx": True},
        {"scale_attn_weights": False, "scale_attn_by_inverse_layer_idx": True},
        {"activation_function": "gelu_fast"},
        {"activation_function": "gelu_python_tanh"},
        {"activation_function": "gelu_python"},
        {"reorder_and_upcast_attn": True},
    ],
    ids=str,
)
def test_gpt2_loads_with_every_entry_that_the_graph_can_express(
    tmp_path: Path, entries: dict[str, Any]
) -> None:
    gpt2(tmp_path, **entries)
    agree_on_text(GPT2LMHeadModel, tmp_path)


@pytest.mark.parametrize(
    ("entries", "without"),
    [
        ({"architectures": []}, ()),
        ({"architectures": ["GPT2Model"]}, ()),
        (
            {"hidden_size": 12, "num_attention_heads": 3, "num_hidden_layers": 2}
            | {"max_position_embeddings": 7},
            ("n_embd", "n_head", "n_layer", "n_positions"),
        ),
        ({}, ("n_inner", "activation_function", "layer_norm_epsilon", "tie_word_embeddings")),
    ],
    ids=["no architectures", "no head", "other names", "defaults left out"],
)
def test_gpt2_loads_by_any_config_of_it(
    tmp_path: Path, entries: dict[str, Any], without: tuple[str, ...]
) -> None:
    gpt2(tmp_path)
    configured(tmp_path, without, **entries)
    agree_on_text(GPT2LMHeadModel, tmp_path)


def test_entries_that_are_left_out_are_the_defaults_of_transformers(tmp_path: Path) -> None:
    """Newer versions write only what differs from the defaults; this one is wide and has one block."""
    sizes = {"num_hidden_layers": 1, "vocab_size": 11}
    saved(BertForSequenceClassification(BertConfig(**sizes)), tmp_path)
    configured(tmp_path, tuple(BertConfig().to_dict()), model_type="bert", **sizes)
    graph, ids = huggingface.load(tmp_path, context=3), numbers(3)
    expected = loaded(BertForSequenceClassification, tmp_path)(torch.from_numpy(ids)).logits
    np.testing.assert_allclose(outputs(graph, ids)[:, 0], expected, atol=1e-9, rtol=0)


@pytest.mark.parametrize(
    "entries",
    [
        {"image_size": [12, 12], "patch_size": [4, 4]},
        {"qkv_bias": False},
        {"intermediate_size": 31},
        {"hidden_act": "gelu_new"},
        {"num_labels": 2},
    ],
    ids=str,
)
def test_vit_loads_with_every_entry_that_the_graph_can_express(
    tmp_path: Path, entries: dict[str, Any]
) -> None:
    vit(tmp_path, **entries)
    agree_on_images(tmp_path)


def test_a_vit_with_other_than_whole_ratios_says_the_ratio_that_a_recipe_needs(tmp_path: Path) -> None:
    vit(tmp_path, intermediate_size=31)
    assert agree_on_images(tmp_path).metadata["architecture"]["mlp_ratio"] == 31 / VIT["hidden_size"]


@pytest.mark.parametrize(
    "change",
    [
        renamed(("vit.", "")),
        renamed(
            ("encoder.layer.", "layers."),
            ("attention.attention.query", "attention.q_proj"),
            ("attention.attention.key", "attention.k_proj"),
            ("attention.attention.value", "attention.v_proj"),
            ("attention.output.dense", "attention.o_proj"),
            ("intermediate.dense", "mlp.fc1"),
            (".output.dense", ".mlp.fc2"),
        ),
        lambda weights: weights | {"vit.embeddings.mask_token": np.ones((1, 1, 12), np.float32)},
        lambda weights: weights | {"vit.pooler.dense.bias": np.ones(12, np.float32)},
    ],
    ids=["no prefix", "newer names", "a mask token", "a pooler"],
)
def test_vit_loads_however_it_is_stored(tmp_path: Path, change: Callable[[Weights], Weights]) -> None:
    vit(tmp_path)
    stored(tmp_path, change)
    agree_on_images(tmp_path)


def test_a_vit_without_architectures_is_what_its_weights_say(tmp_path: Path) -> None:
    vit(tmp_path)
    configured(tmp_path, ("architectures",))
    agree_on_images(tmp_path)
    stored(tmp_path, lambda weights: {name: array for name, array in weights.items() if "vit." in name})
    agree_on_first_token(tmp_path)


def test_a_vit_without_a_pooler_gives_the_features_of_its_first_token(tmp_path: Path) -> None:
    saved(ViTModel(vit_config(), add_pooling_layer=False, use_mask_token=True), tmp_path)
    agree_on_first_token(tmp_path)


def test_a_vit_without_classes_gives_the_features_of_its_first_token(tmp_path: Path) -> None:
    vit(tmp_path, num_labels=0)
    assert agree_on_images(tmp_path).output == "head.first"


@pytest.mark.parametrize("activation", ["relu", "silu", "gelu", "gelu_new", "linear"])
def test_a_pooler_has_the_activation_that_its_config_says(tmp_path: Path, activation: str) -> None:
    saved(ViTModel(vit_config(pooler_act=activation)), tmp_path)
    stored(tmp_path, lambda weights: {f"vit.{name}": array for name, array in weights.items()})
    expected = loaded(ViTModel, tmp_path)(pixels(images(), GREY.mean, GREY.std)).pooler_output
    agree(huggingface.load(tmp_path, GREY), tokens(images(), GREY), expected)


def test_a_pooler_of_another_activation_is_refused_where_there_is_one(tmp_path: Path) -> None:
    vit(tmp_path / "classifier", pooler_act="mish")
    agree_on_images(tmp_path / "classifier")
    saved(ViTModel(vit_config(pooler_act="mish")), tmp_path / "model")
    with pytest.raises(ModelError, match="pooler_act: mish"):
        huggingface.load(tmp_path / "model")


def vit_config(**changes: Any) -> Any:
    return ViTForImageClassification.config_class(**VIT | changes)


def test_an_encoder_without_a_classifier_lacks_its_weights_where_it_is_told_to_be_one(tmp_path: Path) -> None:
    model = saved(BertModel(BertConfig(**BERT)), tmp_path)
    configured(tmp_path, architectures=["BertForSequenceClassification"])
    with pytest.raises(ModelError, match=r"classifier.weight is missing"):
        huggingface.load(tmp_path)
    configured(tmp_path, ("architectures",))
    agree(huggingface.load(tmp_path), numbers(), model(torch.from_numpy(numbers())).last_hidden_state)


def test_weights_without_a_place_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bert(tmp_path)
    stored(tmp_path, lambda weights: weights | {"another.head": np.zeros(1, np.float32)})
    huggingface.load(tmp_path)
    assert "the model has no place for another.head" in caplog.text


@pytest.mark.parametrize("classes", [10**12, 10**30])
def test_more_classes_than_a_machine_holds_are_refused(tmp_path: Path, classes: int) -> None:
    bert(tmp_path)
    configured(tmp_path, ("id2label", "label2id"), num_labels=classes)
    with pytest.raises(ModelError, match=r"a table of [0-9,]* weights is over|exceeded maximum size"):
        huggingface.load(tmp_path)


def test_a_kind_of_model_that_is_not_known_is_named(tmp_path: Path) -> None:
    bert(tmp_path)
    configured(tmp_path, ("architectures",), model_type="xlnet")
    with pytest.raises(ModelError, match=r"as model_type xlnet; give it one of bert, .*, vit"):
        huggingface.load(tmp_path)
