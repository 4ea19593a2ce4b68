"""`bench run` of one small layer on the simulator: limits end it, and a kept record answers unless asked."""

from __future__ import annotations

import re
from pathlib import Path

from tests.bench.commands import bench, changed, exported

OPTIONS = ("--backend", "cleartext", "--parameters", "portable", "--case", "linear", "--output")


def test_a_kept_result_is_not_run_again_unless_asked(tmp_path: Path) -> None:
    suite, output = changed("layers_toy", tmp_path), str(tmp_path / "results")
    bench("run", suite, *OPTIONS, output)
    assert "answered by" in bench("run", suite, *OPTIONS, output)
    assert len(exported(Path(output))) == 1
    assert "answered by" not in bench("run", suite, *OPTIONS, output, "--fresh")
    assert len(exported(Path(output))) == 2


def test_probes_give_no_times(tmp_path: Path) -> None:
    output = tmp_path / "results"
    bench("run", changed("layers_toy", tmp_path), *OPTIONS, str(output), "--probes")
    (record,) = exported(output)
    assert record["ladder"]["layers"]
    assert record["latency"]["evaluate_s"] is record["latency"]["runs"] is None


def test_a_time_limit_ends_a_cell(tmp_path: Path) -> None:
    """No pair of processes starts in so little time."""
    suite, output = changed("layers_toy", tmp_path, ("seconds: 600", "seconds: 0.001")), tmp_path / "results"
    bench("run", suite, *OPTIONS, str(output), status=1)
    (record,) = exported(output)
    assert record["status"] == "timed_out"
    assert re.match(r"timed out after 0\.001 s \(limits\.seconds\) in [a-z]", record["reason"])
    assert record["latency"]["evaluate_s"] is None


def test_a_memory_limit_ends_a_cell(tmp_path: Path) -> None:
    suite, output = changed("layers_toy", tmp_path, ("8000000000", "20000000")), tmp_path / "results"
    bench("run", suite, *OPTIONS, str(output), status=1)
    (record,) = exported(output)
    assert record["status"] == "out_of_memory"
    assert re.match(r"out of memory in [a-z].*20\.0 MB", record["reason"])
    assert "limits.memory_bytes" in record["reason"]
