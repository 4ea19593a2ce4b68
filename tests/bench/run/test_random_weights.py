"""A checkpoint of random weights is timed, and nothing that it answers is shown as if it were a result."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.cli import listing
from bench.cli.commands.list import list_command
from models.checkpoint import load_graph, save_graph
from reports.store import load_output, read_raw
from tests.bench.checkpoints import random_weights
from tests.bench.commands import bench, exported, toy

METRIC = ("original", "he_friendly", "polynomial", "encrypted", "held_out")


def test_a_run_shows_times_and_precision_and_no_accuracy(tmp_path: Path) -> None:
    random_weights(tmp_path / "checkpoint")
    suite = toy(tmp_path, ("model: vit_tiny", "model: checkpoint"))
    output = tmp_path / "results"
    options = ("--backend", "cleartext", "--parameters", "round_trip", "--output", str(output))
    shown = bench("run", suite, *options)
    assert "accuracy random weights, timing only" in " ".join(shown.replace("│", " ").split())
    assert "accuracy:" not in shown
    assert "held-out" not in shown
    (record,) = exported(output)
    assert (record["status"], record["weights"]) == ("ok", "random")
    assert [record["ladder"][name] for name in METRIC] == [None] * len(METRIC)
    assert record["ladder"]["label_agreement"] == 1.0
    assert record["ladder"]["precision_bits"] > 20
    assert record["latency"]["evaluate_s"] > 0
    assert "| random weights, timing only |  |  |  |  | 1.000 |" in bench(
        "export", str(output), "--format", "markdown"
    )
    (row,) = csv.DictReader(io.StringIO(bench("export", str(output), "--format", "csv")))
    assert (row["weights"], row["ladder.encrypted"]) == ("random", "")
    (stored,) = load_output(output).stored
    assert not [name for name in read_raw(stored) if name.startswith("held_out")]


def test_models_are_listed_with_what_they_are_good_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setattr(listing, "CHECKPOINTS", tmp_path)
    random_weights(tmp_path / "random")
    graph = replace(load_graph(tmp_path / "random", "original"), metadata={})
    save_graph(graph, tmp_path / "trained", "original")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "original.safetensors").write_bytes(b"")
    shown = CliRunner().invoke(list_command, ["models"], catch_exceptions=False).output
    rows = {line.split()[0]: line for line in shown.splitlines()[2:]}
    assert "random weights, timing only" in rows["random"]
    assert "he_friendly, original, polynomial" in rows["random"]
    assert "random weights" not in rows["trained"]
    assert "the checkpoint has no original.json" in rows["broken"]
