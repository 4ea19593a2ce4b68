"""`bench report`: one file, damaged lines named, nothing else asked for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reports.store import RECORDS, Run
from tests.reports.html.records import made
from tests.reports.html.unpacking import records_of

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A store of one run with two records."""
    record = made()
    folder = tmp_path / "results" / record.run_id
    folder.mkdir(parents=True)
    run = Run(folder)
    run.append(record)
    run.append(made(backend="pyfhel"))
    return tmp_path / "results"


def report(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", "report", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_report_is_one_file(results: Path, tmp_path: Path) -> None:
    output = tmp_path / "new" / "report.html"
    done = report(results, "--output", output)
    assert done.returncode == 0, done.stderr
    assert "2 records" in done.stderr
    assert [record.key for record in records_of(output.read_text())] == [
        made().key,
        made(backend="pyfhel").key,
    ]
    assert list(output.parent.iterdir()) == [output]


def test_damaged_lines_are_refused_by_name_and_the_rest_reports(results: Path, tmp_path: Path) -> None:
    path = next(results.glob(f"*/{RECORDS}"))
    first, second = path.read_text().splitlines()
    path.write_text(f"{first}\n{second.replace('pyfhel', 'openfhe')}\n{first[:100]}\n")
    output = tmp_path / "report.html"
    done = report(results, "--output", output)
    assert done.returncode == 1
    for number in (2, 3):
        assert f"{RECORDS}:{number}: " in done.stderr
        assert f"{RECORDS}:{number}: " in output.read_text()
    assert "1 record," in done.stderr


def test_a_record_in_two_folders_is_reported_once(results: Path, tmp_path: Path) -> None:
    shutil.copytree(results, tmp_path / "copy")
    run = next(results.iterdir())
    done = report(results, run, tmp_path / "copy", "--output", tmp_path / "report.html")
    assert "2 records" in done.stderr


def test_a_folder_without_runs_is_refused(tmp_path: Path) -> None:
    done = report(tmp_path, "--output", tmp_path / "report.html")
    assert done.returncode == 2
    assert "holds no run" in done.stderr
    assert not (tmp_path / "report.html").exists()


def test_a_store_of_damaged_lines_alone_is_refused(results: Path, tmp_path: Path) -> None:
    next(results.glob(f"*/{RECORDS}")).write_text("{}\n")
    done = report(results, "--output", tmp_path / "report.html")
    assert done.returncode == 2
    assert "no line holds a sound record" in done.stderr
