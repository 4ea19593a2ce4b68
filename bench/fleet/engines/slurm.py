"""Nodes of a Slurm cluster: each task a job with a node to itself, given its memory, threads and time.

`submitit` writes the job's script and finds its result in a folder that all nodes see, beside the results.
Partition, account and the like are Slurm's own settings (`SBATCH_PARTITION`, `SBATCH_ACCOUNT`).
"""

from __future__ import annotations

import logging
import math
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import submitit
from submitit.core.utils import UncompletedJobError

from bench.errors import UserError
from bench.fleet.engine import Argument, Result
from bench.fleet.task import Need

#: Jobs that wait in Slurm's queue or run, at most.
AT_ONCE = 64
#: What `submitit` calls a GB.
SLURM_GB = 1 << 30
#: A job may take so many times what the plan tells, and so many minutes beside it.
TIME_SHARE, TIME_MINUTES = 4, 60
#: Minutes of a job of which no plan tells a time, such as a training; `SBATCH_TIMELIMIT` goes before it.
UNTOLD_MINUTES = 24 * 60


class Slurm:
    """Jobs, and a thread that waits for each."""

    at_once = AT_ONCE
    lost: tuple[type[BaseException], ...] = (UncompletedJobError,)

    def __init__(self, folder: Path) -> None:
        self._executor = submitit.AutoExecutor(folder, cluster="slurm")
        self._waiting = ThreadPoolExecutor(AT_ONCE)
        self._jobs: list[submitit.Job[object]] = []

    def submit(
        self, name: str, function: Callable[[Argument], Result], argument: Argument, need: Need
    ) -> Future[Result]:
        """Queue a job; Slurm refuses one that no node can hold."""
        self._executor.update_parameters(
            name=f"bench-{name}",
            cpus_per_task=need.threads,
            mem_gb=need.memory_bytes / SLURM_GB or None,
            timeout_min=_minutes(need),
            slurm_exclusive=True,
        )
        try:
            job = self._executor.submit(function, argument)
        except submitit.core.utils.FailedJobError as error:
            raise UserError(f"Slurm refuses the job: {error}; see to its limits") from error
        self._jobs.append(job)
        return self._waiting.submit(job.result)

    def lost_machines(self, name: str) -> int:
        """None that is not told by its error."""
        return 0

    def close(self) -> None:
        """Cancel the jobs that have not ended, and wait for them."""
        for job in self._jobs:
            if not job.done():
                job.cancel(check=False)
        self._waiting.shutdown(cancel_futures=True)


def _minutes(need: Need) -> int:
    """The time limit of a job."""
    return (
        UNTOLD_MINUTES if need.seconds is None else TIME_MINUTES + math.ceil(TIME_SHARE * need.seconds / 60)
    )


def start(output: Path) -> Slurm:
    """The cluster whose `sbatch` is on the path.

    Raises:
        UserError: there is none.
    """
    if shutil.which("sbatch") is None:
        raise UserError("--executor slurm finds no sbatch on the path; run it on a node that submits jobs")
    logging.getLogger("submitit").setLevel(logging.ERROR)  # it warns at each look without accounts
    return Slurm(output / ".slurm")
