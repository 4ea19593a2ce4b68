"""`python -m bench.fleet.child FOLDER`: runs a task's cells on this machine, each to a record in FOLDER.

A process of its own, so that whatever becomes of it does not end the engine's worker. The task comes on
standard input, which stays open: when it closes, the worker is gone or wants no more, and this process ends
as at a Ctrl-C, with its parties.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from bench.errors import UserError
from bench.fleet.task import Task
from bench.run.interruption import prepare
from bench.run.listener import Listener
from bench.run.service import Service
from models.errors import ModelError
from reports.errors import ReportError

logger = logging.getLogger(__name__)

#: The exit status where a cell cannot be read on this machine.
UNREADABLE = 2


def _end_with(stream: BinaryIO) -> None:
    """Wait for the end of what the worker writes, which is its own."""
    stream.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    """Run the task.

    Exit status: 0 where every cell has a record, 1 at an interruption, `UNREADABLE` where a cell's model or
    data cannot be read; the reason is the last line of standard error.
    """
    logging.basicConfig(format="%(message)s")
    prepare()
    try:
        task: Task = pickle.load(sys.stdin.buffer)  # from the engine's worker, which runs what it is sent
        threading.Thread(target=_end_with, args=(sys.stdin.buffer,), daemon=True).start()
        task = task.here()
        service = Service(
            Path(sys.argv[1]), Listener(), fresh=True, probes=task.probes, audit=task.audit, build=task.build
        )
        for _ in service.records(task.cells, rounds=1):
            pass
    except KeyboardInterrupt:
        logger.error("interrupted")
        return 1
    except (UserError, ModelError, ReportError) as error:
        logger.error("%s", error)
        return UNREADABLE
    return 0


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)  # the thread still reads
