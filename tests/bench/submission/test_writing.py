"""What can be submitted, and what is refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import UserError
from models.errors import ModelError
from tests import submissions
from tests.bench.commands import bench, toy


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    submissions.data(tmp_path, monkeypatch)
    (tmp_path / "suite.yaml").write_text(submissions.SUITE)
    return str(tmp_path / "suite.yaml")


def _write(suite: str, folder: Path, *options: str) -> None:
    bench("submission", suite, "--output", str(folder), *options)


def test_a_submission_is_of_one_cell(suite: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"these are selected: mnist on openfhe at .*; mnist on pyfhel"):
        _write(suite, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_secret_key_must_be_kept(suite: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="pyfhel cannot keep its secret key"):
        _write(suite, tmp_path / "out", "--backend", "pyfhel")


def test_round_trips_need_both_parties_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    submissions.data(tmp_path, monkeypatch)
    (tmp_path / "suite.yaml").write_text(
        submissions.SUITE.replace("depth: 5", "depth: 3").replace("digits: 6", "digits: 4")
    )
    with pytest.raises(UserError, match=r"client-aided refreshes, for which both parties must be there"):
        _write(str(tmp_path / "suite.yaml"), tmp_path / "out", "--backend", "cleartext")


def test_a_model_of_other_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"does not name 10 digits on 28×28 grey levels"):
        _write(toy(tmp_path), tmp_path / "out", "--backend", "cleartext", "--parameters", "round_trip")


def test_nothing_is_written_over(suite: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="is there already"):
        _write(suite, tmp_path / "out", "--backend", "cleartext")
    with pytest.raises(UserError, match="holds no submission"):
        bench("submission", str(tmp_path / "out"), "--build")
    with pytest.raises(UserError, match="name one with --output"):
        bench("submission", suite)


def test_a_toy_ring_is_marked(suite: str, tmp_path: Path) -> None:
    _write(suite, tmp_path / "out", "--backend", "openfhe")
    readme = (tmp_path / "out" / "submission" / "README.md").read_text()
    assert readme.startswith("# INSECURE")
    assert "reaches no class of" in readme
