"""Imported models against `transformers` itself, in float64."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2LMHeadModel,
    ViTConfig,
    ViTModel,
)

from models import checkpoint, huggingface
from models.data.literals import Patches, Words, parse
from models.errors import ModelError
from models.huggingface.described import check_alike
from models.reference import outputs
from tests.training.folders import (
    BERT,
    GPT2,
    GREY,
    PATCH,
    SIDE,
    VIT,
    WEIGHTS,
    agree,
    bert,
    gpt2,
    images,
    numbers,
    pixels,
    saved,
    tokens,
    vit,
)

pytestmark = pytest.mark.usefixtures("no_gradients")


@pytest.mark.parametrize("activation", ["gelu", "relu"])
def test_vit_classifies_like_transformers(tmp_path: Path, activation: str) -> None:
    model = vit(tmp_path, hidden_act=activation, layer_norm_eps=1e-3)
    graph = huggingface.load(tmp_path, GREY)
    assert outputs(graph, tokens(images(), GREY)).shape == (4, 1, 5)
    agree(graph, tokens(images(), GREY), model(pixels(images(), GREY.mean, GREY.std)).logits)


def test_vit_without_a_head_gives_the_features_of_its_pooler(tmp_path: Path) -> None:
    model = saved(ViTModel(ViTConfig(**VIT, num_channels=1, pooler_output_size=8)), tmp_path)
    literal = Patches(size=SIDE, patch=PATCH, mean=(100,), std=(50,), lead=True)
    graph = huggingface.load(tmp_path, literal)
    expected = model(pixels(images(1), literal.mean, literal.std)).pooler_output
    agree(graph, tokens(images(1), literal), expected)


@pytest.mark.parametrize(
    ("entries", "mean", "std"),
    [
        ({"image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.3, 0.4]}, [102, 127.5, 153], [51, 76.5, 102]),
        ({}, 127.5, 127.5),
        ({"do_normalize": False}, 0, 255),
        ({"do_rescale": False, "image_mean": [100] * 3, "image_std": [50] * 3}, 100, 50),
        ({"rescale_factor": 0.5, "image_mean": [1] * 3, "image_std": [2] * 3}, 2, 4),
    ],
)
def test_vit_prepares_images_as_the_folder_says(
    tmp_path: Path, entries: dict[str, Any], mean: Any, std: Any
) -> None:
    model = vit(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(entries))
    graph = huggingface.load(tmp_path)
    literal = parse(graph.metadata["preparation"])
    agree(graph, tokens(images(), literal), model(pixels(images(), mean, std)).logits)


@pytest.mark.parametrize("activation", ["gelu_new", "gelu_pytorch_tanh", "gelu", "relu"])
def test_gpt2_predicts_like_transformers(tmp_path: Path, activation: str) -> None:
    model = gpt2(tmp_path, activation_function=activation, n_inner=24, layer_norm_epsilon=1e-3)
    graph = huggingface.load(tmp_path)
    assert outputs(graph, numbers()).shape == (4, 7, 11)
    agree(graph, numbers(), model(torch.from_numpy(numbers())).logits)


def test_gpt2_runs_at_a_shorter_context(tmp_path: Path) -> None:
    model = gpt2(tmp_path)
    graph = huggingface.load(tmp_path, context=4)
    agree(graph, numbers(4), model(torch.from_numpy(numbers(4))).logits)


def test_gpt2_has_a_head_of_its_own_where_it_is_not_tied(tmp_path: Path) -> None:
    model = gpt2(tmp_path, tie_word_embeddings=False)
    assert not torch.equal(model.lm_head.weight, model.transformer.wte.weight)
    agree(huggingface.load(tmp_path), numbers(), model(torch.from_numpy(numbers())).logits)


def test_gpt2_loads_in_its_published_form(tmp_path: Path) -> None:
    """That one has no prefix in its names, and holds causal masks."""
    model = gpt2(tmp_path)
    stored = load_file(tmp_path / WEIGHTS)
    published = {name.removeprefix("transformer."): array for name, array in stored.items()}
    save_file(published | {"h.0.attn.bias": np.tri(7, dtype=np.float32)}, tmp_path / WEIGHTS)
    agree(huggingface.load(tmp_path), numbers(), model(torch.from_numpy(numbers())).logits)


@pytest.mark.parametrize("activation", ["gelu", "gelu_new"])
def test_bert_classifies_like_transformers_without_the_padding(tmp_path: Path, activation: str) -> None:
    model = bert(tmp_path, hidden_act=activation)
    graph = huggingface.load(tmp_path)
    padded = numbers()
    for sample, length in enumerate((7, 5, 2, 1)):
        padded[sample, length:] = -1
    ids = torch.from_numpy(padded)
    expected = model(input_ids=ids.clamp(min=0), attention_mask=(ids >= 0).long()).logits
    agree(graph, padded, expected)


def test_bert_takes_a_preparation_with_its_own_vocabulary(tmp_path: Path) -> None:
    model = bert(tmp_path)
    words = Words(context=5, vocabulary=("<unk>", "<cls>", *"abcdefghi"), lead="<cls>")
    graph = huggingface.load(tmp_path, words, name="named")
    agree(graph, numbers(5), model(torch.from_numpy(numbers(5))).logits)
    assert (graph.name, parse(graph.metadata["preparation"])) == ("named", words)
    with pytest.raises(ModelError, match=r"12 features.* 11 symbols"):
        huggingface.load(tmp_path, words.model_copy(update={"vocabulary": (*words.vocabulary, "j")}))


def test_bert_loads_as_old_versions_stored_it(tmp_path: Path) -> None:
    """They stored the numbers of the positions too."""
    model = bert(tmp_path)
    positions = {"bert.embeddings.position_ids": np.arange(7)[None]}
    save_file(load_file(tmp_path / WEIGHTS) | positions, tmp_path / WEIGHTS)
    agree(huggingface.load(tmp_path), numbers(), model(torch.from_numpy(numbers())).logits)


def test_weights_in_several_files_are_the_same_model(tmp_path: Path) -> None:
    model = saved(BertForSequenceClassification(BertConfig(**BERT)), tmp_path, max_shard_size="8KB")
    assert not (tmp_path / WEIGHTS).exists()
    assert len(list(tmp_path.glob("*.safetensors"))) > 2
    agree(huggingface.load(tmp_path), numbers(), model(torch.from_numpy(numbers())).logits)
    shard = sorted(tmp_path.glob("*.safetensors"))[0]
    name, *_ = load_file(shard)
    save_file({key: array for key, array in load_file(shard).items() if key != name}, shard)
    with pytest.raises(ModelError, match=f"lack {name}, which"):
        huggingface.load(tmp_path)
    shard.unlink()
    with pytest.raises(ModelError, match=f"{shard.name} cannot be read"):
        huggingface.load(tmp_path)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_of_every_precision_are_read_exactly(tmp_path: Path, dtype: torch.dtype) -> None:
    model = saved(GPT2LMHeadModel(GPT2Config(**GPT2)).to(dtype), tmp_path)
    agree(huggingface.load(tmp_path), numbers(), model(torch.from_numpy(numbers())).logits)


def test_an_imported_graph_is_kept_like_any_other(tmp_path: Path) -> None:
    bert(tmp_path / "model")
    graph = huggingface.load(tmp_path / "model")
    checkpoint.save_graph(graph, tmp_path / "kept", "original", "float64")
    kept = checkpoint.load_graph(tmp_path / "kept", "original")
    np.testing.assert_array_equal(outputs(kept, numbers()), outputs(graph, numbers()))
    assert graph.metadata["metric"] == "accuracy"
    assert (graph.metadata["architecture"]["kind"], graph.name) == ("bert", "model")


def test_a_node_that_its_arrays_do_not_fit_is_a_defect(tmp_path: Path) -> None:
    gpt2(tmp_path)
    head = huggingface.load(tmp_path)["head"]
    with pytest.raises(ModelError, match="head and the table of its family disagree about weight, bias"):
        check_alike(head, {"bias": np.zeros(3)})


def test_all_that_is_wrong_with_the_weights_is_named_at_once(tmp_path: Path) -> None:
    bert(tmp_path)
    stored = load_file(tmp_path / WEIGHTS)
    pooler = stored.pop("bert.pooler.dense.weight")
    stored["bert.pooler.extra"] = pooler
    stored["classifier.bias"] = np.zeros(4, np.float32)
    stored["bert.pooler.dense.bias"] = np.zeros(12, np.int8)
    save_file(stored, tmp_path / WEIGHTS)
    with pytest.raises(ModelError) as caught:
        huggingface.load(tmp_path)
    for fault in (
        "bert.pooler.dense.weight is missing",
        "bert.pooler.extra is left over",
        "classifier.bias has the shape [4], not [3]",
        "bert.pooler.dense.bias is stored as I8",
    ):
        assert fault in str(caught.value)


@pytest.mark.parametrize(
    ("make", "entry", "value", "cause"),
    [
        (vit, "hidden_act", "mish", "hidden_act"),
        (vit, "image_size", [12, 8], "12×8 is no square"),
        (vit, "image_size", 13, "do not tile"),
        (vit, "num_attention_heads", 5, "not a multiple of 5 heads"),
        (vit, "id2label", {"no number": "a"}, "id2label"),
        (gpt2, "per_layer_config", {"0": {"n_inner": 24}}, "per_layer_config"),
        (gpt2, "vocab_size", None, "vocab_size"),
        (bert, "position_embedding_type", "relative_key", "position_embedding_type"),
        (bert, "is_decoder", True, "is_decoder"),
        (bert, "architectures", "BertForSequenceClassification", "write a list of names"),
        (
            gpt2,
            "architectures",
            ["GPT2ForTokenClassification"],
            "GPT2ForTokenClassification.*GPT2LMHeadModel",
        ),
    ],
)
def test_a_config_that_the_graph_cannot_express_is_refused(
    tmp_path: Path, make: Any, entry: str, value: object, cause: str
) -> None:
    make(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {entry: value}))
    with pytest.raises(ModelError, match=cause):
        huggingface.load(tmp_path)


@pytest.mark.parametrize(
    ("make", "asked", "cause"),
    [
        (gpt2, {"context": 8}, "7 positions, not 8"),
        (gpt2, {"context": 0}, "7 positions, not 0"),
        (vit, {"context": 4}, "fixed by its images"),
        (vit, {"preparation": GREY.model_copy(update={"lead": False})}, "lead: true"),
        (vit, {"preparation": GREY, "context": 4}, "give one of them"),
    ],
)
def test_what_the_model_cannot_take_is_refused(
    tmp_path: Path, make: Any, asked: dict[str, Any], cause: str
) -> None:
    make(tmp_path)
    with pytest.raises(ModelError, match=cause):
        huggingface.load(tmp_path, **asked)


@pytest.mark.parametrize(
    ("file", "content", "cause"),
    [
        ("config.json", None, "config.json cannot be read"),
        ("config.json", b"{", "is not JSON"),
        ("config.json", b"[]", "no JSON object"),
        (WEIGHTS, None, f"{WEIGHTS} cannot be read"),
        (WEIGHTS, b"no weights", "not a safetensors file"),
        ("preprocessor_config.json", b'{"image_mean": "grey"}', "image_mean"),
        ("preprocessor_config.json", b'{"image_mean": [0.5]}', "normalises 1 channels, the model has 3"),
    ],
)
def test_a_damaged_folder_says_what_is_wrong(
    tmp_path: Path, file: str, content: bytes | None, cause: str
) -> None:
    vit(tmp_path)
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(ModelError, match=cause):
        huggingface.load(tmp_path)


def test_an_index_names_files_of_its_own_folder_only(tmp_path: Path) -> None:
    gpt2(tmp_path / "model")
    (tmp_path / "model" / WEIGHTS).rename(tmp_path / "outside.safetensors")
    index = {"weight_map": {"transformer.wte.weight": "../outside.safetensors"}}
    (tmp_path / "model" / f"{WEIGHTS}.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelError, match="does not say which file"):
        huggingface.load(tmp_path / "model")
