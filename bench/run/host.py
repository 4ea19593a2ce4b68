"""The machine as the record's `environment` has it, and several processes as they are seen from outside."""

from __future__ import annotations

import os
import platform
import subprocess
import threading
from collections.abc import Collection, Mapping
from pathlib import Path
from statistics import median
from time import monotonic, perf_counter
from types import TracebackType

import numpy as np
import psutil

from bench.packages import FOLDER
from models.processor import processor
from reports.record import Environment

#: The calibration's workload: products of square matrices of this size, so many of them, so often.
SIZE, PRODUCTS, TIMES = 384, 8, 3


def environment(threads: int, libraries: Mapping[str, str], build: Mapping[str, str]) -> Environment:
    """Measure the machine; takes under a second.

    Args:
        threads: the threads of the evaluator.
        libraries: name → version, of the HE library and what it is built on.
        build: how the library was built, as far as it says.
    """
    return Environment(
        cpu=processor(),
        cores=os.cpu_count(),
        threads=threads,
        memory_bytes=psutil.virtual_memory().total,
        load=os.getloadavg()[0],
        steal_s=None,
        stopped_s=None,
        calibration_s=calibrate(),
        os=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        libraries=dict(libraries),
        build=dict(build),
        git=git_commit(FOLDER),
    )


def calibrate() -> float:
    """Seconds of a fixed numpy workload, the median of three: tells a slow moment from a slow program."""
    generator = np.random.default_rng(0)
    matrix = generator.standard_normal((SIZE, SIZE)) / np.sqrt(SIZE)
    times = []
    for _ in range(TIMES):
        start = perf_counter()
        product = matrix
        for _ in range(PRODUCTS):
            product = product @ matrix
        np.sort(product, axis=None)
        times.append(perf_counter() - start)
    return median(times)


def git_commit(checkout: Path) -> str | None:
    """The commit of a checkout, ending in `-dirty` where files differ from it; None where it is none."""
    if not (checkout / ".git").exists():  # an installed copy may lie inside somebody else's repository
        return None
    command = ["git", "-C", str(checkout), "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None


class Sampler:
    """Watches several processes together, their memory and whether they run, while it is entered; a thread.

    Attributes:
        peak_bytes: largest sum of their resident memory that was seen, None before the first look.
        limit_bytes: above this sum they are ended, before the machine has to choose a victim.
        exceeded: whether that happened.
        stopped_s: seconds in which a signal had stopped one of them, as far as looking now and then tells.
        spared: processes that count but are never ended.
    """

    def __init__(
        self,
        pids: Collection[int] = (),
        interval_s: float = 0.1,
        limit_bytes: int | None = None,
        spared: Collection[int] = (),
    ) -> None:
        self.peak_bytes: int | None = None
        self.limit_bytes = limit_bytes
        self.exceeded = False
        self.stopped_s = 0.0
        self._spared = frozenset(spared)
        self._pids = set(pids)
        self._interval_s = interval_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sampler", daemon=True)

    def add(self, pid: int) -> None:
        """Watch one more process."""
        self._pids = self._pids | {pid}  # a new set: the thread may be looking at the old one

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        looked = monotonic()
        while True:
            self._look()
            before, looked = looked, monotonic()
            if any(map(_is_stopped, self._pids)):
                self.stopped_s += looked - before
            if self._stop.wait(self._interval_s):
                return

    def _look(self) -> None:
        total = sum(_resident_bytes(pid) for pid in self._pids | self._spared)
        if total:
            self.peak_bytes = max(total, self.peak_bytes or 0)
        if self.limit_bytes is not None and total > self.limit_bytes:
            self.exceeded = True
            for pid in self._pids:
                _end(pid)


def _resident_bytes(pid: int) -> int:
    """Resident memory of a process, 0 once it has ended, or where no file more can be opened to see it."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except (psutil.Error, OSError):
        return 0


def _is_stopped(pid: int) -> bool:
    """Whether a signal has stopped a process that still is."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    except (psutil.Error, OSError):
        return False


def _end(pid: int) -> None:
    """End a process that may have ended already."""
    try:
        psutil.Process(pid).kill()
    except psutil.NoSuchProcess:
        return


def steal_s() -> float | None:
    """Seconds that a hypervisor has taken from this machine since it started, None where it is not told."""
    steal: float | None = getattr(psutil.cpu_times(), "steal", None)
    return steal
