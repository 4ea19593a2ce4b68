"""Performs a task on the machine where it is called: what every engine sends to its workers."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bench.fleet.child import UNREADABLE
from bench.fleet.task import Delivery, Outcome, Task
from bench.packages import FOLDER

#: How often it is asked whether the task is still wanted, in seconds.
ASKED_EVERY_S = 0.5


def _always() -> bool:
    return True


def perform(task: Task[Outcome], wanted: Callable[[], bool] = _always) -> Delivery[Outcome]:
    """Run a task in a process of its own, and bring back what it ends with.

    Records, logs and the parties' folders lie in a temporary folder meanwhile (`TMPDIR`), where there must be
    room for keys.

    Args:
        task: such as cells.
        wanted: asked now and then; where it says no, the process and its parties are ended.
    """
    with tempfile.TemporaryDirectory(prefix="bench-task-", ignore_cleanup_errors=True) as folder:
        status, said = _run(task, Path(folder), wanted)
        found = task.outcomes(_left(Path(folder)))
    if len(found) == task.size:
        return Delivery(found)
    reason = said or "the process that ran it was ended; look at the machine's own log"
    return Delivery(found, reason, cut_off=status not in (0, UNREADABLE))


def _left(folder: Path) -> Path:
    """Where the process leaves what the task ends with."""
    return folder / "results"


def _run(task: Task[Outcome], folder: Path, wanted: Callable[[], bool]) -> tuple[int, str]:
    """Run the process to its end; its exit status, and the last line of what it says went wrong."""
    with (folder / "errors.log").open("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.fleet.child", str(_left(folder))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(FOLDER), *_paths()])},
        )
        assert process.stdin is not None
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(pickle.dumps(task))
                process.stdin.flush()
            while not _ended(process):
                if not wanted():
                    break
        finally:
            _end(process)
        errors.seek(0)
        return process.returncode, next(reversed([line.strip() for line in errors if line.strip()]), "")


def _paths() -> list[str]:
    return [path for path in [os.environ.get("PYTHONPATH")] if path]


def _ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(ASKED_EVERY_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """Have a process end as at a Ctrl-C, which takes its parties along; nothing where it has ended."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.close()
    process.wait()
