"""A wheel of this project, built and installed where nothing else of it is, and run from another folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bench", "backends", "models", "reports", "suites")
#: What stands in a working directory that has to do with nothing.
DECOYS = (*PACKAGES, "click", "numpy")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, because building leaves files in the source folder."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "polynomial_transformer_bench.py"):
        shutil.copy(ROOT / name, source)
    pip("wheel", "--no-deps", "--wheel-dir", str(built), str(source))
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel alone; of this one it sees the packages of others."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    pip("--python", str(folder / "bin" / "python"), "install", "--no-deps", "--no-index", str(wheel))
    (site,) = folder.glob("lib/python*/site-packages")
    others = [path for path in sys.path if path.endswith("-packages")]
    (site / "others.pth").write_text("\n".join(others))
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    for name in DECOYS:
        (tmp_path / name).mkdir()
    (tmp_path / "statistics.py").write_text("raise SystemExit('the wrong module')\n")
    return tmp_path


def pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], check=True)


def run(folder: Path, *command: str, **variables: str) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | variables
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_everything_that_is_not_code_ships_too(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if name.partition("/")[0] in PACKAGES}
    here = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.parent.name.endswith("_random")
    }
    assert shipped == here


def test_the_toy_suite_runs_from_a_folder_with_other_things_of_those_names(
    environment: Path, elsewhere: Path, backend: str
) -> None:
    command = str(environment / "bin" / "bench")
    shown = run(
        elsewhere, command,
        "run", "toy", "--backend", backend, "--parameters", "round_trip", "--samples", "4", "--output", "out",
    )  # fmt: skip
    assert "agreement with polynomial" in shown
    (record,) = json.loads(run(elsewhere, command, "export", "out"))
    assert (record["status"], record["backend"], record["environment"]["git"]) == ("ok", backend, None)


def test_packages_on_the_path_do_not_shadow_those_of_the_project(environment: Path, elsewhere: Path) -> None:
    for name in PACKAGES:
        (elsewhere / name / "__init__.py").write_text("raise SystemExit('the wrong package')\n")
    command = str(environment / "bin" / "bench")
    assert "tenseal" in run(elsewhere, command, "list", "backends", PYTHONPATH=str(elsewhere))


def test_with_the_interpreter_too_folders_of_those_names_are_no_packages(
    environment: Path, elsewhere: Path
) -> None:
    shown = run(elsewhere, str(environment / "bin" / "python"), "-m", "bench", "list", "suites")
    assert "vit_tiny" in shown
