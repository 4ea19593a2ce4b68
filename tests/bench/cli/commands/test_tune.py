"""`bench tune`: what it refuses, and whom it searches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from backends.costs import Needs
from backends.parameters import ParameterSet
from bench.cli.commands.tune import _cases, tune
from bench.errors import UserError
from bench.run.prediction.prediction import Prediction
from bench.run.tuning.search import Choice, Search
from tests.bench.commands import bench

PREDICTED = Prediction({"evaluate_s": 1.0}, {}, Needs(0, 1_000_000, 0, 0), 0, 0)
#: Of the simulator, so that it can be run wherever tests are.
FOUND = Choice(
    *("cleartext", "vit_tiny", "digits", ParameterSet(13, 34, 30, 4, 5), "round_trip", "portable"),
    *(PREDICTED, 1, 5, 0.0, 20.0),
)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["vit_tinny"], "no suite has the model 'vit_tinny'; did you mean vit_tiny"),
        (["vit_tiny", "--verify", "2"], "--verify runs the suite that --output writes; say where"),
        (["vit_tiny", "--output", __file__], "is there already; choose another name"),
        (["vit_tiny", "--backend", "cleartext"], "cleartext does not tell its noise"),
        (["layers_toy"], "has no case of a model; name another suite"),
    ],
)
def test_a_wrong_request_is_one_sentence(arguments: list[str], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        CliRunner().invoke(tune, arguments, catch_exceptions=False)


@pytest.mark.parametrize(
    ("asked", "models"),
    [
        ("vit_tiny", ["vit_tiny"]),
        ("vit_tiny_degree_2", ["vit_tiny_degree_2"]),
        ("degrees", ["vit_tiny", "vit_tiny_degree_4", "vit_tiny_degree_2"]),
    ],
)
def test_a_model_is_searched_alone_and_a_suite_for_all_of_its_models(asked: str, models: list[str]) -> None:
    _, cases = _cases(asked)
    assert [case.model for case in cases] == models


def test_json_is_all_of_standard_output_and_runs_are_kept_where_one_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Search, "choices", lambda self, descriptor: [FOUND])
    monkeypatch.chdir(tmp_path)
    asked = ("tune", "vit_tiny", "--interactive", "--backend", "tenseal", "--samples", "single", "--json")
    folder = ("--output", "new folder/tuned.yaml", "--verify", "1", "--results", "kept")
    shown = bench(*asked, *folder)
    assert [one["backend"] for one in json.loads(shown)] == ["cleartext"]
    assert shown.endswith("]\n")
    told = capsys.readouterr().err
    assert "predicted → measured" in told
    assert "bench run 'new folder/tuned.yaml'" in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "new folder"]


def test_a_place_where_nothing_can_be_written_is_refused_before_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Search, "choices", lambda self, descriptor: pytest.fail("it searched"))
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"file cannot be made \(File exists\); choose another --output"):
        bench("tune", "vit_tiny", "--backend", "tenseal", "--output", str(tmp_path / "file" / "tuned.yaml"))
