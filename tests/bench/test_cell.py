"""Answers that are no answers, and errors that nobody foresaw: the cell fails and keeps its record."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from bench.cli import main; main()"
ADAPTER = """
import numpy as np
from backends.cleartext.adapter import Cleartext, CleartextKeyOwner

class Owner(CleartextKeyOwner):
    def decrypt(self, ciphertext):
        return {answer}

class Other(Cleartext):
    @classmethod
    def key_owner(cls, parameters):
        return Owner(parameters)
"""
DESCRIPTOR = """
from backends.cleartext.adapter import capabilities
from backends.registry import Descriptor

def asked(parameters):
    {asked}
    return capabilities(parameters)

DESCRIPTOR = Descriptor("other", "from elsewhere", "other_adapter:Other", asked)
"""


def run(tmp_path: Path, answer: str = "super().decrypt(ciphertext)", asked: str = "pass") -> dict[str, Any]:
    """The record of a toy cell on a backend of one module that gives this answer."""
    site = tmp_path / "site"
    info = site / "other-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "other_adapter.py").write_text(ADAPTER.format(answer=answer))
    (site / "other_descriptor.py").write_text(DESCRIPTOR.format(asked=asked))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[bench.backends]\nother = other_descriptor:DESCRIPTOR\n")
    output = tmp_path / "results"
    command = [
        *(
            sys.executable,
            "-c",
            START,
        ),
        *(str(site), "run", "toy", "--backend", "other", "--parameters", "round_trip", "--samples", "4"),
        *("--output", str(output)),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    (line,) = next(output.glob("*/records.jsonl")).read_text().splitlines()
    record: dict[str, Any] = json.loads(line)["record"]
    assert done.returncode == int(record["status"] != "ok")
    return record


def test_an_adapter_that_is_one_module_runs(tmp_path: Path) -> None:
    assert run(tmp_path)["status"] == "ok"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("np.full_like(super().decrypt(ciphertext), np.nan)", "not finite"),
        ("super().decrypt(ciphertext) + 0.1", "bits of precision and the suite demands 8"),
    ],
)
def test_a_wrong_answer_fails_the_cell_and_gives_no_time(tmp_path: Path, answer: str, reason: str) -> None:
    record = run(tmp_path, answer)
    assert record["status"] == "failed"
    assert reason in record["reason"]
    assert record["latency"]["evaluate_s"] is None
    assert record["latency"]["runs"] is None
    assert record["memory"]["together_peak_bytes"] > 0


def test_an_unforeseen_error_is_a_failed_record_with_a_log(tmp_path: Path) -> None:
    record = run(tmp_path, asked="raise ValueError('nobody thought of this')")
    assert record["status"] == "failed"
    assert record["reason"].startswith("ValueError: nobody thought of this; ")
    log = Path(record["reason"].split("; ")[1].removesuffix(" has the traceback"))
    assert "nobody thought of this" in (ROOT / log).read_text()
