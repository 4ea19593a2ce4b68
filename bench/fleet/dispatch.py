"""Sends jobs to an engine, never more ahead than it wants, and gives back what becomes of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic

from bench.errors import UserError
from bench.fleet.engine import Argument, Engine, Result
from bench.fleet.task import Need

#: On how many machines a job is tried that loses them.
ATTEMPTS = 3


@dataclass
class Job(Generic[Argument]):
    """A task under a name of its own, and what a machine must have for it.

    `lost` counts the machines that were lost under it.
    """

    name: str
    argument: Argument
    need: Callable[[], Need]
    lost: int = 0


@dataclass(frozen=True)
class Done(Generic[Argument, Result]):
    """What became of a job: its result, or why there is none."""

    job: Job[Argument]
    result: Result | None
    reason: str | None = None


def dispatched(
    engine: Engine,
    function: Callable[[Argument], Result],
    jobs: Iterable[Job[Argument]],
    cut_off: Callable[[Result], bool] = lambda result: False,
) -> Iterator[Done[Argument, Result]]:
    """Every job's result, in the order in which they end.

    A job whose machine is lost is sent again, to at most `ATTEMPTS` machines. However the loop is left, the
    caller closes the engine, which ends what still runs.

    Args:
        engine: where they run.
        function: called with each job's argument.
        jobs: made as the engine wants them.
        cut_off: whether a result is of a machine that went away under the job.
    """
    following, flying = iter(jobs), dict[Future[Result], Job[Argument]]()
    ended = SimpleQueue[Future[Result]]()  # to wait for any of many futures would look at each of them
    while True:
        while len(flying) < engine.at_once and (job := next(following, None)) is not None:
            refused = _send(engine, function, job, flying, ended)
            if refused is not None:
                yield refused
        if not flying:
            return
        future = ended.get()
        job = flying.pop(future)
        done = _ended(engine, job, future, cut_off) or _send(engine, function, job, flying, ended)
        if done is not None:
            yield done


def _send(
    engine: Engine,
    function: Callable[[Argument], Result],
    job: Job[Argument],
    flying: dict[Future[Result], Job[Argument]],
    ended: SimpleQueue[Future[Result]],
) -> Done[Argument, Result] | None:
    """Send a job; what became of it already where the engine has no machine for it."""
    try:
        future = engine.submit(job.name, function, job.argument, job.need())
    except UserError as error:
        return Done(job, None, str(error))
    flying[future] = job
    future.add_done_callback(ended.put)
    return None


def _ended(
    engine: Engine, job: Job[Argument], future: Future[Result], cut_off: Callable[[Result], bool]
) -> Done[Argument, Result] | None:
    """What became of a job; None where its machine was lost and it has another attempt."""
    error = _error(future)
    if isinstance(error, (CancelledError, *engine.lost)) or (error is None and cut_off(future.result())):
        job.lost += 1
        if job.lost < ATTEMPTS:
            return None
    if error is None:
        job.lost += engine.lost_machines(job.name)
        return Done(job, future.result())
    return Done(job, None, f"the engine gave no result: {error}; look at its logs")


def _error(future: Future[Result]) -> BaseException | None:
    """Why a future has no result; None where it has one.

    One that is cancelled while it is waited for was so by its engine, which lost its way to the machine.
    """
    try:
        return future.exception()
    except CancelledError:
        return CancelledError("it was cancelled")
