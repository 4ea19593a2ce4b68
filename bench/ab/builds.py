"""The two sides of a comparison: each a checkout with its interpreter, which runs cells when asked."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Protocol

from backends.errors import BackendError
from bench.errors import UserError
from bench.run.listener import Listener
from bench.run.service import Service
from bench.spec.cells import Cell
from models.errors import ModelError
from reports.errors import ReportError
from reports.store import RECORDS, Loaded, load_run

logger = logging.getLogger(__name__)

#: Where a checkout's own interpreter is looked for.
OWN_PYTHON = Path(".venv") / "bin" / "python"


class Side(Protocol):
    """What takes turns: it runs a cell when asked, and keeps the records."""

    @property
    def name(self) -> str:
        """`baseline` or `candidate`."""

    @property
    def output(self) -> Path:
        """Where its runs go."""

    def run(self, cell: Cell, suite: Path) -> None:
        """Run one cell of a suite in fresh processes of its parties."""


@dataclass(frozen=True)
class ThisBuild:
    """The build that this process runs: its service is asked, without a command line between.

    It is asked in a fresh process for each cell, as the other side is. In one that lived on, planning and the
    clear model would be warm where the baseline's are cold, and memory would add up.
    """

    name: str
    output: Path

    def run(self, cell: Cell, suite: Path) -> None:
        """Run one cell, whose record goes to a run of its own.

        Raises:
            UserError: the case's model or data are missing, or the record cannot be written.
        """
        context = get_context("spawn")
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_serve_cell, args=(sender, self.output, cell), name=self.name)
        process.start()
        sender.close()
        try:
            refused: str | None = receiver.recv()
        except EOFError:
            refused = "its process was ended"
        except BaseException:
            process.terminate()
            raise
        finally:
            process.join()
        if refused is not None:
            raise UserError(f"the {self.name} does not run: {refused}")


def _serve_cell(sender: Connection, output: Path, cell: Cell) -> None:
    """Ask the service for one cell, and send why it cannot run; None where there is a record."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt_once)
    try:
        for record in Service(output, Listener(), fresh=True).records([cell], rounds=1):
            logger.debug("%s is %s", record.cell, record.status.value)
    except (BackendError, ModelError, ReportError, UserError) as error:
        sender.send(str(error))
    except KeyboardInterrupt:
        sender.send("it was interrupted")
    else:
        sender.send(None)


def _interrupt_once(number: int, frame: FrameType | None) -> None:
    """Have the parties ended and their folders removed, which the next signal must not cut short."""
    for further in (signal.SIGINT, signal.SIGTERM):
        signal.signal(further, signal.SIG_IGN)
    raise KeyboardInterrupt


@dataclass(frozen=True)
class Build:
    """A side in another checkout, of which nothing but its command line and its records is known.

    Attributes:
        name: `baseline` or `candidate`.
        checkout: the folder that holds its packages.
        python: its interpreter.
        output: where its runs go.
    """

    name: str
    checkout: Path
    python: Path
    output: Path

    def run(self, cell: Cell, suite: Path) -> None:
        """Run one cell of a suite in one fresh process, whose record goes to the output.

        Raises:
            UserError: the build refuses the request, runs another cell, or is ended.
        """
        before = self._runs()
        status, _, errors = _ask(self, "-m", "bench", *request(cell, suite, self.output))
        new = [load_run(folder) for folder in sorted(self._runs() - before)]
        if not new:  # a cell that fails has a record too
            last = (errors.strip().splitlines() or [f"exit status {status}"])[-1].removeprefix("error: ")
            raise UserError(f"the {self.name} in {self.checkout} does not run: {last}")
        _check_answer(self, cell, new)

    def _runs(self) -> set[Path]:
        """The folders of its runs that have records."""
        return {path.parent for path in self.output.glob(f"*/{RECORDS}")}


def builds(against: Path, results: Path, python: Path | None = None) -> tuple[Build, ThisBuild]:
    """The baseline's build and this one.

    Args:
        against: the baseline's checkout.
        results: gets the folders `baseline` and `candidate`.
        python: the baseline's interpreter; by default `.venv/bin/python` of its checkout, else this one.

    Raises:
        UserError: there is no such checkout, its interpreter imports another one, or there are runs already.
    """
    checkout = against.resolve()
    if not (checkout / "bench" / "__main__.py").is_file():
        raise UserError(f"{against} is not a checkout of this project; make one with `git worktree add`")
    own = checkout / OWN_PYTHON
    interpreter = python or (own if own.exists() else Path(sys.executable))
    old = Build("baseline", checkout, interpreter, results / "baseline")
    new = ThisBuild("candidate", results / "candidate")
    for output in (old.output, new.output):
        if output.exists():
            raise UserError(f"{output} is there already; name a new folder, so that nothing old is judged")
    _check(old)
    return old, new


def request(cell: Cell, suite: Path, output: Path) -> tuple[str, ...]:
    """The arguments of `bench` that run one cell of a suite in one fresh process."""
    return (
        *("run", str(suite.resolve()), "--fresh", "--rounds", "1", "--output", str(output.resolve())),
        *("--case", cell.case.name, "--backend", cell.backend, "--parameters", cell.parameter_set_name),
        *("--samples", str(cell.samples), "--repeats", str(cell.repeats)),
        *("--threads", str(cell.parameter_set.threads)),
    )


def _check_answer(build: Build, cell: Cell, runs: Sequence[Loaded]) -> None:
    """See that what came back is one record, of the cell that was asked for."""
    where = f"the {build.name} in {build.checkout}"
    refused = [why for run in runs for why in run.refused]
    if refused:
        raise UserError(f"{where} wrote what this build cannot read: {refused[0]}")
    asked = (cell.suite, cell.case.name, cell.backend, cell.parameter_set_name)
    records = [stored.record for run in runs for stored in run.stored]
    found = [(one.suite, one.case, one.backend, one.parameter_set) for one in records]
    if found != [asked]:
        told = " and ".join(map("/".join, found)) or "nothing"
        wanted = "/".join(asked)
        raise UserError(f"{where} ran {told} where {wanted} was asked for; name a build that knows the cell")


def _ask(build: Build, *arguments: str) -> tuple[int, str, str]:
    """Exit status, output and errors of a build's interpreter, which is ended where this process is."""
    command = [str(build.python), *arguments]
    logger.debug("%s in %s: %s", build.name, build.checkout, " ".join(command))
    try:
        process = subprocess.Popen(
            command, cwd=build.checkout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    except OSError as error:
        raise UserError(
            f"{build.python} cannot be run ({error.strerror}); name another interpreter"
        ) from error
    try:
        output, errors = process.communicate()
    except BaseException:
        process.terminate()
        process.communicate()
        raise
    return process.returncode, output, errors


def _check(build: Build) -> None:
    """An interpreter into which another checkout is installed would measure that one twice."""
    status, output, errors = _ask(build, "-c", "import bench; print(bench.__file__)")
    if status:
        last = (errors.strip().splitlines() or ["nothing was said"])[-1]
        raise UserError(f"{build.python} cannot import {build.checkout} ({last}); install it there")
    found = Path(output.strip()).resolve()
    if build.checkout not in found.parents:
        raise UserError(f"{build.python} imports {found} and not {build.checkout}; install that one there")
