"""What sending a cell to a Dask cluster costs: many stub cells, of which workers that die lose none.

`python -m tests.bench.fleet.engines.overhead --cells 100000 --workers 10` starts a scheduler and workers as
one does by hand, kills a tenth of the workers when half of the cells are done, which are started again, and
prints cells a second, with the load. A stub cell halves a number: all of its time is the engine's and ours.
`--profile FILE` keeps where this process spends its own.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import psutil
from distributed import Client

from bench.fleet.dispatch import Job, dispatched
from bench.fleet.engines.dask import Dask
from bench.fleet.task import Need
from models.processor import processor

SMALL = Need(1, 1, 1, 1.0)


def half(number: int) -> float:
    return number / 2


@contextmanager
def cluster(workers: int, memory: str = "4GB") -> Iterator[Client]:
    """A scheduler, and workers of one thread and so much memory; one process starts dead ones again."""
    with TemporaryDirectory() as folder:
        found = Path(folder) / "scheduler.json"
        common = ("--no-dashboard", "--scheduler-file", str(found))
        asked = ("--nthreads", "1", "--nworkers", str(workers), "--memory-limit", memory)
        commands = (
            ("scheduler", "--host", "127.0.0.1", "--port", "0", *common),
            ("worker", *asked, "--local-directory", folder, *common),
        )
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "dask", *command],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for command in commands
        ]
        try:
            client = Client(scheduler_file=str(found), set_as_default=False)
            client.wait_for_workers(workers)
            yield client
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait()


def spent_s(*processes: psutil.Process) -> float:
    """Processor time of processes that live."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def everyone() -> list[psutil.Process]:
    """This process, the scheduler, and the workers."""
    mine = psutil.Process()
    return [mine, *mine.children(recursive=True)]


def measured(cells: int, workers: int, profile: str | None = None) -> dict[str, object]:
    """Send stub cells, kill a tenth of the workers midway, and see that each cell ends once, with its own."""
    with cluster(workers) as client:
        pids = list(client.run(os.getpid).values())[: max(1, workers // 10)]
        engine, profiler = Dask(client), cProfile.Profile()
        found: dict[str, float | None] = {}
        again, load = 0, os.getloadavg()[0]
        own_s, all_s, began = spent_s(psutil.Process()), spent_s(*everyone()), perf_counter()
        if profile:
            profiler.enable()
        try:
            for done in dispatched(engine, half, (Job(str(n), n, lambda: SMALL) for n in range(cells))):
                assert done.job.name not in found
                found[done.job.name] = done.result
                again += done.job.lost
                if len(found) == cells // 2:
                    for pid in pids:
                        all_s -= spent_s(psutil.Process(pid))
                        psutil.Process(pid).kill()
            took = perf_counter() - began
            own_s, all_s = spent_s(psutil.Process()) - own_s, spent_s(*everyone()) - all_s
        finally:
            engine.close()
    if profile:
        profiler.disable()
        profiler.dump_stats(profile)
    return {
        "cells": cells,
        "without_their_result": sum(found.get(str(n)) != n / 2 for n in range(cells)),
        "workers": workers,
        "workers_killed": len(pids),
        "begun_again": again,
        "cells_per_s": round(cells / took, 1),
        "own_cpu_ms_per_cell": round(1e3 * own_s / cells, 3),
        "cpu_ms_per_cell": round(1e3 * all_s / cells, 3),
        "load": (load, os.getloadavg()[0]),
        "cpu": processor(),
        "cores": os.cpu_count(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=10)
    parser.add_argument("--profile")
    told = measured(**vars(parser.parse_args()))
    sys.stdout.write(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
