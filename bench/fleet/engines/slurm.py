"""Nodes of a Slurm cluster: each task a job with a node to itself, given its memory, disk, threads and time.

`submitit` writes the job's script and finds its result in a folder that all nodes see, beside the results.
Partition, account and the like are Slurm's own settings (`SBATCH_PARTITION`, `SBATCH_ACCOUNT`).
"""

from __future__ import annotations

import logging
import math
import shutil
import subprocess
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
#: What Slurm calls M.
SLURM_M = 1 << 20
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
        self._disk_is_told = _disk_is_told()

    def submit(
        self, name: str, function: Callable[[Argument], Result], argument: Argument, need: Need
    ) -> Future[Result]:
        """Queue a job; Slurm refuses one that no node can hold."""
        self._executor.update_parameters(
            name=f"bench-{name}",
            cpus_per_task=need.threads,
            timeout_min=_minutes(need),
            slurm_exclusive=True,
            slurm_additional_parameters=self._room(need),
        )
        try:
            job = self._executor.submit(function, argument)
        except submitit.core.utils.FailedJobError as error:
            raise UserError(f"Slurm refuses the job: {error}; see to its limits") from error
        self._jobs.append(job)
        return self._waiting.submit(job.result)

    def _room(self, need: Need) -> dict[str, str]:
        """Memory and disk, said anew for each job, which would have the last one's otherwise.

        No memory means all of the node's to Slurm.
        """
        disk = {"tmp": _mebibytes(need.disk_bytes)} if self._disk_is_told else {}
        return {"mem": _mebibytes(need.memory_bytes), **disk}

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


def _disk_is_told() -> bool:
    """Whether nodes tell their disk (`TmpDisk`); Slurm takes it for 0 where their configuration does not."""
    asked = subprocess.run(["sinfo", "--noheader", "--format=%d"], capture_output=True, text=True)
    return any(told.strip("+ ") not in ("", "0") for told in asked.stdout.splitlines())


def _mebibytes(size: int) -> str:
    """A size as Slurm takes it, rounded up."""
    return f"{math.ceil(size / SLURM_M)}M"


def start(output: Path) -> Slurm:
    """The cluster whose `sbatch` is on the path.

    Raises:
        UserError: there is none.
    """
    if shutil.which("sbatch") is None:
        raise UserError("--executor slurm finds no sbatch on the path; run it on a node that submits jobs")
    logging.getLogger("submitit").setLevel(logging.ERROR)  # it warns at each look without accounts
    return Slurm(output / ".slurm")
