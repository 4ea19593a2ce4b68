"""Starts a party: `python -I launch.py ROLE ADAPTER FOLDER THREADS PATH...` in the backend's interpreter.

The interpreter is isolated (no user site, no PYTHON* variables); PATH is where this project's packages and
the adapter's stand, appended after the interpreter's own so that its libraries win. What a library prints
goes to the log; the pipe to the front process carries messages only.
"""

import os
import sys


def _die_with_parent() -> None:
    """Ask Linux to kill this process when the one that started it ends, however it ends."""
    import ctypes
    import signal

    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)
        if os.getppid() == 1:  # it ended before the request was made
            sys.exit(1)


def _pin(threads: int) -> None:
    """Keep this process on as many cores as it may use threads, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def main() -> None:
    """Set the process up, then serve one role until told to stop."""
    _die_with_parent()
    role, adapter, folder, threads, *paths = sys.argv[1:]
    _pin(int(threads))
    sys.path.extend(paths)
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.chdir(folder)

    from bench.parties.serve import serve

    serve(role, adapter, sys.stdin, pipe)


if __name__ == "__main__":
    main()
