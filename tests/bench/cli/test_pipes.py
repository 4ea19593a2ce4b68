"""A pipe in the place of a file that a user names or keeps is refused in one sentence, and nothing waits."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench.cli.main import MISTAKES
from models import ablation, recipe
from models.errors import ModelError
from reports.export import to_json
from reports.store import RECORDS, create_run
from tests.bench.commands import bench, toy
from tests.bench.kept import a_record, store
from tests.models.committed import VIT_TINY
from tests.pipes import no_waiting, pipe

pytestmark = pytest.mark.usefixtures(no_waiting.__name__)
__all__ = ["no_waiting"]

PIPE = r"cannot be read \(it is a named pipe and no regular file\); "


def refused(*arguments: str) -> None:
    with pytest.raises(MISTAKES, match=PIPE):
        bench(*arguments)


@pytest.mark.parametrize("command", ["show", "verify", "export", "clean", "report"])
def test_records_of_a_run(command: str, tmp_path: Path) -> None:
    run = store(tmp_path / "results", a_record())
    pipe(run.folder / RECORDS)
    refused(
        command, str(run.folder), *(["--output", str(tmp_path / "p.html")] if command == "report" else [])
    )


def test_records_of_one_run_among_several_cost_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound, broken = store(tmp_path, a_record()), store(tmp_path, a_record())
    pipe(broken.folder / RECORDS)
    assert [one["run_id"] for one in _exported(tmp_path)] == [sound.run_id]
    assert "named pipe" in capsys.readouterr().err


def _exported(output: Path) -> list[dict[str, object]]:
    records: list[dict[str, object]] = json.loads(bench("export", str(output), status=1))
    return records


def test_a_run_goes_on_beside_one(tmp_path: Path) -> None:
    """It looks there for an answer to its cell."""
    output = tmp_path / "results"
    pipe(store(output, a_record()).folder / RECORDS)
    bench(
        "run",
        toy(tmp_path),
        "--backend",
        "cleartext",
        "--parameters",
        "round_trip",
        "--samples",
        "1",
        "--output",
        str(output),
    )
    assert [one["status"] for one in _exported(output)] == ["ok"]


def test_raw_outputs(tmp_path: Path) -> None:
    run = create_run(tmp_path)
    stored = run.append(a_record(run_id=run.run_id), {"logits_encrypted": np.zeros(2)})
    assert stored.raw is not None
    pipe(stored.raw)
    assert re.search(PIPE, bench("verify", str(tmp_path), status=1))


@pytest.mark.parametrize("name", ["original.json", "polynomial.safetensors"])
def test_a_checkpoint(name: str, tmp_path: Path) -> None:
    shutil.copytree(VIT_TINY, tmp_path / "model")
    pipe(tmp_path / "model" / name)
    refused("validate", toy(tmp_path, ("model: vit_tiny", "model: ./model")))


@pytest.mark.parametrize(
    "command",
    [
        ("run",),
        ("validate",),
        ("plan",),
        ("plan", "toy", "--machine"),
        ("gate", "{store}", "--baseline", "{baseline}", "--rules"),
        ("gate", "{store}", "--baseline"),
        ("compare", "{store}"),
    ],
    ids="-".join,
)
def test_a_file_that_is_named(command: tuple[str, ...], tmp_path: Path) -> None:
    run, named = store(tmp_path / "store", a_record()), pipe(tmp_path / "named.yaml")
    (tmp_path / "baseline.json").write_text(to_json([a_record(run_id=run.run_id)]))
    places = {"store": tmp_path / "store", "baseline": tmp_path / "baseline.json"}
    refused(*(part.format(**places) for part in command), str(named))


@pytest.mark.parametrize("load", [recipe.load, ablation.load], ids=["recipe", "ablation"])
def test_what_is_trained(load: Callable[[Path], object], tmp_path: Path) -> None:
    """The commands that train ask for torch first."""
    with pytest.raises(ModelError, match=PIPE):
        load(pipe(tmp_path / "named.yaml"))
