"""A real Dask cluster on this machine: a worker a process, killed in the midst of cells, and a Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from distributed import LocalCluster

from bench.errors import UserError
from bench.fleet.dispatch import Job, dispatched
from bench.fleet.engines import dask
from bench.fleet.engines.dask import Dask
from bench.fleet.task import Need
from reports.store import load_output
from tests.bench.commands import ROOT
from tests.faults.checks import exact

SMALL = Need(1, 1, 1, 1.0)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    """Two workers of one thread each, which nannies start again when they die."""
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        local_directory=str(tmp_path / "dask"),
        memory_limit="4GB",
    ) as found:
        yield found


def command(cluster: LocalCluster, output: Path, *more: str) -> subprocess.Popen[str]:
    """`bench run` of the toy suite on the simulator, on this cluster."""
    return subprocess.Popen(
        [
            sys.executable, "-m", "bench", "run", "suites/toy.yaml", "--backend", "cleartext",
            "--samples", "4", "--output", str(output), *more,
        ],
        cwd=ROOT,
        env={**os.environ, "DASK_SCHEDULER_ADDRESS": cluster.scheduler_address},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip


def children() -> list[psutil.Process]:
    """The processes that run tasks under the workers of this test."""
    mine = psutil.Process().children(recursive=True)
    return [one for one in mine if "bench.fleet.child" in " ".join(_line(one))]


def _line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def wait_for_a_child(done: subprocess.Popen[str]) -> psutil.Process:
    """The first process that runs a task, once its cell has parties."""
    while True:
        for one in children():
            with suppress(psutil.NoSuchProcess):
                if one.children():
                    return one
        assert done.poll() is None
        time.sleep(0.02)


def test_a_killed_worker_loses_no_cell(cluster: LocalCluster, tmp_path: Path) -> None:
    plain = command(cluster, tmp_path / "plain")
    said, _ = plain.communicate()
    assert plain.returncode == 0, said
    swept = command(cluster, tmp_path / "swept", "--executor", "dask")
    child = wait_for_a_child(swept)
    child.parent().kill()  # the worker; its nanny starts another
    said, _ = swept.communicate()
    assert swept.returncode == 0, said
    expected = {one.record.cell: one.record for one in load_output(tmp_path / "plain").stored}
    found = [one.record for one in load_output(tmp_path / "swept").stored]
    assert sorted(record.cell for record in found) == sorted(expected)
    assert [exact(record) for record in found] == [exact(expected[record.cell]) for record in found]
    assert sum(record.environment.lost_machines or 0 for record in found) == 1
    psutil.wait_procs([child])
    assert children() == []


def test_a_ctrl_c_leaves_no_process_on_any_worker(cluster: LocalCluster, tmp_path: Path) -> None:
    swept = command(cluster, tmp_path, "--executor", "dask", "--rounds", "100")
    wait_for_a_child(swept)
    swept.send_signal(signal.SIGINT)
    said, _ = swept.communicate()
    assert swept.returncode == 1
    assert said.strip().endswith("interrupted; what was finished is kept")
    psutil.wait_procs(children())
    assert children() == []
    assert not list(tmp_path.glob("*/records.jsonl"))  # nothing had come back


def half(number: int) -> float:
    return number / 2


def test_many_jobs_end_once_though_a_worker_dies(cluster: LocalCluster) -> None:
    engine = Dask(cluster.get_client())
    found: dict[str, float | None] = {}
    try:
        for done in dispatched(engine, half, (Job(str(n), n, lambda: SMALL) for n in range(300))):
            assert done.job.name not in found
            found[done.job.name] = done.result
            if len(found) == 100:
                psutil.Process(cluster.workers[0].pid).kill()
    finally:
        engine.close()
    assert found == {str(n): n / 2 for n in range(300)}


def test_as_many_small_tasks_are_ahead_as_end_until_it_is_looked_again(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(dask, "monotonic", lambda: now[0])
    engine = Dask(cluster.get_client())
    try:
        assert engine.at_once == 2 * dask.AHEAD
        jobs = (Job(str(n), n, lambda: SMALL) for n in range(50))
        assert len(list(dispatched(engine, half, jobs))) == 50
        now[0] = 10.0  # 50 in 10 s are 25 in 5 s
        engine.submit("next", half, 1, SMALL)
        assert engine.at_once == 25
        now[0] = 20.0  # one at most
        engine.submit("last", half, 1, SMALL)
        assert engine.at_once == 2 * dask.AHEAD
    finally:
        engine.close()


@pytest.mark.parametrize(
    "need", [Need(64_000_000_000, 1, 1, 1.0), Need(1, 1 << 60, 1, 1.0), Need(1, 1, 10_000, 1.0)]
)
def test_a_task_too_large_for_every_worker_is_refused(cluster: LocalCluster, need: Need) -> None:
    """By its memory, by its disk and by its threads."""
    engine = Dask(cluster.get_client())
    try:
        with pytest.raises(UserError, match="no worker of the Dask cluster has for a task the"):
            engine.submit("1", half, 1, need)
        assert engine.submit("2", half, 1, SMALL).result() == 0.5
    finally:
        engine.close()


def test_workers_that_run_several_tasks_at_once_are_refused(tmp_path: Path) -> None:
    with (
        LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None, processes=False) as cluster,
        pytest.raises(UserError, match="start it with --nthreads 1"),
    ):
        Dask(cluster.get_client())
