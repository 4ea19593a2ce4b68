"""`bench show` on stores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.errors import UserError
from reports.store import RECORDS
from tests.bench.commands import bench
from tests.bench.kept import a_record, store


def test_the_ranking_of_a_folder_and_what_to_type_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    store(tmp_path, a_record(), a_record(backend="pyfhel", cell="other", latency__per_sample_s=0.5))
    lines = bench("show", str(tmp_path)).splitlines()
    assert lines[0].startswith("digits, interactive (round trips), 1 thread")
    assert lines[2].split()[:4] == ["pyfhel", "shared14", "1.00×", "best"]
    assert (
        lines[-1] == f"next: bench report {tmp_path} --output report.html, for drift, memory and every figure"
    )


def test_what_to_type_next_can_be_pasted(tmp_path: Path) -> None:
    store(tmp_path / "my results", a_record(), a_record(backend="pyfhel", case="other", cell="other"))
    folder = f"'{tmp_path}/my results'"
    assert f"next: bench show {folder} --case digits" in bench("show", str(tmp_path / "my results"))
    assert f"next: bench report {folder} --output" in bench(
        "show", str(tmp_path / "my results"), "--case", "other"
    )


def test_every_measure_is_there_where_it_is_asked_for(tmp_path: Path) -> None:
    store(tmp_path, a_record())
    assert "key generation, s" not in bench("show", str(tmp_path))
    assert "key generation, s" in bench("show", str(tmp_path), "--full")


def test_as_json_every_cell_has_its_place(tmp_path: Path) -> None:
    store(tmp_path, a_record(), a_record(case="other", cell="other", wire__to_evaluator_bytes=7))
    told = json.loads(bench("show", str(tmp_path), "--json", "--by", "traffic", "--case", "other"))
    (row,) = told
    assert (row["case"], row["place"], row["parameters"], row["value"], row["ratio"]) == (
        "other",
        1,
        "shared14",
        7,
        1.0,
    )


def test_what_is_not_there_and_damaged_lines_are_told(tmp_path: Path) -> None:
    run = store(tmp_path, a_record())
    with pytest.raises(UserError, match="no case is called 'digit'; did you mean digits"):
        bench("show", str(tmp_path), "--case", "digit")
    with (run.folder / RECORDS).open("a") as file:
        file.write("{}\n")
    bench("show", str(tmp_path), status=1)
    (run.folder / RECORDS).write_text("{}\n")
    with pytest.raises(UserError, match="no line holds a sound record"):
        bench("show", str(tmp_path))
