"""A backend in a package outside of this repository: the skeleton, filled in with a backend of this one.

It passes the whole conformance kit and runs the toy suite, in an environment that the harness makes. That
needs the package index once; the environment is kept in the user's cache.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: What is filled in under another name; the package's own files and its descriptor are the skeleton's.
FILLED_IN = ROOT / "backends" / "seal_python"
NAME = "foreign"


def bench(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command as a user types it who has installed the package to `site`."""
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, installed by pip."""
    package, site = tmp_path_factory.mktemp("package"), tmp_path_factory.mktemp("site")
    made = bench(site, "conform", NAME, "--skeleton", str(package))
    assert made.returncode == 0, made.stderr
    folder = package / f"{NAME}_bench"
    shutil.copy(FILLED_IN / "environment.yaml", folder)
    for path in FILLED_IN.glob("*.py"):
        if path.name != "__init__.py":
            text = path.read_text().replace("backends.seal_python", folder.name)
            (folder / path.name).write_text(text)
    with (folder / "adapter.py").open("a") as adapter:
        adapter.write("\n\nAdapter = SEALPython  # as the skeleton's descriptor calls it\n")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(site),
        str(package),
    ]
    installed = subprocess.run(pip, capture_output=True, text=True, check=False)
    assert installed.returncode == 0, installed.stderr
    return site


def test_it_passes_the_whole_kit(site: Path) -> None:
    done = bench(site, "conform", NAME)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 failed" in done.stdout
    left_out = [line for line in done.stdout.splitlines() if line.startswith("left out")]
    # SEAL has no bootstraps, and its key owners do not tell their secret key.
    assert [line.split(":")[0].split()[-1] for line in left_out] == ["keys", "bootstrap"]
    assert "passed    attack: the evaluator's process cannot decrypt" in done.stdout
    assert "passed    audit: executes what it counts in the model windows" in done.stdout


def test_it_runs_the_toy_suite_in_an_environment_that_the_harness_made(site: Path, tmp_path: Path) -> None:
    done = bench(
        site, "run", "toy", "--backend", NAME, "--parameters", "round_trip", "--samples", "4",
        "--audit", "--output", str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (record,) = json.loads(bench(site, "export", str(tmp_path), "--format", "json").stdout)
    assert (record["status"], record["origin"]["audit"]) == ("ok", True)
    assert record["environment"]["libraries"]["seal-python"] == "4.4.0"
    assert record["ladder"]["label_agreement"] == 1.0
