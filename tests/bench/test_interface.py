"""`import bench`: light to import, and what it does is what the commands do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import bench
from bench import interface
from bench.errors import UserError
from reports.errors import ReportError
from reports.gate.verdicts import Verdict
from reports.record import Record, Status
from tests.bench.commands import ROOT, exported
from tests.bench.commands import bench as command

TOY = ROOT / "suites" / "toy.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def records(folder: Path) -> list[Record]:
    return bench.run_suite(TOY, folder, backends="cleartext", parameters=["round_trip"], samples=4)


def test_importing_it_loads_nothing_of_the_project() -> None:
    told = "import bench, json, sys; print(json.dumps([sorted(sys.modules), dir(bench)]))"
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded, names = json.loads(done.stdout)
    assert [name for name in loaded if name.startswith(("bench.", "backends", "models", "reports"))] == []
    assert {"numpy", "pydantic", "pandas"}.isdisjoint(loaded)
    assert set(bench.__all__) <= set(names)


def test_it_names_what_there_is() -> None:
    assert bench.__all__ == interface.__all__
    for name in bench.__all__:
        assert getattr(bench, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'ran_suite'"):
        _ = bench.ran_suite  # type: ignore[attr-defined]


def test_a_run_gives_the_records_that_are_kept(folder: Path, records: list[Record]) -> None:
    (record,) = records
    assert (record.status, record.backend, record.samples) == (Status.OK, "cleartext", 4)
    assert bench.load_records(folder, str(folder)) == records
    assert exported(folder) == [json.loads(record.to_json())]


def test_a_cell_that_is_answered_is_not_run_again(folder: Path, records: list[Record]) -> None:
    assert bench.run_suite(str(TOY), folder, backends=["cleartext"], parameters="round_trip", samples=4) == (
        records
    )


def test_a_line_that_is_refused_is_a_warning(tmp_path: Path, records: list[Record]) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "records.jsonl").write_text("{}\n")
    with pytest.warns(UserWarning, match=r"refused: .*records\.jsonl:1"):
        assert bench.load_records(tmp_path) == []


def test_a_plan_counts_what_the_run_did(records: list[Record]) -> None:
    (planned,) = bench.plan_suite(TOY, backends="cleartext", parameters="round_trip", samples=4)
    assert planned.status is Status.OK
    assert planned.estimate["rotations"] == str(records[0].counts.rotations)


def test_a_comparison_is_that_of_the_command(folder: Path, records: list[Record]) -> None:
    found = bench.compare_records(folder, str(folder))
    assert len(found.finished) == len(records)
    assert found.of(Verdict.WORSE) == []
    assert f"{len(found.of(Verdict.SAME))} same" in command("compare", str(folder), str(folder))


def test_the_rules_of_a_comparison_are_a_file(tmp_path: Path, folder: Path, records: list[Record]) -> None:
    (tmp_path / "rules.yaml").write_text("time: {measures: [latency.nothing]}\n")
    with pytest.raises(ReportError, match=r"latency\.nothing"):
        bench.compare_records(folder, folder, tmp_path / "rules.yaml")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"backends": "openfhee"}, "no backend is called 'openfhee'"),
        ({"cases": "digit"}, "no case is called 'digit'"),
        ({"samples": 0}, "--samples is 0; give 1 to"),
        ({"samples": "4"}, "--samples is '4'; give a whole number from 1 to"),
        ({"repeats": 2.5}, r"--repeats is 2\.5; give a whole number from 1 to"),
        ({"threads": True}, "--threads is True; give a whole number from 1 to"),
        ({"rounds": 0}, "--rounds is 0; give 1 to"),
        ({"rounds": -1}, "--rounds is -1; give 1 to"),
        ({"rounds": 1.5}, r"--rounds is 1\.5; give a whole number from 1 to"),
        ({"build": "fast"}, "fast"),
    ],
)
def test_a_wrong_request_is_the_sentence_of_the_command(
    tmp_path: Path, asked: dict[str, object], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        bench.run_suite(TOY, tmp_path, **asked)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
