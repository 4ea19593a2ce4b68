"""What became of a cell, and how whatever ends it becomes a status and a reason."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from backends.errors import BackendError, Unsupported
from backends.program import Program
from bench.parties.errors import PartyError
from bench.run import recording
from bench.run.cores import Cores
from bench.run.errors import CellError
from bench.run.scoring import Decrypted
from models.errors import ModelError
from reports import record
from reports.errors import ReportError
from reports.ladder import HeldOutLadder
from reports.record import Status


@dataclass
class Outcome:
    """What became of a cell: everything that its record and its raw outputs hold.

    Attributes:
        stage: what was begun last; a sentence about a limit that was passed names it.
        stage_began_s: when, by `time.monotonic`.
        program: what the evaluator replays; None where there is none, or it was never made.
        batches: how many it takes for all samples.
        held_out: the clear rungs on the whole held-out set.
        figures: what was measured.
        decrypted: what the evaluations decrypt to.
        cores: where the parties were pinned.
        environment: the evaluator's machine.
        remote: where that is another one than the key owner's.
    """

    started_at: datetime
    status: Status = Status.OK
    reason: str | None = None
    stage: str = "the start"
    stage_began_s: float = 0.0
    program: Program | None = None
    batches: int = 0
    held_out: HeldOutLadder | None = None
    figures: recording.Figures = field(default_factory=recording.Figures)
    decrypted: Decrypted | None = None
    cores: Cores = field(default_factory=Cores)
    environment: record.Environment = field(default_factory=record.Environment)
    remote: record.Remote | None = None

    @classmethod
    def failed(cls, reason: str) -> Outcome:
        """The outcome of a cell that could not even start."""
        return cls(datetime.now(timezone.utc), Status.FAILED, reason)


def guarded(outcome: Outcome, folder: Path, work: Callable[[], None]) -> None:
    """Do some work on a cell; whatever ends it becomes the outcome's status and reason.

    Interruptions pass through, after the parties are gone.
    """
    try:
        work()
    except Unsupported as error:
        outcome.status, outcome.reason = Status.UNSUPPORTED, str(error)
    except (BackendError, ModelError, ReportError) as error:
        outcome.status, outcome.reason = Status.FAILED, str(error)
    except PartyError as error:
        unsupported = error.kind == "Unsupported"
        outcome.status, outcome.reason = Status.UNSUPPORTED if unsupported else Status.FAILED, str(error)
    except CellError as error:
        outcome.status, outcome.reason = error.status, str(error)
    except MemoryError:
        text = f"out of memory in {outcome.stage}: this process found none left; free some and run again"
        outcome.status, outcome.reason = Status.OUT_OF_MEMORY, text
    except Exception as error:  # whatever it is, it must not cost the other cells their records
        outcome.status, outcome.reason = Status.FAILED, unforeseen(error, folder)


def unforeseen(error: Exception, folder: Path) -> str:
    """The sentence for an error that nothing here expects; its traceback goes to a log."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"the disk of {folder} is full; free some and run again"
    log = folder / "cell.log"
    with suppress(OSError):
        log.write_text("".join(traceback.format_exception(error)))
    return f"{type(error).__name__}: {error}; {log} has the traceback"
