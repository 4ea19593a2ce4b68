"""What a party spends on a request: seconds by the clock, those of its processor, and switches of context."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from operator import add, sub
from time import perf_counter


@dataclass(frozen=True)
class Spent:
    """What was spent on some work.

    Attributes:
        wall_s: seconds by the monotonic clock.
        waited_s: those of them that were spent waiting for what the front process was asked for.
        user_s: processor seconds of all threads in their own code.
        system_s: likewise in the system's.
        voluntary_switches: how often a thread gave its processor up, to wait.
        involuntary_switches: how often one was taken from it, for others to run.
    """

    wall_s: float = 0.0
    waited_s: float = 0.0
    user_s: float = 0.0
    system_s: float = 0.0
    voluntary_switches: int = 0
    involuntary_switches: int = 0

    def __add__(self, other: Spent) -> Spent:
        return self._with(other, add)

    def __sub__(self, other: Spent) -> Spent:
        return self._with(other, sub)

    def _with(self, other: Spent, operation: Callable[[float, float], float]) -> Spent:
        return Spent(*(operation(*(getattr(one, of.name) for one in (self, other))) for of in fields(self)))  # type: ignore[arg-type]


#: Nothing at all.
NOTHING = Spent()


def so_far() -> Spent:
    """What this process has spent up to now, with the clock's time; only differences mean anything.

    Processor seconds and switches are of all threads, those that have ended included (getrusage(2)).
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Spent(perf_counter(), 0.0, used.ru_utime, used.ru_stime, used.ru_nvcsw, used.ru_nivcsw)


class Meter:
    """Of one party's requests, one after the other."""

    def __init__(self, waited_s: Callable[[], float], read: Callable[[], Spent] = so_far) -> None:
        """Begin with a request.

        Args:
            waited_s: for how long the party has waited for the front process up to now.
            read: what its process has spent up to now.
        """
        self._waited_s, self._read = waited_s, read
        self.begin()

    def begin(self) -> None:
        """A request is begun."""
        self._before, self._apart = self._now(), NOTHING

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What is done meanwhile is no part of the request, as keeping a checkpoint is not."""
        before = self._now()
        try:
            yield
        finally:
            self._apart += self._now() - before

    @property
    def spent(self) -> Spent:
        """On the request so far."""
        return self._now() - self._before - self._apart

    def _now(self) -> Spent:
        return self._read() + Spent(waited_s=self._waited_s())
