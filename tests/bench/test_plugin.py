"""A backend from another package, found by its entry point, runs a suite like the four of this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ADAPTER = """
from backends.cleartext.library import Cleartext

class Other(Cleartext):
    name = "other"
"""
DESCRIPTOR = """
from backends.cleartext.adapter import capabilities
from backends.registry import Descriptor

DESCRIPTOR = Descriptor("other", "from elsewhere", "other_bench.adapter:Other", capabilities)
"""


def install(site: Path) -> None:
    """A package as pip would leave it."""
    package, info = site / "other_bench", site / "other_bench-1.0.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "__init__.py").write_text(DESCRIPTOR)
    (package / "adapter.py").write_text(ADAPTER)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other-bench\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[bench.backends]\nother = other_bench:DESCRIPTOR\n")


def bench(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_fourth_backend_is_listed_and_runs(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    install(site)
    assert "from elsewhere" in bench(site, "list", "backends").stdout
    done = bench(
        site, "run", "toy", "--backend", "other", "--parameters", "round_trip", "--samples", "4",
        "--output", str(tmp_path / "results"),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "agreement with polynomial" in done.stdout
