"""Two builds measured in turns: every cell in fresh processes of the baseline's checkout and of this one.

A machine drifts over minutes and hours. Where the builds alternate cell by cell, the drift falls on both, and
only then do their times compare. The order is A B B A, so that neither is always the first.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import bench
from bench.errors import UserError
from bench.spec.cells import Cell
from reports.store import RECORDS, Loaded, load_run

#: Where a checkout's own interpreter is looked for.
OWN_PYTHON = Path(".venv") / "bin" / "python"


@dataclass(frozen=True)
class Build:
    """One side.

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


def builds(against: Path, results: Path, python: Path | None = None) -> tuple[Build, Build]:
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
    old = Build(
        "baseline", checkout, python or (own if own.exists() else Path(sys.executable)), results / "baseline"
    )
    here = Path(bench.__file__).resolve().parent.parent
    new = Build("candidate", here, Path(sys.executable), results / "candidate")
    for build in (old, new):
        if build.output.exists():
            raise UserError(
                f"{build.output} is there already; name a new folder, so that nothing old is judged"
            )
        _check(build)
    return old, new


def take_turns(
    cells: Sequence[Cell], suite: Path, sides: tuple[Build, Build], turns: range, say: Callable[[str], None]
) -> None:
    """Run every cell once on each side in each of the turns.

    Args:
        cells: of the suite, as this build reads it.
        suite: its file, the same for both.
        sides: the two builds; the first begins in even turns.
        turns: their numbers, from 0; the last one is that of processes a side, less one.
        say: told of every process.

    Raises:
        UserError: a build refuses the request, runs another cell, or is ended.
    """
    for cell in cells:
        for turn in turns:
            for build in sides if turn % 2 == 0 else reversed(sides):
                name = f"{cell.case.name} on {cell.backend} at {cell.choice.names[0]}"
                say(f"{name}: process {turn + 1} of {turns.stop}, {build.name}")
                _run(build, cell, suite)


def request(cell: Cell, suite: Path, output: Path) -> tuple[str, ...]:
    """The arguments of `bench` that run one cell of a suite in one fresh process."""
    return (
        *("run", str(suite.resolve()), "--fresh", "--rounds", "1", "--output", str(output.resolve())),
        *("--case", cell.case.name, "--backend", cell.backend, "--parameters", cell.choice.name),
        *("--samples", str(cell.samples), "--repeats", str(cell.repeats)),
        *("--threads", str(cell.choice.threads)),
    )


def _run(build: Build, cell: Cell, suite: Path) -> None:
    before = _runs(build)
    status, _, errors = _ask(build, "-m", "bench", *request(cell, suite, build.output))
    new = [load_run(folder) for folder in sorted(_runs(build) - before)]
    if not new:  # a cell that fails has a record too
        last = (errors.strip().splitlines() or [f"exit status {status}"])[-1]
        raise UserError(f"the {build.name} in {build.checkout} does not run: {last.removeprefix('error: ')}")
    _check_answer(build, cell, new)


def _runs(build: Build) -> set[Path]:
    """The folders of its runs that have records."""
    return {path.parent for path in build.output.glob(f"*/{RECORDS}")}


def _check_answer(build: Build, cell: Cell, runs: Sequence[Loaded]) -> None:
    """See that what came back is one record, of the cell that was asked for."""
    where = f"the {build.name} in {build.checkout}"
    refused = [why for run in runs for why in run.refused]
    if refused:
        raise UserError(f"{where} wrote what this build cannot read: {refused[0]}")
    asked = (cell.suite, cell.case.name, cell.backend, cell.choice.name)
    records = [stored.record for run in runs for stored in run.stored]
    found = [(one.suite, one.case, one.backend, one.parameter_set) for one in records]
    if found != [asked]:
        told = " and ".join(map("/".join, found)) or "nothing"
        wanted = "/".join(asked)
        raise UserError(f"{where} ran {told} where {wanted} was asked for; name a build that knows the cell")


def _ask(build: Build, *arguments: str) -> tuple[int, str, str]:
    """Exit status, output and errors of a build's interpreter, which is ended where this process is."""
    command = [str(build.python), *arguments]
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
