"""What a machine is given, and what it gives back; both are pickled by the engine between them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from bench.packages import FOLDER

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, kw_only=True)
class Task(ABC, Generic[Outcome]):
    """Work of a process of its own on a machine.

    Attributes:
        home: the folder of this project on the machine that sends it.
    """

    home: Path = FOLDER

    @property
    @abstractmethod
    def size(self) -> int:
        """How many outcomes it ends with."""

    @abstractmethod
    def run(self, folder: Path) -> None:
        """Do it here, and leave what it ends with in a folder.

        Raises:
            UserError, ModelError, ReportError: what it needs cannot be read on this machine.
        """

    @abstractmethod
    def outcomes(self, folder: Path) -> Sequence[Outcome]:
        """What was left there, in order; fewer where it did not come to its end."""

    def moved(self, path: Path) -> Path:
        """Where a path of the machine that sends it is here: one in this project's folder is in this one."""
        return FOLDER / path.relative_to(self.home) if path.is_relative_to(self.home) else path


@dataclass(frozen=True)
class Need:
    """What a machine must have for a task, by the plan; 0 where nothing tells.

    Attributes:
        memory_bytes: of both parties and the process in front of them; what the suite allows them
            (`limits.memory_bytes`) where no plan tells.
        disk_bytes: of keys and ciphertexts.
        threads: of the evaluator.
        seconds: of all its cells; None where nothing tells of one of them.
    """

    memory_bytes: int
    disk_bytes: int
    threads: int
    seconds: float | None


@dataclass(frozen=True)
class Delivery(Generic[Outcome]):
    """What became of a task.

    Attributes:
        outcomes: in their order, all of them unless the task was cut off.
        reason: why there are fewer; None where there are all.
        cut_off: whether the machine ended it before its end, so that another may do better.
    """

    outcomes: Sequence[Outcome]
    reason: str | None = None
    cut_off: bool = False
