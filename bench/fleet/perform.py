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
from bench.fleet.task import Delivered, Delivery, Task
from bench.packages import FOLDER
from reports.errors import ReportError
from reports.record import Status
from reports.store import load_output, read_raw

#: How often it is asked whether the task is still wanted, in seconds.
ASKED_EVERY_S = 0.5


def _always() -> bool:
    return True


def perform(task: Task, wanted: Callable[[], bool] = _always) -> Delivery:
    """Run a task's cells in a process of their own, and bring back their records and raw outputs.

    Records, logs and the parties' folders lie in a temporary folder meanwhile (`TMPDIR`), where there must be
    room for keys.

    Args:
        task: the cells.
        wanted: asked now and then; where it says no, the process and its parties are ended.
    """
    with tempfile.TemporaryDirectory(prefix="bench-task-", ignore_cleanup_errors=True) as folder:
        status, said = _run(task, Path(folder), wanted)
        records = _delivered(Path(folder))
    if len(records) == len(task.cells):
        return Delivery(records)
    reason = said or "the process that ran it was ended; look at the machine's own log"
    return Delivery(records, reason, cut_off=status not in (0, UNREADABLE))


def _run(task: Task, folder: Path, wanted: Callable[[], bool]) -> tuple[int, str]:
    """Run the process to its end; its exit status, and the last line of what it says went wrong."""
    with (folder / "errors.log").open("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.fleet.child", str(folder / "results")],
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


def _delivered(folder: Path) -> list[Delivered]:
    try:
        stored = load_output(folder / "results").stored
    except ReportError:  # it ended before the first record
        return []
    return [
        Delivered(one.record.to_json(), None if one.raw is None else read_raw(one))
        for one in stored
        if one.record.status is not Status.INTERRUPTED
    ]
