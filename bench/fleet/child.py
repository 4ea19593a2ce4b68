"""`python -m bench.fleet.child FOLDER`: runs a task on this machine, and leaves what it ends with in FOLDER.

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
from models.errors import ModelError
from reports.errors import ReportError

logger = logging.getLogger(__name__)

#: The exit status where what a task needs cannot be read on this machine.
UNREADABLE = 2


def _end_with(stream: BinaryIO) -> None:
    """Wait for the end of what the worker writes, which is its own."""
    stream.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    """Run the task.

    Exit status: 0 where it came to its end, 1 at an interruption, `UNREADABLE` where a model or data cannot
    be read; the reason is the last line of standard error.
    """
    logging.basicConfig(format="%(message)s")
    prepare()
    try:
        task: Task[object] = pickle.load(
            sys.stdin.buffer
        )  # from the engine's worker, which runs what it is sent
        threading.Thread(target=_end_with, args=(sys.stdin.buffer,), daemon=True).start()
        task.run(Path(sys.argv[1]))
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
