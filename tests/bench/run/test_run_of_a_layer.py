"""`bench run` of one small layer on the simulator: limits end it, and a kept record answers unless asked."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from backends.registry import available, get
from bench.environments.declaration import DEFAULT_BUILD
from bench.environments.ensure import Environment
from bench.run.kinds import load
from bench.run.life import Life
from bench.run.listener import Listener
from bench.spec.cells import expand
from bench.spec.suite import load_suite
from reports.record import Status
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


def test_seconds_are_planned_for_the_usual_build_alone(tmp_path: Path) -> None:
    """The times that a backend ships are of that one, and another build takes others."""
    suite, found = load_suite("layers_toy", list(available())), get("cleartext")
    (cell,) = expand(suite, ["cleartext"], ["portable"], ["linear"])
    planned = {}
    for build in (DEFAULT_BUILD, "hexl"):
        here = Environment(found.name, Path(sys.executable), {}, made=False, build=build)
        (tmp_path / build).mkdir()
        outcome = Life(cell, found, here, tmp_path / build, Listener(), probes=False).live(load(cell).run)
        assert outcome.status is Status.OK, outcome.reason
        planned[build] = outcome.figures.planned_evaluate_s
    assert planned[DEFAULT_BUILD]
    assert planned["hexl"] is None
