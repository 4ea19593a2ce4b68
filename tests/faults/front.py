"""A run of `bench` that waits at the beginning of each stage until it is told to go on.

The run is a fork of this process, which has imported everything, and does what the command line does. What
it prints goes through a pipe; where a line is the name of a stage it waits for a byte, so that a fault comes
just then, and not about then.
"""

from __future__ import annotations

import io
import os
import resource
import select
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

import psutil

from bench.cli.main import main
from bench.run.interruption import ENDING
from tests.faults.system import read_only

#: The stages of a cell as a run prints them, in their order; without the last, which is no part of the life
#: of its parties.
STAGES = (
    *("plan", "starting the key owner", "key generation", "starting the evaluator", "loading keys"),
    *("model preparation", "encryption", "evaluation", "decryption", "scoring"),
)
#: Makes the file system read-only for the run.
READ_ONLY = b"r"
#: The longest that a run may take from one line to the next, and from the last line to its end.
SECONDS = 120.0


class HangError(Exception):
    """A run did nothing for too long."""


class _Held(io.TextIOBase):
    """Standard output of the run: lines into a pipe, with a wait after each that names a stage."""

    def __init__(self, lines: int, going: int) -> None:
        self._lines, self._going, self._rest = lines, going, ""

    def write(self, text: str) -> int:
        *whole, self._rest = (self._rest + text).split("\n")
        for line in whole:
            os.write(self._lines, f"{line}\n".encode())
            if line.strip() in STAGES and os.read(self._going, 1) == READ_ONLY:
                read_only()
        return len(text)


class Front:
    """A run under way.

    Attributes:
        pid: of its front process.
        said: every line that it has printed.
        parties: every party that was seen.
    """

    def __init__(self, arguments: Sequence[str], folder: Path, before: Callable[[], None] = bool) -> None:
        """Start it.

        Args:
            arguments: of `bench`.
            folder: for what it prints as errors, its temporary files and its state.
            before: is called in its process before anything else.
        """
        self._errors = folder / "errors.txt"
        (lines, saying), (going, self._go) = os.pipe(), os.pipe()
        self.said: list[str] = []
        self.parties: set[int] = set()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._go)
            os._exit(_status(arguments, folder, before, _Held(saying, going), self._errors))
        os.close(saying)
        os.close(going)
        self._lines = lines
        self._heard = self._read()
        self._held = False

    def until(self, stage: str) -> bool:
        """Let it go on until it begins a stage; False where it ends before."""
        self.go()
        for line in self._heard:
            self.parties.update(party.pid for party in self._children())
            if line.strip() in STAGES:
                self._held = True
                if line.strip() == stage:
                    return True
                self.go()
        return False

    def go(self, *, read_only: bool = False) -> None:
        """Let it go on to its next stage, on a file system that is read-only from then on where asked."""
        if self._held:
            self._held = False
            try:
                os.write(self._go, READ_ONLY if read_only else b".")
            except BrokenPipeError:  # it was ended while it waited
                return

    def party(self, side: str) -> int:
        """The process of a party that runs."""
        for child in self._children():
            if f"roles.{side}" in " ".join(child.cmdline()):
                return child.pid
        raise LookupError(f"no {side} runs")

    def end(self) -> int:
        """Let it come to its end, and say its status; a signal is negative.

        Raises:
            HangError: it does not.
        """
        self.until("no stage")
        deadline = monotonic() + SECONDS
        while monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self._lines)
                os.close(self._go)
                return os.waitstatus_to_exitcode(status)
            select.select([], [], [], 0.01)
        raise HangError(f"the run does not end: {self.said[-3:]}")

    def kill(self) -> None:
        """End it for good where it hangs."""
        for pid in (*(child.pid for child in self._children()), self.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @property
    def text(self) -> str:
        """All that it printed, errors too."""
        return "\n".join((*self.said, self._errors.read_text(errors="replace")))

    def _children(self) -> list[psutil.Process]:
        try:
            return list(psutil.Process(self.pid).children())
        except psutil.NoSuchProcess:
            return []

    def _read(self) -> Iterator[str]:
        rest = b""
        while True:
            if not select.select([self._lines], [], [], SECONDS)[0]:
                raise HangError(f"no line for {SECONDS:g} s: {self.said[-3:]}")
            block = os.read(self._lines, 65536)
            if not block:
                return
            *whole, rest = (rest + block).split(b"\n")
            for line in whole:
                self.said.append(line.decode())
                yield self.said[-1]


def _status(
    arguments: Sequence[str], folder: Path, before: Callable[[], None], said: _Held, errors: Path
) -> int:
    """Be the run, and return its exit status."""
    os.setsid()
    os.chdir(folder)
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))  # an image of its memory would hold samples
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    descriptor = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 2)
    os.environ.update(TMPDIR=str(folder), XDG_STATE_HOME=str(folder / "state"))
    tempfile.tempdir = None
    sys.stdout, sys.argv = said, ["bench", *arguments]
    try:
        before()
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    return 70
