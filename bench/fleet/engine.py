"""What is asked of an engine, which is Python's own executor with a little beside it; and which there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Protocol, TypeVar

from bench.errors import UserError
from bench.fleet.task import Need

Argument = TypeVar("Argument")
Result = TypeVar("Result")


class Engine(Protocol):
    """Where tasks run, each on a machine of its own.

    Attributes:
        at_once: how many tasks it is worth to send before one comes back.
        lost: the errors of a future that mean that a machine is gone, and that the engine tries no other.
    """

    at_once: int
    lost: tuple[type[BaseException], ...]

    def submit(
        self, name: str, function: Callable[[Argument], Result], argument: Argument, need: Need
    ) -> Future[Result]:
        """Have a function called on a machine that has what it needs.

        Args:
            name: of the task, its own in this sweep.
            function: importable there by its name.
            argument: pickled.
            need: what the machine must have.

        Raises:
            UserError: no machine has it.
        """

    def lost_machines(self, name: str) -> int:
        """On how many machines the engine itself began a task that did not live to end it."""

    def close(self) -> None:
        """End what still runs, and wait until it has."""


#: Each engine's name, its module under `bench.fleet.engines`, and the extra that it needs.
ENGINES = {"local": None, "dask": "dask", "slurm": "slurm"}


def start(name: str, output: Path) -> Engine:
    """An engine, ready for tasks.

    Args:
        name: one of `ENGINES`.
        output: the folder of results, seen by this machine and, of Slurm, by all.

    Raises:
        UserError: its extra is not installed, or there is no cluster where it looks for one.
    """
    try:
        module = import_module(f"bench.fleet.engines.{name}")
    except ImportError as error:
        extra = ENGINES[name]
        raise UserError(
            f"--executor {name} needs {error.name}; install it: pip install -e '.[{extra}]'"
        ) from error
    started: Engine = module.start(output)
    return started


@contextmanager
def started(name: str, output: Path) -> Iterator[Engine]:
    """An engine while the block lasts, and closed after it, however it is left; see `start`."""
    engine = start(name, output)
    try:
        yield engine
    finally:
        engine.close()
