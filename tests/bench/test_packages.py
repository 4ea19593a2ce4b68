"""This project's packages are found from anywhere, and what stands in their place is told by name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bench.packages import FOLDER, told
from tests.bench.commands import ROOT

LAUNCHER = "from polynomial_transformer_bench import main; main()"


def started(folder: Path, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_empty_folders_of_their_names_are_no_packages(tmp_path: Path) -> None:
    for name in ("models", "backends", "reports", "bench", "suites"):
        (tmp_path / name).mkdir()
    done = started(tmp_path, "-m", "bench", "list", "backends", path=str(ROOT))
    assert done.returncode == 0, done.stderr
    assert "cleartext" in done.stdout


def test_packages_and_modules_of_the_working_directory_are_not_imported(tmp_path: Path) -> None:
    for name in ("models", "reports"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong package')")
    (tmp_path / "click.py").write_text("raise SystemExit('the wrong module')")
    done = started(tmp_path, "-m", "bench", "--help", path=str(ROOT))
    assert done.returncode == 0, done.stderr


def test_the_command_finds_its_package_where_another_comes_first_on_the_path(tmp_path: Path) -> None:
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "__init__.py").write_text("raise SystemExit('the wrong package')")
    done = started(tmp_path, "-c", LAUNCHER, "--help", path=f"{tmp_path}:{ROOT}")
    assert done.returncode == 0, done.stderr
    assert "validate" in done.stdout


def test_a_package_that_was_there_first_is_told_by_name_and_place(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "__init__.py").write_text("")
    # a .pth file of an installed package may import it before anything else runs
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import models; {LAUNCHER}"
    done = started(tmp_path, "-c", script, "--help", path=str(ROOT))
    assert done.returncode == 2
    assert done.stderr == (
        f"error: {tmp_path / 'models'} shadows this project's package 'models' in {FOLDER}; rename it\n"
    )


def test_what_is_missing_of_the_project_is_told_and_nothing_else() -> None:
    sentence = told(ImportError("No module named 'models.errors'", name="models.errors"))
    assert sentence is not None
    assert sentence.startswith(f"models.errors is not in this project's folder {FOLDER / 'models'}")
    assert told(ImportError("No module named 'torch'", name="torch")) is None
