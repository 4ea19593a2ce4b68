"""What a sweep through Dask costs beside a plain run of the same cells, in turns on this machine.

`python -m tests.bench.fleet.engines.turns SUITE --turns 3 --backend NAME --parameters NAME` starts a cluster
of one worker, runs `bench run` with the other options plainly and through it, one after the other, and prints
the wall and the processor seconds of each: the command's own, its parties', and of a sweep the cluster's.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import psutil

from models.processor import processor
from tests.bench.commands import ROOT
from tests.bench.fleet.engines.overhead import cluster


def spent_s() -> float:
    """Processor time of everything that this process started, what has ended included."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    living = psutil.Process().children(recursive=True)
    return ended.ru_utime + ended.ru_stime + sum(sum(one.cpu_times()[:4]) for one in living)


def ran(suite: str, more: list[str], executor: list[str], address: str) -> tuple[float, float]:
    """The wall and the processor seconds of a command; cells run anew.

    Raises:
        subprocess.CalledProcessError: a cell failed.
    """
    with TemporaryDirectory() as folder:
        asked = [sys.executable, "-m", "bench", "run", suite, *more, "--quiet", "--output", folder]
        before, began = spent_s(), perf_counter()
        subprocess.run(
            [*asked, *executor],
            cwd=ROOT,
            env={**os.environ, "DASK_SCHEDULER_ADDRESS": address},
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return perf_counter() - began, spent_s() - before


def measured(suite: str, turns: int, more: list[str]) -> dict[str, object]:
    """Both ways in turns, and what the sweep takes more, by the medians."""
    ways: dict[str, list[str]] = {"plain": [], "dask": ["--executor", "dask"]}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    loads = [os.getloadavg()[0]]
    with cluster(1, "auto") as client:
        for _ in range(turns):
            for name, executor in ways.items():
                found[name].append(ran(suite, more, executor, client.scheduler.address))
                loads.append(os.getloadavg()[0])
    wall, spent = ({name: [one[at] for one in found[name]] for name in ways} for at in range(2))
    return {
        "wall_s": wall,
        "cpu_s": spent,
        "more_wall_s": median(wall["dask"]) - median(wall["plain"]),
        "more_cpu_s": median(spent["dask"]) - median(spent["plain"]),
        "loads": loads,
        "cpu": processor(),
        "cores": os.cpu_count(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite")
    parser.add_argument("--turns", type=int, default=3)
    asked, more = parser.parse_known_args()
    told = measured(asked.suite, asked.turns, more)
    sys.stdout.write(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
