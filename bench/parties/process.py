"""A party as a process: starts it, talks to it over its standard streams, and makes sure that it ends."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from bench.packages import PACKAGES
from bench.parties import launch
from bench.parties.channel import Channel
from bench.parties.conversation import Conversation
from bench.parties.deaths import death, killed_for_memory
from bench.parties.errors import PartyError
from bench.parties.surroundings import surroundings


class PartyProcess:
    """One party: a fresh process, its own session, a cleaned environment, no inherited descriptors.

    Attributes:
        channel: to it.
    """

    def __init__(
        self,
        name: str,
        role: str,
        python: Path,
        adapter: str,
        folder: Path,
        log: Path,
        threads: int,
        cores: Sequence[int] = (),
        session: Path | None = None,
    ) -> None:
        """Start it.

        Args:
            name: the name of the party, for sentences.
            role: `module:Class` of a `bench.parties.party.Party`.
            python: the interpreter that runs it.
            adapter: `module:Class` of what the role imports to compute with.
            folder: the party's own.
            log: where everything that is printed goes.
            threads: how many it may use.
            cores: on which it may run; none where it is not pinned.
            session: a folder around `folder`, of which it sees nothing else; None where there is none.
        """
        self._name, self._log_path = name, log
        self._log = log.open("wb")
        self._killed_before = killed_for_memory()
        self._process = subprocess.Popen(
            [
                *(str(python), "-I", launch.__file__, str(os.getpid())),
                *(role, adapter, str(folder), str(session or folder), ",".join(map(str, cores))),
                *_paths(adapter),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=surroundings(folder, threads),
            close_fds=True,
            start_new_session=True,
            text=True,
            encoding="utf-8",
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.channel = Channel(self._process.stdout, self._process.stdin)

    @cached_property
    def conversation(self) -> Conversation:
        """Questions to it; from the first on, nothing else listens to its channel."""
        return Conversation(self._name, self.channel, self.ended, self.used_s)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def has_ended(self) -> bool:
        """Whether the process has."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End the process, whatever it is doing, and wait for it."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._log):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:  # the party died with a request half sent
                    continue

    def used_s(self) -> float | None:
        """Processor seconds of the process so far (proc_pid_stat(5)); None where the system does not tell."""
        try:
            after_name = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        user, system = after_name[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def ended(self) -> PartyError:
        """Why it ended; waits until it has."""
        return death(self._name, self._process.wait(), self._killed_before, self._log_path)


def _paths(adapter: str) -> list[str]:
    """Where the adapter's package stands if it is not one of this project's, which `launch` finds."""
    top = adapter.partition(":")[0].partition(".")[0]
    spec = None if top in PACKAGES else importlib.util.find_spec(top)
    if spec is None or spec.origin is None:
        return []
    origin = Path(spec.origin)
    return [str(origin.parents[1] if origin.name == "__init__.py" else origin.parent)]
