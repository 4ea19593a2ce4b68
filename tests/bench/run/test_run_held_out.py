"""`bench run` on the simulator: the held-out ladder in the record, on the screen and in exports."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from math import exp
from pathlib import Path

import pytest

from models.checkpoint import load_graph, save_graph
from reports.store import load_output, read_raw
from tests.bench.checkpoints import TEXT, VOCABULARY, language_model
from tests.bench.commands import bench, exported, toy


def test_a_classifier(tmp_path: Path) -> None:
    shown = bench("run", "toy", "--backend", "cleartext", "--samples", "4", "--output", str(tmp_path))
    assert shown.count("clear rungs on the held-out set: 360 of 360 samples") == 1  # for two cells of a case
    assert "digits: the clear rungs on 360 held-out samples" in shown
    assert "lost from HE-friendly to polynomial" in shown
    first, second = exported(tmp_path)
    block = first["ladder"]["held_out"]
    assert block == second["ladder"]["held_out"]
    assert (block["samples"], block["metric"]) == (360, "accuracy")
    losses = {(drift["from"], drift["to"]): drift for drift in block["drifts"]}
    whole = losses["original", "polynomial"]
    assert whole["mean"] == pytest.approx(block["original"] - block["polynomial"])
    assert whole["low"] < whole["mean"] < whole["high"]
    for stored in load_output(tmp_path).stored:
        raw = read_raw(stored)
        assert raw["held_out_polynomial"].mean() == block["polynomial"]


def test_a_limit_in_the_suite_and_exports(tmp_path: Path) -> None:
    suite = toy(tmp_path, ("samples: 8", "samples: 4\nheld_out: 50"))
    output = str(tmp_path / "results")
    bench("run", suite, "--backend", "cleartext", "--parameters", "round_trip", "--output", output)
    assert "| toy | digits | accuracy | 50 |" in bench("export", output, "--format", "markdown")
    (row,) = csv.DictReader(io.StringIO(bench("export", output, "--format", "csv")))
    assert row["ladder.held_out.samples"] == "50"
    assert len(json.loads(row["ladder.held_out.drifts"])) == 3


def test_another_limit_is_another_result(tmp_path: Path) -> None:
    """A kept record whose ladder stands on other samples does not answer."""
    options = ("--backend", "cleartext", "--parameters", "round_trip", "--output", str(tmp_path / "results"))
    bench("run", toy(tmp_path, ("samples: 8", "samples: 4\nheld_out: 50")), *options)
    assert "answered by" in bench("run", str(tmp_path / "suite.yaml"), *options)
    bench("run", toy(tmp_path, ("samples: 8", "samples: 4\nheld_out: 51")), *options)
    blocks = [record["ladder"]["held_out"] for record in exported(tmp_path / "results")]
    assert [block["samples"] for block in blocks] == [50, 51]


@pytest.fixture
def text_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The toy suite on a language model's checkpoint, and its text where data sets are looked for."""
    (tmp_path / "tinyshakespeare.txt").write_text(TEXT)
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    language_model(tmp_path / "checkpoint")
    return toy(tmp_path, ("model: vit_tiny", "model: checkpoint"), ("data: digits", "data: tiny_shakespeare"))


def test_a_language_model(tmp_path: Path, text_suite: str) -> None:
    output = tmp_path / "results"
    options = ("--backend", "cleartext", "--parameters", "round_trip", "--output", str(output))
    shown = bench("run", text_suite, *options)
    assert "perplexity: encrypted" in shown
    (record,) = exported(output)
    ladder = record["ladder"]
    assert ladder["metric"] == ladder["held_out"]["metric"] == "perplexity"
    assert 1 < ladder["polynomial"] < len(VOCABULARY) ** 2
    assert ladder["encrypted"] == pytest.approx(ladder["polynomial"], rel=1e-6)
    assert exp(ladder["nats"]["encrypted"]) == pytest.approx(ladder["encrypted"])
    assert exp(ladder["held_out"]["nats"]["original"]) == pytest.approx(ladder["held_out"]["original"])
    assert "cross-entropy, nats: encrypted" in shown
    assert ladder["label_agreement"] == 1.0
    assert ladder["precision_bits"] > 20
    assert record["samples"] == 8
    (stored,) = load_output(output).stored
    assert read_raw(stored)["logits_encrypted"].shape == (8, 8, len(VOCABULARY))


def test_a_rung_that_explodes_fails_its_cell_with_a_record(tmp_path: Path, text_suite: str) -> None:
    output = tmp_path / "results"
    graph = load_graph(tmp_path / "checkpoint", "polynomial")
    head = graph["head"]
    exploded = replace(head, arrays={**head.arrays, "weight": head.arrays["weight"] * 1e30})
    save_graph(replace(graph, nodes=(*graph.nodes[:-1], exploded)), tmp_path / "checkpoint", "polynomial")
    options = ("--backend", "cleartext", "--parameters", "round_trip", "--output", str(output))
    bench("run", text_suite, *options, status=1)
    (record,) = exported(output)
    assert record["status"] == "failed"
    assert "of the polynomial model is more than a number holds, exp(" in record["reason"]
    assert record["ladder"]["nats"]["polynomial"] > 709
    assert record["ladder"]["original"] is not None
    assert record["ladder"]["polynomial"] is None
    assert record["ladder"]["held_out"] is None
