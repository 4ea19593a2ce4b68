"""The commands of Slurm that are needed here, for a cluster of one node that is this machine.

Installed under the names `sbatch`, `srun`, `sacct`, `scancel` and `sinfo`, this file starts a job's script at
once, tells its state, and ends it. Jobs' scripts and states lie in the folder that `SLURM_STATE` names;
`SLURM_DISK` is what `sinfo` tells of the node's, and `SLURM_REFUSES` has `sbatch` refuse every job.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

STATE = Path(os.environ.get("SLURM_STATE", ""))
#: What submitit reads in a job of one task on one node.
ONE_TASK = {
    "SLURM_JOB_NUM_NODES": "1",
    "SLURM_JOB_NODELIST": "localhost",
    "SLURM_NTASKS": "1",
    "SLURM_NODEID": "0",
    "SLURM_PROCID": "0",
    "SLURM_LOCALID": "0",
}


def sbatch(script: str) -> None:
    if os.environ.get("SLURM_REFUSES"):
        sys.exit("Requested node configuration is not available")
    number = time.time_ns()  # submitit keeps the states of all jobs of a process, of other tests too
    copy, state = STATE / f"{number}.sh", STATE / f"{number}.state"
    copy.write_text(Path(script).read_text())
    # A job that ends without a result ends as on a node that is lost.
    line = f"bash {shlex.quote(str(copy))} && s=COMPLETED || s=NODE_FAIL; echo $s > {shlex.quote(str(state))}"
    started = subprocess.Popen(
        ["bash", "-c", line],
        env={**os.environ, **ONE_TASK, "SLURM_JOB_ID": str(number)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    (STATE / f"{number}.pid").write_text(str(started.pid))
    sys.stdout.write(f"Submitted batch job {number}\n")


def srun(*arguments: str) -> None:
    """Become the command after the options, of which two name files."""
    rest, files = list(arguments), {"--output": "", "--error": ""}
    while rest[0].startswith("--"):
        option = rest.pop(0)
        if option in files:
            files[option] = rest.pop(0).replace("%j", os.environ["SLURM_JOB_ID"]).replace("%t", "0")
    for number, path in enumerate(files.values(), start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    os.execvp(rest[0], rest)


def sacct(*arguments: str) -> None:
    asked = [number for option, number in pairwise(arguments) if option == "-j"]
    sys.stdout.write("JobID|State|NodeList\n")
    for number in asked:
        state = STATE / f"{number}.state"
        said = state.read_text().strip() if state.is_file() else ""
        sys.stdout.write(f"{number}|{said or 'RUNNING'}|localhost\n")


def scancel(*arguments: str) -> None:
    number = arguments[0]
    with suppress(ProcessLookupError):
        os.killpg(int((STATE / f"{number}.pid").read_text()), signal.SIGKILL)
    (STATE / f"{number}.state").write_text("CANCELLED")


def sinfo(*arguments: str) -> None:
    sys.stdout.write(os.environ.get("SLURM_DISK", "0") + "\n")


COMMANDS = {command.__name__: command for command in (sbatch, srun, sacct, scancel, sinfo)}

if __name__ == "__main__":
    COMMANDS[Path(sys.argv[0]).name](*sys.argv[1:])
