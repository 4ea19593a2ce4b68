"""Answers that are no answers, and errors that nobody foresaw: the cell fails and keeps its record."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bench.checkpoints import random_weights
from tests.bench.commands import toy

ROOT = Path(__file__).resolve().parents[3]
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from bench.cli.main import main; main()"
ADAPTER = """
import numpy as np
from backends.cleartext.adapter import CleartextKeyOwner
from backends.cleartext.library import Cleartext

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


def run(
    tmp_path: Path,
    answer: str = "super().decrypt(ciphertext)",
    asked: str = "pass",
    cell: tuple[str, str] = ("toy", "round_trip"),
    more: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The record of a cell (suite, parameter set) on a backend of one module that gives this answer."""
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
        *(str(site), "run", cell[0], "--backend", "other", "--parameters", cell[1], "--samples", "4"),
        *("--output", str(output), *more),
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


def test_an_answer_that_is_no_number_keeps_its_record_where_layers_are_probed(tmp_path: Path) -> None:
    """The probes are no numbers either, and no error in scoring them may cost the record."""
    record = run(tmp_path, "np.full_like(super().decrypt(ciphertext), np.nan)", more=("--probes",))
    assert (record["status"], record["ladder"]["layers"], record["ladder"]["encrypted"]) == (
        "failed",
        None,
        None,
    )
    assert "not finite" in record["reason"]
    assert record["ladder"]["polynomial"] > 0.9


@pytest.mark.parametrize("weights", ["trained", "random"])
def test_labels_that_differ_fail_a_trained_model_alone(tmp_path: Path, weights: str) -> None:
    """The answer 0 has no bit of precision, which this suite allows, and the first label for everything."""
    random_weights(tmp_path / "random")
    changes = [("limits: {", "limits: {precision_bits: 0, ")]
    if weights == "random":
        changes.append(("model: vit_tiny", "model: random"))
    record = run(tmp_path, "0 * super().decrypt(ciphertext)", cell=(toy(tmp_path, *changes), "bootstrap"))
    assert record["weights"] == weights
    assert record["ladder"]["label_agreement"] < 0.5
    assert record["status"] == ("failed" if weights == "trained" else "ok")
    if weights == "trained":
        assert "of the labels and the suite demands 98.0%" in record["reason"]


def test_an_unforeseen_error_is_a_failed_record_with_a_log(tmp_path: Path) -> None:
    record = run(tmp_path, asked="raise ValueError('nobody thought of this')")
    assert record["status"] == "failed"
    assert record["reason"].startswith("ValueError: nobody thought of this; ")
    log = Path(record["reason"].split("; ")[1].removesuffix(" has the traceback"))
    assert "nobody thought of this" in (ROOT / log).read_text()
