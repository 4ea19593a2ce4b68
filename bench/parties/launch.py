"""Starts a party: `python -I launch.py PARENT ROLE ADAPTER FOLDER SESSION CORES PATH...`.

Run by the backend's own interpreter. PARENT is the id of the process that starts it, ROLE the `module:Class`
of a `bench.parties.party.Party`, ADAPTER that of what the role imports to compute with. FOLDER is the party's
own, in SESSION, of which it sees nothing else.

The interpreter is isolated (no user site, no PYTHON* variables). This project's packages are those that lie
around this file; PATH is where the adapter's package is where it is another, appended after the interpreter's
own so that its libraries win. What a library prints
goes to the log; the pipe to the front process carries messages only.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.parties.party import Party


def _die_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when the one that started it ends, however it ends."""
    import ctypes
    import signal

    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the request was made
            sys.exit(1)


def leave_no_core() -> None:
    """A crash must not write this process's memory, and with it a secret key, to disk."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def hide_memory() -> None:
    """Keep other processes of the same user from this one's memory, environment and open files.

    A process that cannot be dumped cannot be traced either, and its `/proc` is the superuser's (prctl(2)).
    What it starts afterwards is as any other.
    """
    set_dumpable = 4
    _control(set_dumpable, 0)


def hide() -> None:
    """Keep others from this process's memory, and it and what it starts from more rights than it has."""
    set_no_new_privileges = 38
    hide_memory()
    _control(set_no_new_privileges, 1)


def _control(option: int, value: int) -> None:
    """Set something of this process, where the system is Linux (prctl(2))."""
    import ctypes

    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _pin(cores: str) -> None:
    """Keep this process on some cores, where there are any named and the system can."""
    if cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, map(int, cores.split(",")))


def _claim() -> None:
    """Import this project's packages from where this file lies; nothing else of that folder is importable."""
    root = str(Path(__file__).resolve().parents[2])
    sys.path.insert(0, root)
    from bench.packages import claim

    sys.path.remove(root)
    claim()


def main() -> None:
    """Set the process up, then serve one role until told to stop."""
    parent, role, adapter, place, session, cores, *paths = sys.argv[1:]
    _die_with_parent(int(parent))
    leave_no_core()
    _pin(cores)
    _claim()
    sys.path.extend(paths)
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    folder = Path(place).resolve()
    os.chdir(folder)  # what a library leaves in its working directory goes when the folder goes

    from bench.parties.channel import Channel
    from bench.parties.isolation import isolate
    from bench.parties.memory import reset_peak
    from bench.parties.messages import Ready
    from bench.parties.serve import serve
    from bench.parties.swap import keep_out

    reset_peak()  # while it can still open what that needs
    isolation = isolate(folder, Path(session).resolve())
    hide()

    def guard(kind: type[Party]) -> Ready:
        return Ready(isolation, keep_out() if kind.holds_secrets else None)

    serve(role, adapter, folder, Channel(sys.stdin, pipe), guard)


if __name__ == "__main__":
    main()
