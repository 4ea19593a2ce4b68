"""What the lives of all cells share: limits, parties, and an outcome that says what became of it."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from math import inf
from pathlib import Path
from time import monotonic

import psutil

from backends.errors import BackendError, Unsupported
from backends.interface import SecurityFacts
from backends.program import Program
from backends.registry import Descriptor
from backends.security import judge
from bench.environments.ensure import Environment
from bench.parties.errors import PartyError
from bench.run import host as machine
from bench.run import recording
from bench.run.session import Report, Roles, Session
from bench.spec.cells import Cell
from models.errors import ModelError
from models.graph import Array
from reports import record
from reports.errors import ReportError
from reports.figures import size
from reports.record import Status

#: Exceptions of a party that mean that memory ran out.
OUT_OF_MEMORY = ("MemoryError", "OutOfMemory")


class CellError(Exception):
    """A cell cannot go on; the text is its reason."""

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass
class Outcome:
    """What became of a cell: everything that its record and its raw outputs hold."""

    started_at: datetime
    status: Status = Status.OK
    reason: str | None = None
    program: Program | None = None
    batches: int = 0
    scores: Mapping[str, Array] | None = None
    held_out: record.HeldOutLadder | None = None
    figures: recording.Figures = field(default_factory=recording.Figures)
    encrypted: Array | None = None
    probes: dict[str, Array] | None = None
    environment: record.Environment = field(default_factory=record.Environment)

    @classmethod
    def failed(cls, reason: str) -> Outcome:
        """The outcome of a cell that could not even start."""
        return cls(datetime.now(timezone.utc), Status.FAILED, reason)


@dataclass(frozen=True)
class Runner(ABC):
    """Runs cells of one case on one backend.

    Attributes:
        descriptor: the backend.
        environment: the interpreter in which its parties run.
        folder: where the parties' folders and logs go.
        report: told of stages and progress.
    """

    descriptor: Descriptor
    environment: Environment
    folder: Path
    report: Report

    def run(self, cell: Cell, *, probes: bool) -> Outcome:
        """The life of a cell. Interruptions pass through, after the parties are gone."""
        outcome = Outcome(datetime.now(timezone.utc))
        stolen = machine.steal_s()
        try:
            self._run(cell, outcome, probes)
        except Unsupported as error:
            outcome.status, outcome.reason = Status.UNSUPPORTED, str(error)
        except (BackendError, ModelError, ReportError) as error:
            outcome.status, outcome.reason = Status.FAILED, str(error)
        except PartyError as error:
            outcome.status, outcome.reason = _party_status(error), str(error)
        except CellError as error:
            outcome.status, outcome.reason = error.status, str(error)
        except Exception as error:  # whatever it is, it must not cost the other cells their records
            outcome.status, outcome.reason = Status.FAILED, self._unforeseen(error)
        outcome.environment = self._environment(cell, stolen)
        return outcome

    def _unforeseen(self, error: Exception) -> str:
        """The sentence for an error that nothing here expects; its traceback goes to a log."""
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            return f"the disk of {self.folder} is full; free some and run again"
        log = self.folder / "cell.log"
        with suppress(OSError):
            log.write_text("".join(traceback.format_exception(error)))
        return f"{type(error).__name__}: {error}; {log} has the traceback"

    def _environment(self, cell: Cell, stolen: float | None) -> record.Environment:
        """The machine, and the interpreter and libraries of the parties."""
        measured = machine.environment(cell.choice.threads, self.environment.versions, {})
        now = machine.steal_s()
        return measured.model_copy(
            update={
                "python": self.environment.versions.get("python", measured.python),
                "steal_s": None if now is None or stolen is None else max(0.0, now - stolen),
            }
        )

    @abstractmethod
    def _run(self, cell: Cell, outcome: Outcome, probes: bool) -> None:
        """Fill the outcome, or raise what ended the cell."""

    def _adapter(self, cell: Cell) -> str:
        """The `module:Class` that the parties import."""
        return self.descriptor.adapter

    def _watched(self, cell: Cell, outcome: Outcome, roles: Roles, use: Callable[[Session], None]) -> None:
        """The parties' part, with an eye on the memory of all processes."""
        limit, figures = cell.limits.memory_bytes, outcome.figures
        with machine.MemorySampler(limit_bytes=limit, spared=[os.getpid()]) as sampler:
            try:
                with Session(
                    python=self.environment.python,
                    adapter=self._adapter(cell),
                    roles=roles,
                    threads=cell.choice.threads,
                    folder=self.folder,
                    logs=self.folder,
                    deadline=monotonic() + (cell.limits.seconds or inf),
                    report=self.report,
                    watch=sampler.add,
                    peaks=figures.peaks,
                ) as session:
                    use(session)
            except PartyError as error:
                if not sampler.exceeded:
                    raise
                raise CellError(
                    Status.OUT_OF_MEMORY,
                    f"all processes together passed limits.memory_bytes ({limit}); raise it",
                ) from error
            finally:
                figures.together_peak_bytes = sampler.peak_bytes

    def _judge(self, cell: Cell, figures: recording.Figures, facts: SecurityFacts) -> None:
        """Compute what the keys really reach.

        Raises:
            CellError: less than the suite demands.
        """
        if facts.secret != "none":  # the simulator has no key to judge
            figures.security = judge(facts)
        if cell.choice.parameters.security and figures.security and not figures.security.secure:
            raise CellError(
                Status.FAILED,
                f"the keys reach {figures.security.log_qp:.1f} bits of Q·P, INSECURE where the suite demands "
                f"{cell.choice.parameters.security} bits; use a smaller depth or scale",
            )

    def _room(self, keys_bytes: int, evaluator_bytes: int, limit: int | None) -> int:
        """Bytes of memory beside what the evaluator needs.

        Raises:
            CellError: the keys cannot fit the disk, or the evaluator what memory there is for it.
        """
        free = shutil.disk_usage(self.folder).free
        if keys_bytes > free:
            raise CellError(
                Status.FAILED,
                f"the keys need about {size(keys_bytes)} and {self.folder} has "
                f"{size(free)} free; free some or choose another --output",
            )
        available = min(psutil.virtual_memory().available, limit or sys.maxsize)
        if evaluator_bytes > available:
            raise CellError(
                Status.OUT_OF_MEMORY,
                f"the evaluator needs about {size(evaluator_bytes)} and there are "
                f"{size(available)} for it; free some, use a smaller parameter set, or raise limits",
            )
        return available - evaluator_bytes


def _party_status(error: PartyError) -> Status:
    if error.kind == "TimedOut":
        return Status.TIMED_OUT
    if error.kind in OUT_OF_MEMORY:
        return Status.OUT_OF_MEMORY
    return Status.UNSUPPORTED if error.kind == "Unsupported" else Status.FAILED
