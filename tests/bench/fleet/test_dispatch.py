"""Jobs go to an engine a few at a time, are sent again when a machine is lost, and each ends once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from bench.errors import UserError
from bench.fleet.dispatch import ATTEMPTS, Done, Job, dispatched
from bench.fleet.task import Need

SMALL, LARGE = Need(1, 1, 1, 1.0), Need(100, 1, 1, 1.0)


class GoneError(Exception):
    """A machine is gone."""


@dataclass
class Threads:
    """An engine of threads, of which some tell that their machine is gone."""

    losses: dict[str, int] = field(default_factory=dict)
    at_once: int = 3
    lost: tuple[type[BaseException], ...] = (GoneError,)
    most: int = 0
    _running: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _executor: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8))

    def submit(self, name: str, function: Callable[[int], int], argument: int, need: Need) -> Future[int]:
        if need.memory_bytes > 10:
            raise UserError("no machine has the memory")
        return self._executor.submit(self._call, name, function, argument)

    def _call(self, name: str, function: Callable[[int], int], argument: int) -> int:
        with self._lock:
            self._running += 1
            self.most = max(self.most, self._running)
            gone = self.losses.get(name, 0) > 0
            self.losses[name] = self.losses.get(name, 0) - 1
        try:
            if gone:
                raise GoneError(name)
            return function(argument)
        finally:
            with self._lock:
                self._running -= 1

    def lost_machines(self, name: str) -> int:
        return 0

    def close(self) -> None:
        self._executor.shutdown()


def square(number: int) -> int:
    if number == 13:
        raise ValueError("thirteen")
    return number * number


def done(engine: Threads, jobs: list[Job[int]]) -> dict[str, Done[int, int]]:
    try:
        found = list(dispatched(engine, square, jobs))
    finally:
        engine.close()
    assert len(found) == len(jobs)
    return {one.job.name: one for one in found}


def test_every_job_ends_once_and_few_are_ahead() -> None:
    engine = Threads()
    found = done(engine, [Job(str(number), number, lambda: SMALL) for number in range(14, 214)])
    assert {int(name): one.result for name, one in found.items()} == {n: n * n for n in range(14, 214)}
    assert 1 <= engine.most <= engine.at_once


@pytest.mark.parametrize("losses", [1, ATTEMPTS - 1])
def test_a_job_whose_machine_is_lost_runs_elsewhere(losses: int) -> None:
    found = done(Threads({"2": losses}), [Job(str(number), number, lambda: SMALL) for number in range(5)])
    assert [found[str(number)].result for number in range(5)] == [0, 1, 4, 9, 16]
    assert [found[str(number)].job.lost for number in range(5)] == [0, 0, losses, 0, 0]


def test_a_job_that_loses_every_machine_ends_with_the_reason() -> None:
    found = done(Threads({"2": 99}), [Job(str(number), number, lambda: SMALL) for number in range(5)])
    assert found["2"].result is None
    assert found["2"].job.lost == ATTEMPTS
    assert found["2"].reason == "the engine gave no result: 2; look at its logs"


def test_a_result_that_was_cut_off_is_of_a_lost_machine() -> None:
    seen: list[int] = []

    def cut_off(result: int) -> bool:
        seen.append(result)
        return seen.count(9) < 2 and result == 9

    engine = Threads()
    jobs = [Job(str(number), number, lambda: SMALL) for number in range(5)]
    found = {one.job.name: one for one in dispatched(engine, square, jobs, cut_off)}
    engine.close()
    assert [found[str(number)].job.lost for number in range(5)] == [0, 0, 0, 1, 0]
    assert found["3"].result == 9


def test_a_job_that_its_engine_cancels_runs_again() -> None:
    class Forgetful(Threads):
        """An engine that once loses its way to what it was sent."""

        def submit(self, name: str, function: Callable[[int], int], argument: int, need: Need) -> Future[int]:
            if name != "2" or self.losses.get(name):
                return super().submit(name, function, argument, need)
            self.losses[name] = -1
            future = Future[int]()
            future.cancel()
            return future

    found = done(Forgetful(), [Job(str(number), number, lambda: SMALL) for number in range(5)])
    assert [found[str(number)].result for number in range(5)] == [0, 1, 4, 9, 16]
    assert [found[str(number)].job.lost for number in range(5)] == [0, 0, 1, 0, 0]


def test_an_error_of_the_function_is_no_lost_machine() -> None:
    found = done(Threads(), [Job("13", 13, lambda: SMALL), Job("4", 4, lambda: SMALL)])
    assert found["13"].reason == "the engine gave no result: thirteen; look at its logs"
    assert found["13"].job.lost == 0
    assert found["4"].result == 16


def test_what_no_machine_holds_is_refused_and_the_others_run() -> None:
    found = done(Threads(), [Job("1", 1, lambda: LARGE), Job("2", 2, lambda: SMALL)])
    assert found["1"].reason == "no machine has the memory"
    assert found["2"].result == 4
