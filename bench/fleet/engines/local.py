"""This machine, one task after the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event
from typing import cast

from bench.fleet.engine import Argument, Result
from bench.fleet.perform import perform
from bench.fleet.task import Need


class Local:
    """One thread that waits for the process of one task."""

    at_once = 1
    lost: tuple[type[BaseException], ...] = ()

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1)
        self._closed = Event()

    def submit(
        self, name: str, function: Callable[[Argument], Result], argument: Argument, need: Need
    ) -> Future[Result]:
        """Call it when those before it have ended."""
        if cast(object, function) is perform:
            function = cast("Callable[[Argument], Result]", partial(perform, wanted=self._wanted))
        return self._executor.submit(function, argument)

    def _wanted(self) -> bool:
        return not self._closed.is_set()

    def lost_machines(self, name: str) -> int:
        """None: this one is here."""
        return 0

    def close(self) -> None:
        """End the process of the task that runs."""
        self._closed.set()
        self._executor.shutdown(cancel_futures=True)


def start(output: Path) -> Local:
    """This machine."""
    return Local()
