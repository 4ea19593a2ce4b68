"""Machines of a Dask cluster: the scheduler finds them, moves tasks off lost ones, and carries results.

The scheduler's address is Dask's own setting (`DASK_SCHEDULER_ADDRESS`), as are its certificates. Every
worker has one thread (`dask worker ADDRESS --nthreads 1`), and each machine one worker, so that no two cells
are timed side by side. A worker's limit of memory is the cluster's to tell; its cores, and the disk where
tasks have their folders, it tells itself.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import cast
from uuid import uuid4

import dask
from distributed import Client, get_worker
from distributed.worker import Worker

from bench.errors import UserError
from bench.fleet.engine import Argument, Result
from bench.fleet.perform import perform
from bench.fleet.task import Need
from reports.figures import size

#: Tasks at a worker, so that none waits for the next.
AHEAD = 2
#: Of tasks so small that a message takes longer, as many are on their way as end in so many seconds.
AHEAD_S = 5.0
#: How often it is asked which workers there are, in seconds.
SEEN_EVERY_S = 5.0


@dataclass(frozen=True)
class Room:
    """What a worker has for a task.

    Attributes:
        memory_bytes: its limit; 0 where it has none.
        disk_bytes: free in its temporary folder when it was first seen, before a task took any.
        threads: how many cores it may use.
    """

    memory_bytes: int
    disk_bytes: int
    threads: int

    def holds(self, need: Need) -> bool:
        """Whether there is enough of all."""
        return (
            (not self.memory_bytes or self.memory_bytes >= need.memory_bytes)
            and self.disk_bytes >= need.disk_bytes
            and self.threads >= need.threads
        )


class Dask:
    """A client of a cluster's scheduler."""

    lost: tuple[type[BaseException], ...] = ()  # the scheduler itself tries other machines

    def __init__(self, client: Client) -> None:
        self._client = client
        self._flying: set[Future[object]] = set()
        self._begun: Counter[str] = Counter()
        self._seen: dict[str, Room] = {}
        self._ended = 0  # since it was last asked which workers there are
        self._seen_at = monotonic()
        # Told as they begin, in order before their results: to ask of each takes longer than a small task.
        self._topic = f"bench-begun-{uuid4().hex}"
        client.subscribe_topic(self._topic, self._note)
        self._look()

    def submit(
        self, name: str, function: Callable[[Argument], Result], argument: Argument, need: Need
    ) -> Future[Result]:
        """Send it to the workers that have what it needs."""
        if monotonic() - self._seen_at > SEEN_EVERY_S:
            self._look()
        workers = self._seen
        fitting = [address for address, room in workers.items() if room.holds(need)]
        if workers and not fitting:
            raise UserError(
                f"no worker of the Dask cluster has for a task the {size(need.memory_bytes)} of memory, the "
                f"{size(need.disk_bytes)} of disk and the cores for {need.threads} threads that it needs; "
                "start one that has (dask worker --memory-limit, with TMPDIR where the disk is)"
            )
        executor = self._client.get_executor(pure=False, **({"workers": fitting} if workers else {}))
        future: Future[Result] = executor.submit(partial(_called, self._topic, name, function), argument)
        self._flying.add(future)  # type: ignore[arg-type]
        future.add_done_callback(self._end)  # type: ignore[arg-type]
        return future

    def lost_machines(self, name: str) -> int:
        """How often workers began the task, but for the last, which ended it."""
        return max(0, self._begun.pop(name, 0) - 1)

    def close(self) -> None:
        """Cancel what still runs; the workers end its processes when they see it."""
        for future in list(self._flying):
            future.cancel()
        self._client.unsubscribe_topic(self._topic)
        self._client.close()

    def _end(self, future: Future[object]) -> None:
        """Let go of a future, so that the cluster forgets its result."""
        self._flying.discard(future)
        self._ended += 1

    def _note(self, event: tuple[float, str]) -> None:
        """A worker has begun the task that it names."""
        self._begun[event[1]] += 1

    def _look(self) -> None:
        """See which workers there are, and send as many tasks ahead as these want."""
        now = monotonic()
        rate = self._ended / (now - self._seen_at) if self._ended else 0.0
        self._seen, self._seen_at, self._ended = self._rooms(), now, 0
        self.at_once = max(AHEAD * max(1, len(self._seen)), round(AHEAD_S * rate))

    def _rooms(self) -> dict[str, Room]:
        """What each worker has; those that are new are asked, and left out where they do not answer."""
        workers = self._workers()
        new = [address for address in workers if address not in self._seen]
        told = self._client.run(_disk_and_cores, workers=new, on_error="ignore") if new else {}
        rooms = {at: Room(workers[at]["memory_limit"] or 0, *found) for at, found in told.items()}
        return {at: room for at, room in {**self._seen, **rooms}.items() if at in workers}

    def _workers(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = self._client.scheduler_info(n_workers=-1)["workers"]
        several = [address for address, worker in found.items() if worker["nthreads"] > 1]
        if several:
            raise UserError(
                f"the worker {several[0]} of the Dask cluster runs several tasks at once, which would slow "
                "each other down; start it with --nthreads 1"
            )
        return found


def _disk_and_cores() -> tuple[int, int]:
    """Bytes that are free where tasks have their folders on this machine, and how many cores it may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return shutil.disk_usage(tempfile.gettempdir()).free, cores


def _called(topic: str, name: str, function: Callable[[Argument], Result], argument: Argument) -> Result:
    """Call a function on a worker, which tells the scheduler that it has begun."""
    worker = get_worker()
    worker.log_event(topic, name)
    if cast(object, function) is perform:
        key = worker.get_current_task()
        watched = partial(perform, wanted=lambda: _wanted(worker, key))
        function = cast("Callable[[Argument], Result]", watched)
    return function(argument)


def _wanted(worker: Worker, key: str) -> bool:
    """Whether the scheduler still waits for the task."""
    task = worker.state.tasks.get(key)
    return task is not None and task.state == "executing"


def start(output: Path) -> Dask:
    """The cluster of Dask's settings.

    Raises:
        UserError: they name no scheduler, or it does not answer.
    """
    address = dask.config.get("scheduler-address", None)
    if address is None:
        raise UserError(
            "--executor dask knows no scheduler; set DASK_SCHEDULER_ADDRESS to one, such as tcp://HOST:8786"
        )
    try:
        return Dask(Client(address, set_as_default=False))
    except OSError as error:
        raise UserError(
            f"the Dask scheduler {address} does not answer ({error}); start it, or see to its address"
        ) from error
