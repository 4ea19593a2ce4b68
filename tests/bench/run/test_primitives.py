"""A primitive that gives something else than clear arithmetic fails its cell, and no time is shown of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.run.primitives import unsupported
from tests.bench.commands import ROOT, bench, exported

START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from bench.cli.main import main; main()"
ADAPTER = """
from dataclasses import replace
from backends.cleartext.adapter import CleartextEvaluator, CleartextKeyOwner
from backends.cleartext.library import Cleartext

calls = 0

def later(result):
    '''From the second call on, something else.'''
    global calls
    calls += 1
    return result if calls != 2 else replace(result, values=result.values + 1)

def nudged(result):
    '''One slot, a little off.'''
    values = result.values.copy()
    values[5] += 2.0**-20
    return replace(result, values=values)

class Owner(CleartextKeyOwner):
    {owner}

class Evaluator(CleartextEvaluator):
    {evaluator}

class Other(Cleartext):
    @classmethod
    def key_owner(cls, parameters):
        return Owner(parameters)

    @classmethod
    def evaluator(cls, parameters, folder, files):
        return Evaluator(parameters)
"""
DESCRIPTOR = """
from backends.cleartext.adapter import capabilities
from backends.registry import Descriptor

DESCRIPTOR = Descriptor("other", "from elsewhere", "other_adapter:Other", capabilities)
"""


def run(
    tmp_path: Path,
    owner: str = "pass",
    evaluator: str = "pass",
    suite: str = "primitives_toy",
    parameters: str = "round_trip",
) -> dict[str, Any]:
    """The record of toy primitives on a backend of one module, whose parties are given these bodies."""
    info = tmp_path / "site" / "other-1.0.dist-info"
    info.mkdir(parents=True)
    (info.parent / "other_adapter.py").write_text(ADAPTER.format(owner=owner, evaluator=evaluator))
    (info.parent / "other_descriptor.py").write_text(DESCRIPTOR)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[bench.backends]\nother = other_descriptor:DESCRIPTOR\n")
    command = [sys.executable, "-c", START, str(info.parent), "run", suite, "--backend", "other"]
    options = ["--parameters", parameters, "--output", str(tmp_path / "results")]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    (line,) = next((tmp_path / "results").glob("*/records.jsonl")).read_text().splitlines()
    record: dict[str, Any] = json.loads(line)["record"]
    assert done.returncode == int(record["status"] != "ok")
    return record


@pytest.mark.parametrize(
    ("bodies", "place"),
    [
        (
            {"evaluator": "def rotate(self, a, step): return later(super().rotate(a, step))"},
            "rotate at level 3",
        ),
        (
            {"evaluator": "def encode(self, values, level): return super().encode(values * 1.01, level)"},
            "encode",
        ),
        (
            {"evaluator": "def rotate_many(self, a, steps): return super().rotate_many(a, steps)[:-1]"},
            "rotate_many at level 3 gives 2 results of 3",
        ),
        ({"owner": "def decrypt(self, a): return super().decrypt(a) * float('nan')"}, "encrypt at level 3"),
    ],
)
def test_one_wrong_repetition_fails_the_cell(tmp_path: Path, bodies: dict[str, str], place: str) -> None:
    record = run(tmp_path, **bodies)
    assert record["status"] == "failed"
    assert record["reason"].startswith(place)
    assert "it is wrong" in record["reason"]
    assert record["latency"]["primitives"] is None


@pytest.mark.parametrize(("wrong", "failures"), [("calls == 2", 1), ("calls", None)])
def test_bootstraps_are_checked_one_by_one(tmp_path: Path, wrong: str, failures: int | None) -> None:
    """One of four that is wrong is a failure in the record, which has the others' bits; all are a wrong cell.

    Nothing but encryption and the bootstrap is measured, at its level alone, and no keys.
    """
    body = (
        "def bootstrap(self, a):\n"
        "        global calls\n"
        "        calls += 1\n"
        f"        result = nudged(super().bootstrap(a))\n"
        f"        return replace(result, values=result.values + 1) if {wrong} else result"
    )
    record = run(tmp_path, evaluator=body, suite="bootstrap_toy", parameters="slots_first")
    if failures is None:
        assert record["status"] == "failed"
        assert record["reason"].startswith("bootstrap at level 3 has -")
        return
    assert record["status"] == "ok"
    found = {one["name"]: one for one in record["latency"]["primitives"]}
    assert set(found) == {"encrypt", "decrypt", "bootstrap"}
    bootstrap = found["bootstrap"]
    assert (bootstrap["level"], bootstrap["result_level"]) == (3, 6)
    assert (bootstrap["results"], bootstrap["failures"], bootstrap["count"]) == (4, failures, 3)
    assert bootstrap["precision_bits"] == pytest.approx(20, abs=1.1)
    assert found["encrypt"]["failures"] is found["encrypt"]["result_level"] is None


def test_precision_by_the_largest_and_by_the_mean_error_of_the_slots(tmp_path: Path) -> None:
    record = run(tmp_path, evaluator="def add(self, a, b): return nudged(super().add(a, b))")
    (add,) = (one for one in record["latency"]["primitives"] if (one["name"], one["level"]) == ("add", 2))
    assert add["precision_bits"] == pytest.approx(20, abs=1.1)  # the reference is a sum, under 2
    assert add["mean_precision_bits"] - add["precision_bits"] == pytest.approx(11)  # of 2^11 slots


@pytest.mark.parametrize(
    ("name", "lacking"),
    [
        ("bootstrap", ["bootstrap"]),
        ("load_rotation_keys", ["load_rotation_keys"]),
        ("generate_public_key", ["generate_public_key", "serialise_public_key"]),
        (
            "generate_rotation_keys",
            ["generate_rotation_keys", "serialise_rotation_keys", "load_rotation_keys"],
        ),
    ],
)
def test_what_cannot_be_made_can_be_neither_written_nor_loaded(name: str, lacking: list[str]) -> None:
    assert [(one.name, one.reason) for one in unsupported(name, "why")] == [(one, "why") for one in lacking]


def test_in_turns(tmp_path: Path) -> None:
    """Two fresh pairs of processes, of one question and one answer's key, and both answer again."""
    options = ("--backend", "cleartext", "--parameters", "round_trip", "--rounds", "2")
    command = ("run", "primitives_toy", *options, "--output", str(tmp_path))
    assert "cleartext, 2 processes" in bench(*command)
    first, second = exported(tmp_path)
    assert first["status"] == second["status"] == "ok"
    assert (first["cell"], first["key"]) == (second["cell"], second["key"])
    assert first["started_at"] < second["started_at"]
    assert bench(*command).count("  answered by") == 2
    assert len(exported(tmp_path)) == 2
