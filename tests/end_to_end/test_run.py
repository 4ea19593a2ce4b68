"""`python -m bench run` as a user types it, at INSECURE toy parameters: records, statuses, interruptions."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import psutil
import pytest

from bench.spec.file import MOST_REPEATS
from reports.record import PARTS
from reports.store import load_output, read_raw

ROOT = Path(__file__).resolve().parents[2]


def bench(*arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def run_toy(backend: str, output: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return bench(
        "run", "suites/toy.yaml", "--backend", backend, "--parameters", "round_trip",
        "--samples", "4", "--output", str(output), *options,
    )  # fmt: skip


def exported(output: Path) -> list[dict[str, Any]]:
    done = bench("export", str(output))
    assert done.returncode == 0, done.stderr
    records: list[dict[str, Any]] = json.loads(done.stdout)
    return records


def _adds_up(latency: dict[str, Any], elapsed: float) -> None:
    """The named parts and what is left are the wall time, which repeats and the plan are no part of."""
    assert all(latency[name] > 0 for name in (*PARTS, "other_s"))
    assert sum(latency[name] for name in (*PARTS, "other_s")) == pytest.approx(latency["wall_s"])
    assert latency["make_keys_s"] + latency["write_keys_s"] == pytest.approx(latency["keygen_s"])
    assert latency["load_keys_s"] + latency["encode_model_s"] == pytest.approx(latency["prepare_model_s"])
    hot = latency["runs"][1]
    assert latency["wall_s"] + latency["plan_s"] + hot["evaluate_s"] + hot["decrypt_s"] <= elapsed


def test_a_run_fills_the_record_from_measurement(backend: str, tmp_path: Path) -> None:
    started = perf_counter()
    done = run_toy(backend, tmp_path, "--repeats", "2")
    elapsed = perf_counter() - started
    assert done.returncode == 0, done.stdout + done.stderr
    for word in ("accuracy: polynomial", "evaluate, s", "bootstraps (planned)", "security"):
        assert word in done.stdout
    (record,) = exported(tmp_path)
    assert record["status"] == "ok"
    assert record["ladder"]["label_agreement"] == 1.0
    assert record["ladder"]["precision_bits"] >= 14
    assert record["counts"]["round_trips"] >= 2
    assert record["counts"]["bootstraps"] == record["counts"]["bootstraps_planned"] == 0
    assert [run["cold"] for run in record["latency"]["runs"]] == [True, False]
    assert record["latency"]["evaluate_s"] == record["latency"]["runs"][0]["evaluate_s"]
    assert record["latency"]["evaluate_s"] >= record["latency"]["round_trips_s"] > 0
    _adds_up(record["latency"], elapsed)
    assert sum(layer["s"] for layer in record["latency"]["layers"]) == pytest.approx(
        record["latency"]["evaluate_s"]
    )
    rotated = sum(p["count"] for p in record["latency"]["primitives"] if p["name"].startswith("rotate"))
    assert rotated == record["counts"]["rotations"]
    course = record["latency"]["course"]
    batches = -(-record["samples"] // record["batch"])
    round_trips = sum(one["count"] for one in course if one["refresh"] == "round_trip")
    assert batches * round_trips == record["counts"]["round_trips"]
    assert 0 < sum(one["s"] for one in course) <= record["latency"]["evaluate_s"] * 1.001
    assert all(one["highest"] >= one["lowest"] for one in course)
    assert record["memory"]["evaluator_peak_bytes"] > 10_000_000
    assert record["memory"]["together_peak_bytes"] > record["memory"]["evaluator_peak_bytes"]
    assert record["wire"]["messages"] >= 2 * record["counts"]["round_trips"]
    assert record["security"]["secure"] is False
    assert "INSECURE" in record["parameter_set"]
    assert record["environment"]["libraries"]
    (stored,) = load_output(tmp_path).stored
    raw = read_raw(stored)
    assert raw["logits_encrypted"].shape == raw["logits_polynomial"].shape == (4, 1, 10)
    if backend != "cleartext":
        assert "INSECURE" in done.stdout
        assert record["memory"]["rotation_keys_bytes"] > 1_000_000
        assert not np.array_equal(raw["logits_encrypted"], raw["logits_polynomial"])


def test_a_kept_result_is_not_run_again_unless_asked(backend: str, tmp_path: Path) -> None:
    assert run_toy(backend, tmp_path).returncode == 0
    again = run_toy(backend, tmp_path)
    assert again.returncode == 0
    assert "answered by" in again.stdout
    assert len(exported(tmp_path)) == 1
    assert "answered by" not in run_toy(backend, tmp_path, "--fresh").stdout
    assert len(exported(tmp_path)) == 2


def test_probes_say_where_precision_goes_and_give_no_times(backend: str, tmp_path: Path) -> None:
    done = run_toy(backend, tmp_path, "--probes")
    assert done.returncode == 0, done.stdout + done.stderr
    (record,) = exported(tmp_path)
    layers = record["ladder"]["layers"]
    assert len(layers) > 20
    if backend != "cleartext":
        assert all(layer["precision_bits"] > 10 for layer in layers)
    assert record["latency"]["evaluate_s"] is None
    assert record["latency"]["runs"] is None


def test_an_audited_run_says_so_and_gives_no_times(backend: str, tmp_path: Path) -> None:
    """The libraries execute exactly what their adapters count; the simulator has no library."""
    done = run_toy(backend, tmp_path, "--audit")
    (record,) = exported(tmp_path)
    assert record["origin"]["audit"] is True
    assert record["latency"]["evaluate_s"] is record["latency"]["runs"] is None
    if backend == "cleartext":
        assert record["status"] == "unsupported"
        assert "audit" in record["reason"]
    else:
        assert done.returncode == 0, done.stdout + done.stderr
        assert record["status"] == "ok"
        assert record["counts"]["rotations"] > 100


def test_a_bootstrap_that_a_library_lacks_is_unsupported(backend: str, tmp_path: Path) -> None:
    """Asked for by name alone it is status 1; the record says why."""
    done = bench(
        "run", "suites/toy.yaml", "--backend", backend, "--parameters", "bootstrap",
        "--samples", "4", "--output", str(tmp_path),
    )  # fmt: skip
    (record,) = exported(tmp_path)
    if record["status"] == "ok":
        assert done.returncode == 0
        assert record["counts"]["bootstraps"] == record["counts"]["bootstraps_planned"] >= 2
        assert record["counts"]["round_trips"] == 0
        assert record["ladder"]["precision_bits"] >= 8
    else:
        assert done.returncode == 1
        assert record["status"] == "unsupported"
        assert "bootstrap" in record["reason"]
        assert record["latency"]["evaluate_s"] is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_leaves_no_process_and_no_half_record(
    backend: str, number: signal.Signals, tmp_path: Path
) -> None:
    """It evaluates again and again, so that the signal finds it in the middle, however late it comes."""
    suite = (ROOT / "suites" / "layers_toy.yaml").read_text()
    (tmp_path / "endless.yaml").write_text(
        suite.replace("samples: 2", f"samples: 2\nrepeats: {MOST_REPEATS}")
    )
    output = tmp_path / "results"
    command = [
        sys.executable, "-m", "bench", "run", str(tmp_path / "endless.yaml"), "--backend", backend,
        "--parameters", "portable", "--case", "linear", "--output", str(output),
    ]  # fmt: skip
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == "evaluation":
            break
    parties = psutil.Process(process.pid).children(recursive=True)
    assert len(parties) == 2
    os.kill(process.pid, number)
    _, errors = process.communicate(timeout=60)
    gone, alive = psutil.wait_procs(parties, timeout=20)
    assert not alive
    assert len(gone) == 2
    assert not list(output.glob("*/records.jsonl"))
    if number is not signal.SIGKILL:  # which leaves no time to tidy up; no secret key is ever on disk
        assert process.returncode == 1
        assert errors.strip().startswith("interrupted")
        assert not list(output.iterdir())


def test_a_time_limit_ends_a_cell(backend: str, tmp_path: Path) -> None:
    suite = (ROOT / "suites" / "toy.yaml").read_text().replace("seconds: 600", "seconds: 0.5")
    (tmp_path / "hasty.yaml").write_text(suite)
    done = bench(
        "run", str(tmp_path / "hasty.yaml"), "--backend", backend, "--parameters", "round_trip",
        "--samples", "360", "--output", str(tmp_path / "results"),
    )  # fmt: skip
    assert done.returncode == 1
    (record,) = exported(tmp_path / "results")
    assert record["status"] == "timed_out"
    assert re.match(r"timed out after 0\.5 s \(limits\.seconds\) in [a-z]", record["reason"])
    assert record["latency"]["evaluate_s"] is None


def test_a_memory_limit_ends_a_cell(backend: str, tmp_path: Path) -> None:
    suite = (ROOT / "suites" / "toy.yaml").read_text().replace("8000000000", "20000000")
    (tmp_path / "small.yaml").write_text(suite)
    done = bench(
        "run", str(tmp_path / "small.yaml"), "--backend", backend, "--parameters", "round_trip",
        "--samples", "4", "--output", str(tmp_path / "results"),
    )  # fmt: skip
    assert done.returncode == 1
    (record,) = exported(tmp_path / "results")
    assert record["status"] == "out_of_memory"
    assert re.match(r"out of memory in [a-z].*20\.0 MB", record["reason"])
    assert "limits.memory_bytes" in record["reason"]
