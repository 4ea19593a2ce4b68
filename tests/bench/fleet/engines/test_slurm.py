"""Jobs of Slurm through submitit, by commands that start them on this machine: no Slurm is installed here."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from submitit.core.core import Job as SubmittedJob

from bench.errors import UserError
from bench.fleet.dispatch import Job, dispatched
from bench.fleet.engine import start, started
from bench.fleet.engines.slurm import UNTOLD_MINUTES
from bench.fleet.task import Need
from reports.store import load_output
from tests.bench.commands import ROOT
from tests.bench.fleet.engines import slurm_commands
from tests.faults.checks import exact

NEED = Need(memory_bytes=3 << 30, disk_bytes=(5 << 20) + 1, threads=1, seconds=30.0)


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the scripts that were queued; a node has a disk of 100 GB."""
    commands, state = tmp_path / "commands", tmp_path / "jobs"
    commands.mkdir()
    state.mkdir()
    source = Path(slurm_commands.__file__).read_text()
    for name in slurm_commands.COMMANDS:
        (commands / name).write_text(f"#!{sys.executable}\n{source}")
        (commands / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{commands}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *sys.path]))
    monkeypatch.setenv("SLURM_STATE", str(state))
    monkeypatch.setenv("SLURM_DISK", "100000")
    monkeypatch.setattr(SubmittedJob, "_results_timeout_s", 0)  # this file system is not slow
    return state


def half(number: int) -> float:
    return number / 2


def half_at_the_second_attempt(folder: str) -> float:
    """Ends its process without a result the first time."""
    if not (Path(folder) / "again").exists():
        (Path(folder) / "again").touch()
        os._exit(1)
    return 0.5


def asked(script: Path) -> set[str]:
    """What a job's script asks of Slurm."""
    lines = script.read_text().splitlines()
    return {line.removeprefix("#SBATCH --") for line in lines if line.startswith("#SBATCH --")}


def test_cells_are_those_of_a_plain_run_and_each_is_a_job_with_what_it_needs(
    jobs: Path, tmp_path: Path
) -> None:
    for output, executor in (("plain", []), ("swept", ["--executor", "slurm"])):
        done = subprocess.run(
            [
                sys.executable, "-m", "bench", "run", "suites/toy.yaml", "--backend", "cleartext",
                "--samples", "4", "--output", str(tmp_path / output), *executor,
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    plain, swept = (
        {one.record.cell: exact(one.record) for one in load_output(tmp_path / output).stored}
        for output in ("plain", "swept")
    )
    assert swept == plain
    scripts = sorted(jobs.glob("*.sh"))
    assert len(scripts) == len(swept) == 2
    for script in scripts:
        told = dict(one.split("=") for one in asked(script) if "=" in one)
        assert "exclusive" in asked(script)
        assert told["cpus-per-task"] == "1"
        assert 400 <= int(told["mem"].removesuffix("M")) < 4000
        assert int(told["tmp"].removesuffix("M")) > 0
        assert int(told["time"]) == 61  # an hour, and four times a second


def test_a_job_has_its_own_memory_disk_and_time_and_not_those_of_the_last(jobs: Path, tmp_path: Path) -> None:
    with started("slurm", tmp_path) as engine:
        assert engine.submit("told", half, 1, NEED).result() == 0.5
        assert engine.submit("untold", half, 3, Need(0, 0, 2, None)).result() == 1.5
    told, untold = map(asked, sorted(jobs.glob("*.sh")))
    assert {"mem=3072M", "tmp=6M", "cpus-per-task=1", "time=62", "exclusive"} <= told
    assert {"mem=0M", "tmp=0M", "cpus-per-task=2", f"time={UNTOLD_MINUTES}"} <= untold


def test_no_disk_is_asked_for_where_no_node_tells_its_own(
    jobs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slurm takes it for 0 then, and would refuse every job."""
    monkeypatch.setenv("SLURM_DISK", "0")
    with started("slurm", tmp_path) as engine:
        engine.submit("1", half, 1, NEED).result()
    (script,) = jobs.glob("*.sh")
    assert "mem=3072M" in asked(script)
    assert not any(one.startswith("tmp=") for one in asked(script))


def test_a_lost_node_has_its_job_run_again(jobs: Path, tmp_path: Path) -> None:
    job = Job("1", str(tmp_path), lambda: NEED)
    with started("slurm", tmp_path) as engine:
        (done,) = dispatched(engine, half_at_the_second_attempt, [job])
    assert (done.result, done.job.lost) == (0.5, 1)
    assert len(list(jobs.glob("*.sh"))) == 2


def test_what_slurm_refuses_is_said(jobs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_REFUSES", "1")
    with started("slurm", tmp_path) as engine, pytest.raises(UserError, match="Slurm refuses the job"):
        engine.submit("1", half, 1, NEED)


def test_a_machine_without_slurm_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="finds no sbatch on the path"):
        start("slurm", tmp_path)


def test_what_still_runs_is_cancelled(jobs: Path, tmp_path: Path) -> None:
    with started("slurm", tmp_path) as engine:
        engine.submit("1", half_after_a_day, 1, NEED)
    (state,) = jobs.glob("*.state")
    assert state.read_text() == "CANCELLED"


def half_after_a_day(number: int) -> float:
    time.sleep(86400)
    return number / 2
