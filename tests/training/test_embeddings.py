"""Models that answer embeddings: trained towards the original's answers, and chosen by the cosine to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from transformers import BertConfig, BertForSequenceClassification, BertForTokenClassification, BertModel

from models import ablation, recipe
from models.architectures.options import ORIGINAL
from models.errors import ModelError
from models.graph import Graph
from models.pipeline import Made, make
from models.pipeline.judging import ByOriginal, judge_of
from models.reference import outputs
from models.training.losses import answer_distance
from tests.models.architectures.small import build, inputs
from tests.models.test_probing import labelled, scaled
from tests.training.recipes import SMALL

WORDS = ("a", "the", "fine", "good", "dull", "bad", "film", "plot")
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
SIZES = {"hidden_size": 8, "num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": 8}
SPREAD = 0.5  # of weights: attention of those that `transformers` draws is next to none
KEPT: dict[str, Any] = {
    "name": "kept",
    "data": {"kind": "table", "text": "sentence", "label": "mood"}
    | {split: "rows.tsv" for split in ("training", "validation", "held_out")},
    "original": "bert",
    "embedding": "client",
    "preparation": {"kind": "tokens", "context": 6},
    "validation": {"split": True},
    "conversion": {
        "attention_degree": 4,
        "mlp_degree": 6,
        "margin": 2.0,
        "value_size": 1.0,
        "layer_norm": {"error": 0.05, "margin": 3.0},
        "softmax": {"exponential": 4, "division": 5, "sums": 100, "margin": 3.0},
    },
    "calibration": 32,
}
TRAINING = SMALL["training"] | {"seeds": [0], "epochs": 1, "batch": 8, "learning_rate": 0.001}
HE_FRIENDLY = {"norm": "layer", "mlp_norm": False}
PHASE = {"epochs": 2, "learning_rate": 0.003}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What sentence-transformers writes of a small BERT, and labelled sentences."""
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    written(tmp_path, BertModel)
    entries = {"pooling_mode_mean_tokens": True, "word_embedding_dimension": 8}
    modules = [
        {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for number, (kind, path) in enumerate([("Transformer", ""), ("Pooling", "1_Pooling")])
    ]
    (tmp_path / "bert" / "modules.json").write_text(json.dumps(modules))
    (tmp_path / "bert" / "1_Pooling").mkdir()
    (tmp_path / "bert" / "1_Pooling" / "config.json").write_text(json.dumps(entries))
    return tmp_path


def written(folder: Path, kind: type, **entries: object) -> None:
    """A BERT of a class that `transformers` has, with its tokenizer, and sentences of two moods."""
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(SPECIAL + WORDS),
        max_position_embeddings=6,
        **SIZES,
        initializer_range=SPREAD,
        **entries,
    )
    kind(config).save_pretrained(folder / "bert")
    (folder / "bert" / "vocab.txt").write_text("\n".join(SPECIAL + WORDS))
    rows = [
        f"{article} {verdict} {noun}\t{'glad' if verdict in ('fine', 'good') else 'sad'}"
        for article in WORDS[:2]
        for verdict in WORDS[2:6]
        for noun in WORDS[6:]
    ]
    (folder / "rows.tsv").write_text("\n".join(["sentence\tmood", *rows]))


def made(folder: Path, lines: list[str], **changes: object) -> Made:
    chosen = recipe.parse(KEPT | changes, "KEPT", folder)
    return make(chosen, folder / "work", lines.append)


def test_fine_tuning_is_kept_where_it_is_nearer_to_the_original(folder: Path) -> None:
    tuning = {"epochs": 2, "learning_rate": 0.0003}
    ladder = made(folder, [], training=TRAINING, fine_tuning=tuning).ladder
    choice = ladder["rungs"]["polynomial"]["choice"]
    found = {name: measures["cosine_mean"] for name, measures in choice["validation"].items()}
    assert found.keys() == {"substituted", "fine_tuned"}
    assert choice["kept"] == max(found, key=found.__getitem__)
    assert found["fine_tuned"] > 0.99
    reached = ladder["held_out"]["pairs"]["original/polynomial"]["cosine_mean"]  # of the same rows
    assert reached == pytest.approx(max(found.values()), abs=1e-6)


def test_a_warm_start_learns_the_original_s_embedding(folder: Path) -> None:
    lines: list[str] = []
    warm = {"blocks": PHASE, "whole": PHASE}
    ladder = made(folder, lines, training=TRAINING, he_friendly=HE_FRIENDLY, warm_start=warm).ladder
    origin = ladder["rungs"]["he_friendly"]
    reached = origin["seeds"][0]["validation"]["cosine_mean"]
    assert reached > origin["transplanted"]["validation"]["cosine_mean"]
    assert f"warm start, whole, seed 0: validation cosine to the original {reached:.4f}" in lines


def test_labels_teach_no_embedding(folder: Path) -> None:
    lines: list[str] = []
    with pytest.raises(ModelError, match=r"answers embeddings, .*; name an `original` .* add a warm_start"):
        made(folder, lines, training=TRAINING, he_friendly=HE_FRIENDLY)
    shape = {"kind": "bert", "dim": 8, "heads": 2, "blocks": 1, "mlp_ratio": 1, "head": False}
    words = {"kind": "words", "context": 6}
    with pytest.raises(ModelError, match="which labels cannot teach a model from nothing"):
        made(folder, lines, training=TRAINING, original=None, architecture=shape, preparation=words)
    tuning = {"epochs": 1, "learning_rate": 0.001, "labels": 0.5}
    with pytest.raises(ModelError, match="which have no labels; leave out labels of fine_tuning"):
        made(folder, lines, training=TRAINING, fine_tuning=tuning)
    assert lines == []


def test_an_ablation_records_the_cosine(folder: Path) -> None:
    (folder / "kept.yaml").write_text(yaml.safe_dump(KEPT))
    asked = {"ablation": "one", "title": "one", "recipe": "kept.yaml", "seeds": 1, "variants": {"as_is": {}}}
    (folder / "one.yaml").write_text(yaml.safe_dump(asked))
    (row,) = ablation.run(folder / "one.yaml", folder / "runs", folder / "work", lambda line: None)
    assert row["status"] == "ok"
    assert 0.9 < row["cosine"] <= 1
    assert ablation.read(folder / "runs" / "one.jsonl") == [row]


def test_embeddings_are_judged_by_the_cosine_and_learnt_by_what_it_lacks() -> None:
    """Their length plays no part, and one that names the same largest feature is not near for that."""
    graph = build("bert_embedding", ORIGINAL)
    samples = labelled(graph, 20)
    judge = judge_of(graph, samples)
    assert isinstance(judge, ByOriginal)
    near, far = (scaled(graph, factor) for factor in (0.9, 0.1))
    merits = [judge.merit(judge.measures(one)) for one in (graph, near, far)]
    assert merits == sorted(merits, reverse=True)
    assert merits[0] == pytest.approx(1)
    apart = answer_distance(graph)
    for one, merit in zip((graph, near, far), merits, strict=True):
        answers = [torch.from_numpy(outputs(found, samples.inputs)) for found in (one, graph)]
        assert float(apart(7 * answers[0], answers[1])) == pytest.approx(1 - merit, abs=1e-6)
    assert np.isfinite(merits).all()


def test_classes_are_learnt_by_their_divergence() -> None:
    graph: Graph = build("bert", ORIGINAL)
    answers = torch.from_numpy(outputs(graph, inputs(graph, 4)))
    shifted = answers + 3.0  # the same likelihoods, in another direction
    assert float(answer_distance(graph)(shifted, answers)) == pytest.approx(0, abs=1e-6)


def test_a_model_with_an_answer_for_every_token_is_refused_before_it_is_trained(folder: Path) -> None:
    lines: list[str] = []
    (folder / "bert" / "modules.json").unlink()
    written(folder, BertForTokenClassification, num_labels=2)
    with pytest.raises(
        ModelError, match=r"has an answer for every token and rows[.]tsv one label a sample; name"
    ):
        made(folder, lines)
    shape = {"kind": "bert", "dim": 8, "heads": 2, "blocks": 1, "mlp_ratio": 1, "pool": "none"}
    words = {"kind": "words", "context": 6}
    with pytest.raises(ModelError, match="the architecture has an answer for every token"):
        made(folder, lines, training=TRAINING, original=None, architecture=shape, preparation=words)
    assert lines == []


def test_classes_in_the_data_put_labels_in_the_model_s_order(folder: Path) -> None:
    (folder / "bert" / "modules.json").unlink()
    names = {0: "sad", 1: "glad"}
    written(folder, BertForSequenceClassification, id2label=names, label2id={"sad": 0, "glad": 1})
    with pytest.raises(ModelError, match=r"number them as the model does: write classes: \[sad, glad\]"):
        made(folder, [])
    named = KEPT["data"] | {"classes": ["sad", "glad"]}
    assert made(folder, [], data=named).ladder["metric"] == "accuracy"
