"""When which task would run on which machine of a fleet: simulated from predicted seconds, never measured.

A machine that is free takes the first task that waits and fits it, as the engines hand out tasks that were
sent in this order. It runs one at a time and is never lost. Of machines that are free at once the fastest
kind goes first, and of equally fast ones the cheapest. All that happens is that a machine becomes free, so a
heap of these moments is the whole event loop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from bench.spec.fleet import Fleet, MachineKind


@dataclass(frozen=True)
class Run:
    """A task on a machine.

    Attributes:
        task: its place among the tasks.
        kind: the kind of the machine.
        number: of the machine within its kind, from 1.
        start_s, end_s: since the sweep began.
    """

    task: int
    kind: MachineKind
    number: int
    start_s: float
    end_s: float


def simulated(tasks: Sequence[Mapping[str, float]], fleet: Fleet) -> list[Run]:
    """The runs of all tasks that fit a machine, in the order in which they begin.

    Args:
        tasks: of each, name of a kind of machine → its seconds there; a kind that it does not fit is absent.
        fleet: the machines, all of them there from the beginning.
    """
    kinds = sorted(fleet.machines, key=lambda kind: (-kind.speed, kind.price_per_hour))
    free = [
        (kind.setup_s, place, number)
        for place, kind in enumerate(kinds)
        for number in range(1, kind.count + 1)
    ]
    heapify(free)
    waiting = _Waiting(tasks)
    runs = []
    while free:
        start_s, place, number = heappop(free)
        kind = kinds[place]
        task = waiting.first(kind.name)
        if task is not None:
            end_s = start_s + tasks[task][kind.name]
            runs.append(Run(task, kind, number, start_s, end_s))
            heappush(free, (end_s, place, number))
    return runs


class _Waiting:
    """Tasks that wait: for each kind of machine the place before which nothing waits that fits it."""

    def __init__(self, tasks: Sequence[Mapping[str, float]]) -> None:
        self._tasks = tasks
        self._taken = [False] * len(tasks)
        self._from: dict[str, int] = {}

    def first(self, kind: str) -> int | None:
        """Take the first task that fits a kind; None where none does."""
        for task in range(self._from.get(kind, 0), len(self._tasks)):
            if not self._taken[task] and kind in self._tasks[task]:
                self._taken[task], self._from[kind] = True, task + 1
                return task
        self._from[kind] = len(self._tasks)
        return None
