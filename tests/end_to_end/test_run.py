"""`python -m bench run` as a user types it, at INSECURE toy parameters: records, statuses, interruptions."""

from __future__ import annotations

import json
import os
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
from reports.costs import PARTS
from reports.record import Status
from reports.store import load_output, read_raw
from tests.end_to_end.harness import bootstraps

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


def test_a_run_fills_the_record_from_measurement_and_answers_again(backend: str, tmp_path: Path) -> None:
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
    assert record["memory"]["together_peak_bytes"] > 10_000_000  # from samples, which may miss a peak
    assert record["wire"]["messages"] >= 2 * record["counts"]["round_trips"]
    assert record["security"]["secure"] is False
    assert "INSECURE" in record["parameter_set"]
    assert record["environment"]["libraries"]
    assert record["environment"]["isolation"] in {"landlock", "namespaces", "none"}
    assert record["environment"]["swap"] in {"locked", "absent", "possible"}
    (stored,) = load_output(tmp_path).stored
    raw = read_raw(stored)
    assert raw["logits_encrypted"].shape == raw["logits_polynomial"].shape == (4, 1, 10)
    if backend != "cleartext":
        assert "INSECURE" in done.stdout
        assert record["memory"]["rotation_keys_bytes"] > 1_000_000
        assert not np.array_equal(raw["logits_encrypted"], raw["logits_polynomial"])
    again = run_toy(backend, tmp_path, "--repeats", "2")
    assert again.returncode == 0
    assert "answered by" in again.stdout
    assert len(load_output(tmp_path).stored) == 1


def test_an_audited_run_with_probes_says_where_precision_goes_and_gives_no_times(
    backend: str, tmp_path: Path
) -> None:
    """The libraries execute exactly what their adapters count; the simulator has no library."""
    done = run_toy(backend, tmp_path, "--probes", "--audit")
    (record,) = exported(tmp_path)
    assert record["origin"]["audit"] is True
    assert record["latency"]["evaluate_s"] is record["latency"]["runs"] is None
    if backend == "cleartext":
        assert record["status"] == "unsupported"
        assert "audit" in record["reason"]
        return
    assert done.returncode == 0, done.stdout + done.stderr
    assert record["status"] == "ok"
    assert record["counts"]["rotations"] > 100
    layers = record["ladder"]["layers"]
    assert len(layers) > 20
    assert all(layer["precision_bits"] > 10 for layer in layers)


def test_a_bootstrap_that_a_library_lacks_is_unsupported(backend: str, tmp_path: Path) -> None:
    """Asked for by name alone it is status 1; the record says why. Where there is one, see `test_gate.py`."""
    if bootstraps(backend):
        return
    done = bench(
        "run", "suites/toy.yaml", "--backend", backend, "--parameters", "bootstrap",
        "--samples", "4", "--output", str(tmp_path),
    )  # fmt: skip
    (record,) = exported(tmp_path)
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
    _, errors = process.communicate(timeout=600)
    gone, alive = psutil.wait_procs(parties, timeout=600)
    assert not alive
    assert len(gone) == 2
    if number is signal.SIGKILL:  # which leaves no time to tidy up; no secret key is ever on disk
        assert not list(output.glob("*/records.jsonl"))
        return
    assert process.returncode == 1
    assert errors.strip().startswith("interrupted")
    (stored,) = load_output(output).stored
    assert stored.record.status is Status.INTERRUPTED
    # Which take turns.
    assert stored.record.reason in {"interrupted in evaluation", "interrupted in decryption"}
    assert stored.record.latency.evaluate_s is None
    (run,) = output.glob("[!.]*")  # beside the journal of what was finished
    assert [path.name for path in run.iterdir()] == ["records.jsonl"]
