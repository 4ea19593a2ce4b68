"""Encoders of text against `transformers`, with padding, and what sentence-transformers makes of them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer, PreTrainedModel

from models import checkpoint, huggingface
from models.embedding import held_by, parted
from models.errors import ModelError
from models.huggingface.outline import outline
from models.reference import outputs
from tests.training.folders import BERT, agree, saved

pytestmark = pytest.mark.usefixtures("no_gradients")

#: Names a folder of all-MiniLM-L6-v2, which is too large to be kept here.
MINILM = os.environ.get("BENCH_MINILM")
CONTEXT, PAD = 7, 1
SIZES = BERT | {"pad_token_id": PAD}
DISTILLED = {"dim": 12, "n_layers": 2, "n_heads": 3, "hidden_dim": 48} | {
    name: SIZES[name] for name in ("vocab_size", "max_position_embeddings", "num_labels", "pad_token_id")
}
FAMILIES = {
    "Bert": SIZES,
    "DistilBert": DISTILLED,
    "Roberta": SIZES | {"max_position_embeddings": CONTEXT + PAD + 1, "type_vocab_size": 1},
    "Electra": SIZES | {"embedding_size": 8},
}
every_family = pytest.mark.parametrize("name", FAMILIES)


def made(name: str, task: str, folder: Path, **changes: Any) -> PreTrainedModel:
    config = getattr(transformers, f"{name}Config")(**FAMILIES[name] | changes)
    return saved(getattr(transformers, f"{name}{task}")(config), folder)


def padded() -> NDArray[np.int64]:
    """Numbers of tokens, none of them that of padding."""
    found = np.random.default_rng(2).integers(2, 11, (4, CONTEXT))
    for sample, length in enumerate((CONTEXT, 5, 2, 1)):
        found[sample, length:] = -1
    return found


def taken(found: NDArray[np.int64]) -> Mapping[str, Tensor]:
    """The same as `transformers` takes it."""
    ids = torch.from_numpy(found)
    return {"input_ids": ids.masked_fill(ids < 0, PAD), "attention_mask": (ids >= 0).long()}


@every_family
@pytest.mark.parametrize("activation", ["gelu", "relu"])
def test_a_classifier_of_sentences_answers_like_transformers(
    tmp_path: Path, name: str, activation: str
) -> None:
    entry = "activation" if name == "DistilBert" else "hidden_act"
    model = made(name, "ForSequenceClassification", tmp_path, **{entry: activation})
    agree(huggingface.load(str(tmp_path)), padded(), model(**taken(padded())).logits)


@every_family
def test_a_classifier_of_tokens_answers_like_transformers(tmp_path: Path, name: str) -> None:
    model = made(name, "ForTokenClassification", tmp_path)
    found = outputs(huggingface.load(tmp_path), padded())
    real = padded() >= 0
    assert found.shape == (4, CONTEXT, 3)
    np.testing.assert_allclose(found[real], model(**taken(padded())).logits[real], atol=1e-9)


@every_family
def test_a_bare_model_gives_the_features_of_every_token(tmp_path: Path, name: str) -> None:
    model = made(name, "Model", tmp_path)
    found = outputs(huggingface.load(tmp_path), padded())
    real = padded() >= 0  # what stands at padding means nothing
    np.testing.assert_allclose(found[real], model(**taken(padded())).last_hidden_state[real], atol=1e-9)


def test_an_electra_as_wide_as_its_embedding_has_no_map_between(tmp_path: Path) -> None:
    model = made("Electra", "ForSequenceClassification", tmp_path, embedding_size=12)
    agree(huggingface.load(tmp_path), padded(), model(**taken(padded())).logits)


@every_family
def test_a_folder_that_names_no_class_is_what_its_weights_say(tmp_path: Path, name: str) -> None:
    model = made(name, "ForSequenceClassification", tmp_path)
    entries = json.loads((tmp_path / "config.json").read_text())
    del entries["architectures"]
    (tmp_path / "config.json").write_text(json.dumps(entries))
    agree(huggingface.load(tmp_path), padded(), model(**taken(padded())).logits)


def pooled(folder: Path, entries: Mapping[str, object], *more: str) -> None:
    """What sentence-transformers writes beside a model."""
    kinds = ("Transformer", "Pooling", *more)
    paths = ("", "1_Pooling", *(f"{number}_{kind}" for number, kind in enumerate(more, 2)))
    modules = [
        {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for number, (kind, path) in enumerate(zip(kinds, paths, strict=True))
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(entries))


def mean(model: PreTrainedModel, inputs: Mapping[str, Tensor]) -> Tensor:
    mask = inputs["attention_mask"][..., None]
    return (model(**inputs).last_hidden_state * mask).sum(1) / mask.sum(1)


@every_family
@pytest.mark.parametrize("entries", [{"pooling_mode_mean_tokens": True}, {"pooling_mode": "mean"}], ids=str)
def test_tokens_are_pooled_by_their_mean(tmp_path: Path, name: str, entries: dict[str, object]) -> None:
    model = made(name, "Model", tmp_path)
    pooled(tmp_path, {"word_embedding_dimension": 12, "pooling_mode_cls_token": False} | entries)
    agree(huggingface.load(tmp_path), padded(), mean(model, taken(padded())))


def test_the_first_token_is_taken_and_brought_to_length_one(tmp_path: Path) -> None:
    model = made("Bert", "Model", tmp_path)
    pooled(tmp_path, {"pooling_mode_cls_token": True}, "Normalize")
    features = model(**taken(padded())).last_hidden_state[:, 0]
    agree(huggingface.load(tmp_path), padded(), functional.normalize(features, dim=-1))


def test_an_embedding_is_kept_as_a_checkpoint_and_parted_at_the_key_owner(tmp_path: Path) -> None:
    made("Electra", "Model", tmp_path)
    pooled(tmp_path, {"pooling_mode_mean_tokens": True}, "Normalize")
    graph = huggingface.load(tmp_path)
    checkpoint.save_graph(graph, tmp_path / "kept", "original", "float64")
    expected = outputs(graph, padded())
    np.testing.assert_array_equal(
        outputs(checkpoint.load_graph(tmp_path / "kept", "original"), padded()), expected
    )
    parts = parted(held_by(graph, "client"))
    found = outputs(parts.served, parts.encrypted(padded()))
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert {"embedding", "embedding.norm", "embedding.projection"} <= {
        node.name for node in parts.client or ()
    }


def test_sentence_transformers_may_keep_the_transformer_in_a_folder_of_its_own(tmp_path: Path) -> None:
    model = made("Bert", "Model", tmp_path / "0_Transformer")
    pooled(tmp_path, {"pooling_mode_mean_tokens": True})
    modules = json.loads((tmp_path / "modules.json").read_text())
    modules[0]["path"] = "0_Transformer"
    (tmp_path / "modules.json").write_text(json.dumps(modules))
    agree(huggingface.load(tmp_path), padded(), mean(model, taken(padded())))


def test_a_head_that_sentence_transformers_does_not_read_is_left_out(tmp_path: Path) -> None:
    """Many of its models were made from a masked language model, whose class their config still names."""
    model = made("Roberta", "ForMaskedLM", tmp_path)
    pooled(tmp_path, {"pooling_mode_mean_tokens": True})
    agree(huggingface.load(tmp_path), padded(), mean(model.roberta, taken(padded())))


@every_family
def test_of_a_pretrained_model_the_body_is_taken_and_told(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The hub's BERT, RoBERTa, DistilBERT and ELECTRA name the classes of their pretraining."""
    task = "ForPreTraining" if name in ("Bert", "Electra") else "ForMaskedLM"
    model = made(name, task, tmp_path)
    found, real = outputs(huggingface.load(tmp_path), padded()), padded() >= 0
    body = getattr(model, name.lower())(**taken(padded()))
    np.testing.assert_allclose(found[real], body.last_hidden_state[real], atol=1e-9)
    assert f"a {name}{task}, is taken as {name}Model" in caplog.text
    assert outline(tmp_path).task.startswith(f"{name}{task}, taken as {name}Model: its body alone")


@pytest.mark.parametrize(
    ("entries", "more", "told"),
    [
        ({"pooling_mode_max_tokens": True}, (), "pools by max_tokens; import"),
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True}, (), "cls_token, mean_tokens"),
        ({}, (), "pools by nothing"),
        ({"pooling_mode_mean_tokens": True}, ("Dense",), "lists the modules Transformer, Pooling, Dense"),
    ],
    ids=str,
)
def test_other_modules_are_refused(
    tmp_path: Path, entries: dict[str, object], more: tuple[str, ...], told: str
) -> None:
    made("Bert", "Model", tmp_path)
    pooled(tmp_path, entries, *more)
    with pytest.raises(ModelError, match=told):
        huggingface.load(tmp_path)


@pytest.mark.skipif(MINILM is None, reason="set BENCH_MINILM to a folder of all-MiniLM-L6-v2")
def test_minilm_embeds_sentences_like_transformers() -> None:
    folder = Path(str(MINILM))
    sentences = ["A man is eating food.", "The girl is carrying a baby, and nobody knows why.", "Yes"]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    inputs = tokenizer(sentences, padding="max_length", max_length=24, return_tensors="pt")
    model = AutoModel.from_pretrained(folder, dtype=torch.float64).eval()
    expected = functional.normalize(mean(model, inputs), dim=-1)
    ids = inputs["input_ids"].masked_fill(inputs["attention_mask"] == 0, -1).numpy()
    found = outputs(huggingface.load(folder, context=24), ids)[:, 0]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert (found @ found.T).round(3).tolist() == (expected @ expected.T).numpy().round(3).tolist()
