"""The front process's side of a party: starts it, asks it things, and makes sure that it ends."""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any

import backends
from bench.parties import launch

Message = dict[str, Any]
#: Told of every event that is not the last; what it returns, if anything, is sent to the party.
OnEvent = Callable[[Message], Mapping[str, Any] | None]


class PartyError(Exception):
    """A party answered with an error, or ended without an answer.

    Attributes:
        kind: the name of the party's exception, `Died` or `TimedOut`.
        peak_bytes: its peak memory so far, where it could still say.
    """

    def __init__(self, kind: str, text: str, peak_bytes: int | None = None) -> None:
        super().__init__(text)
        self.kind = kind
        self.peak_bytes = peak_bytes


class PartyProcess:
    """One party: a fresh process, its own session, a cleaned environment, no inherited descriptors."""

    def __init__(self, role: str, python: Path, adapter: str, folder: Path, log: Path, threads: int) -> None:
        self._name = role.replace("_", " ")
        self._log_path = log
        self._log = log.open("wb")
        self._process = subprocess.Popen(
            [
                *(str(python), "-I", launch.__file__, str(os.getpid())),
                *(role, adapter, str(folder), str(threads)),
                *_paths(adapter),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=_environment(folder, threads),
            close_fds=True,
            start_new_session=True,
            text=True,
            encoding="utf-8",
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def wait_ready(self, deadline: float) -> None:
        """Wait until the party has imported its library.

        Raises:
            PartyError: it could not.
        """
        self._answer(deadline, "ready", None)

    def request(self, do: str, deadline: float, on_event: OnEvent | None = None, **values: Any) -> Message:
        """Ask for something and wait for its answer, at most until `deadline` (of `time.monotonic`).

        Raises:
            PartyError: the party said why not, died, or took too long.
        """
        self._send({"do": do, **values})
        return self._answer(deadline, "done", on_event)

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

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._died() from None

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _answer(self, deadline: float, last: str, on_event: OnEvent | None) -> Message:
        while True:
            try:
                left = None if deadline == inf else max(0.0, deadline - monotonic())
                line = self._lines.get(timeout=left)
            except queue.Empty:
                text = f"the {self._name} passed limits.seconds, the cell's time limit, and was ended"
                raise PartyError("TimedOut", text) from None
            if line is None:
                raise self._died()
            message: Message = json.loads(line)
            if message["event"] == last:
                return message
            if message["event"] == "error":
                raise PartyError(message["kind"], message["text"], message["peak_bytes"])
            reply = on_event(message) if on_event is not None else None
            if reply is not None:
                self._send(reply)

    def _died(self) -> PartyError:
        status = self._process.wait()
        how = f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
        kind = "OutOfMemory" if status == -signal.SIGKILL else "Died"
        return PartyError(kind, f"the {self._name} was ended with {how}; see {self._log_path}")


def _environment(folder: Path, threads: int) -> dict[str, str]:
    """All that a party sees of this process's environment."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OMP_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "passive",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _paths(adapter: str) -> list[str]:
    """Where this project's packages stand, and the adapter's if it comes from another."""
    paths = [str(Path(backends.__file__).parents[1])]
    top = adapter.partition(":")[0].partition(".")[0]
    spec = importlib.util.find_spec(top)
    if spec is not None and spec.origin is not None:
        origin = Path(spec.origin)
        paths.append(str(origin.parents[1] if origin.name == "__init__.py" else origin.parent))
    return list(dict.fromkeys(paths))
