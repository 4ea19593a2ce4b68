"""What `bench list` names."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.cli.commands.list import list_command
from models.data import catalogue


def test_data_sets_are_listed_with_what_is_here_and_how_to_get_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "400")
    (tmp_path / "tinyshakespeare.txt").write_text("to be or not to be")
    shown = CliRunner().invoke(list_command, ["data"], catch_exceptions=False).output
    rows = {line.split()[0]: line for line in shown.splitlines()[2:] if not line.startswith(" ")}
    assert list(rows) == list(catalogue.DATA_SETS)
    assert "here: training, held_out" in rows["tiny_shakespeare"]
    assert "not here" not in rows["tiny_shakespeare"]
    assert (
        f"here: nothing; not here: training, held_out: fetch {catalogue.DATA_SETS['mnist'].origin}"
        in rows["mnist"]
    )
    assert str(tmp_path) in rows["mnist"]


def told(kind: str) -> list[dict[str, str]]:
    shown = CliRunner().invoke(list_command, [kind, "--json"], catch_exceptions=False).output
    rows: list[dict[str, str]] = json.loads(shown)[kind]
    return rows


def test_a_parameter_set_is_told_with_what_it_is() -> None:
    sets = {(one["suite"], one["set"]): one for one in told("parameters")}
    assert sets["vit_tiny", "shared14"] == {
        **{"suite": "vit_tiny", "set": "shared14", "N": "2^14", "log QP": "428", "security": "128"},
        **{"slots": "8192", "depth": "8", "digits": "9", "scale bits": "40", "refresh": "round trip"},
        "libraries": "openfhe, tenseal, pyfhel, seal_python, fhelium",
    }
    assert sets["toy", "bootstrap"]["security"] == "INSECURE"
    assert sets["toy", "bootstrap"]["refresh"] == "bootstrap"


def test_a_parameter_set_is_a_line_without_a_word_that_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = CliRunner().invoke(list_command, ["parameters"], catch_exceptions=False).output
    (line,) = (one.split() for one in shown.splitlines() if one.startswith("vit_tiny ") and "shared14" in one)
    assert line[:5] == ["vit_tiny", "shared14", "2^14", "428", "128"]
    assert line[9:13] == ["round", "trip", "openfhe,", "tenseal,"]


def test_a_model_is_told_with_its_task_its_size_and_what_it_reaches() -> None:
    models = {one["model"]: one for one in told("models")}
    tiny = models["vit_tiny"]
    assert tiny["what it is"] == "vit, images of 8×8 as 16 tokens, 10 outputs"
    assert (tiny["original"], tiny["polynomial"]) == ("97.50 %", "98.33 %")
    assert int(tiny["parameters"].replace(",", "")) > 10_000
    assert models["gpt_text"]["judged by"] == "perplexity"
