"""Runs a tool with its output in a log, and takes the tool and its children down when interrupted."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

logger = logging.getLogger(__name__)

#: Lines of output that a failure is judged by; the log has all of them.
TAIL_LINES = 200


class CommandError(Exception):
    """A tool ended with another status than 0; the text is its most telling line."""


def run_logged(
    command: Sequence[str],
    log: Path,
    on_line: Callable[[str], None],
    variables: Mapping[str, str] | None = None,
) -> None:
    """Run a command to its end, its output appended to a log.

    Args:
        command: program and arguments.
        log: a file; its folder is made.
        on_line: told every line that is not empty.
        variables: of the environment, beside this process's own.

    Raises:
        CommandError: the command ended with another status than 0.
        OSError: the program cannot be started or the log cannot be written.
    """
    logger.debug("%s; its output goes to %s", " ".join(command), log)
    log.parent.mkdir(parents=True, exist_ok=True)
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    with (
        log.open("a", encoding="utf-8") as output,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env=clean_environment() | dict(variables or {}),
            start_new_session=True,
        ) as process,
    ):
        try:
            output.write(f"$ {' '.join(command)}\n")
            for line in process.stdout or ():
                output.write(line)
                if line.strip():
                    tail.append(line.strip())
                    on_line(line.strip())
        except BaseException:
            # A compiler under a build under pip would go on alone; the session holds them all.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode != 0:
        raise CommandError(telling_line(tail))


def clean_environment() -> dict[str, str]:
    """This process's environment without what would let one interpreter's packages into another."""
    return {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}


def telling_line(tail: Sequence[str]) -> str:
    """The line that says most about a failure: the last that is marked as an error, else the last one."""
    errors = [line for line in tail if line.lower().startswith(("error:", "fatal:")) or "Error: " in line]
    # pip ends a failed build with a line that only repeats its own heading.
    return (errors or list(tail) or ["it printed nothing"])[-1].removeprefix("ERROR: ")
