"""Recipes on samples without labels: what they learn, by what they are chosen, and what they are called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from transformers import BertForSequenceClassification, BertModel

from bench.cli.reached import reached
from models.architectures.options import ORIGINAL
from models.checkpoint import load_graph
from models.data import digits
from models.errors import ModelError
from models.ladder import logits
from models.metrics.catalogue import AGREEMENT
from models.pipeline import convert, make
from models.pipeline.judging import divergence, judge_of
from models.recipe import parse
from models.reference import outputs
from tests.models.architectures.small import build
from tests.models.test_probing import labelled, scaled
from tests.training import test_embeddings as embeddings
from tests.training.test_embeddings import HE_FRIENDLY, KEPT, PHASE, TRAINING, made
from tests.training.test_imported_original import RECIPE, written

UNLABELLED = {name: value for name, value in KEPT["data"].items() if name != "label"}
WARM: dict[str, Any] = {
    "data": UNLABELLED,
    "training": TRAINING,
    "he_friendly": HE_FRIENDLY,
    "warm_start": {"blocks": PHASE, "whole": PHASE},
    "fine_tuning": {"epochs": 1, "learning_rate": 0.0003},
}
NAMES = {0: "sad", 1: "glad"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small classifier with its tokenizer, and sentences."""
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    embeddings.written(
        tmp_path, BertForSequenceClassification, id2label=NAMES, label2id={"sad": 0, "glad": 1}
    )
    return tmp_path


def test_a_warm_start_without_labels_is_judged_by_its_agreement_with_the_original(folder: Path) -> None:
    lines: list[str] = []
    found = made(folder, lines, **WARM)
    ladder, rungs = found.ladder, found.rungs
    assert ladder["metric"] == AGREEMENT.name
    assert "accuracy" not in json.dumps(ladder)
    everything = {rung: ladder["held_out"][rung] for rung in rungs}
    assert everything["original"] == {AGREEMENT.name: 1.0}
    pairs = ladder["held_out"]["pairs"]
    for rung in ("he_friendly", "polynomial"):
        assert everything[rung][AGREEMENT.name] == pairs[f"original/{rung}"]["label_agreement"]
    origin = ladder["rungs"]["he_friendly"]
    assert 0 < origin["seeds"][0]["validation"]["divergence"] < 0.001
    told = origin["seeds"][0]["validation"][AGREEMENT.name]
    assert f"warm start, whole, seed 0: validation agreement with the original {told:.4f}" in lines
    choice = ladder["rungs"]["polynomial"]["choice"]
    scores = {name: measures["divergence"] for name, measures in choice["validation"].items()}
    assert choice["kept"] == min(scores, key=scores.__getitem__)
    assert [graph.metadata["classes"] for graph in rungs.values()] == [["sad", "glad"]] * 3
    assert reached(ladder)[0] == "original: held-out agreement with the original 100.00 %"


def test_the_nearest_answers_are_the_best() -> None:
    """By likelihoods: a constant added to all logits changes nothing, and labels alone do not decide."""
    graph = build("bert", ORIGINAL)
    samples = labelled(graph, 20)
    judge = judge_of(graph, samples, labelled=False)
    near, far = (scaled(graph, factor) for factor in (0.9, 0.1))
    found = [judge.measures(one) for one in (graph, near, far)]
    merits = [judge.merit(one) for one in found]
    assert merits == sorted(merits, reverse=True)
    assert merits[0] == 0
    wanted = logits(graph, samples)
    for one, measures in zip((near, far), found[1:], strict=True):
        given = logits(one, samples)
        agreeing = float((given.argmax(1) == wanted.argmax(1)).mean())
        assert measures[AGREEMENT.name] == agreeing
        likelihoods = np.exp(wanted) / np.exp(wanted).sum(1, keepdims=True)
        own = np.exp(given) / np.exp(given).sum(1, keepdims=True)
        by_hand = float((likelihoods * np.log(likelihoods / own)).sum(1).mean())
        assert measures["divergence"] == pytest.approx(by_hand)
        assert divergence(given + 3, wanted) == pytest.approx(by_hand)
    assert divergence(wanted * np.nan, wanted) is None
    assert judge.merit({AGREEMENT.name: 1.0, "divergence": None}) == -np.inf


def test_a_classifier_is_kept_without_labels(folder: Path) -> None:
    ladder = made(folder, [], data=UNLABELLED, validation={"fraction": 0.25}).ladder
    assert ladder["validation"]["samples"] == 4
    assert ladder["held_out"]["polynomial"].keys() == {AGREEMENT.name}


def test_random_weights_need_no_labels(folder: Path) -> None:
    chosen = parse(KEPT | WARM, "WARM", folder)
    found = make(chosen, folder / "work", lambda line: None, untrained=True)
    assert found.ladder["weights"] == "random"
    assert outputs(found.rungs["polynomial"], np.zeros((1, 6), np.int64)).shape == (1, 1, 2)


def test_what_learns_labels_is_refused_without_any(folder: Path) -> None:
    lines: list[str] = []
    from_nothing = (
        r"rows[.]tsv has no labels, and a model is trained from nothing by labels alone; name their"
    )
    with pytest.raises(ModelError, match=from_nothing):
        made(folder, lines, **WARM | {"warm_start": None})
    for name in ("warm_start", "fine_tuning"):
        with pytest.raises(ModelError, match=f"of which {name} has a weight; .* leave out labels of {name}"):
            made(folder, lines, **WARM | {name: WARM[name] | {"labels": 0.5}})
    with pytest.raises(ModelError, match=r"validation takes 16 samples and rows[.]tsv has 16, of which none"):
        made(folder, lines, **WARM | {"validation": {"per_class": 16}})
    embeddings.written(folder, BertForSequenceClassification, num_labels=1)
    with pytest.raises(ModelError, match="answers one number, of which samples without labels do not say"):
        made(folder, lines, **WARM)
    assert lines == []


def test_embeddings_warm_started_without_labels_tell_their_cosine(folder: Path) -> None:
    embeddings.written(folder, BertModel)
    ladder = made(folder, [], **WARM | {"fine_tuning": None, "preparation": KEPT["preparation"]}).ladder
    line = reached(ladder)[-1]
    assert line.startswith("polynomial: no held-out accuracy, cosine with the original's 0.")


def test_images_of_one_folder_warm_start_a_model_of_images(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    shown = digits.DATA_SET.forms[0]
    for split, count in {"training": 96, "held_out": 20}.items():
        (tmp_path / split).mkdir()
        images = shown.read(None, split).images[:count]  # type: ignore[arg-type, union-attr]
        for number, image in enumerate(images):
            Image.fromarray(image[..., 0]).save(tmp_path / split / f"{number:03}.png")
    data = {"kind": "image_folders", "training": "training", "held_out": "held_out", "side": 8, "channels": 1}
    warm = {"whole": {"epochs": 2, "learning_rate": 0.003}}
    path = written(tmp_path, data=data, validation={"per_class": 16}, warm_start=warm, calibration=64)
    ladder = convert(path, tmp_path / "out", tmp_path / "work", lambda line: None)
    assert (ladder["metric"], ladder["held_out"]["samples"]) == (AGREEMENT.name, 20)
    assert ladder["validation"]["samples"] == 16
    assert "classes" not in load_graph(tmp_path / "out", "polynomial").metadata  # LABEL_0 is no name
    refused = RECIPE | {"data": data, "original": None}
    with pytest.raises(ModelError, match=r"training has no labels, .*; give each class a folder, or write"):
        make(parse(refused, "RECIPE", tmp_path), tmp_path / "work", lambda line: None)
