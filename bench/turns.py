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
from bench.cells import Cell
from bench.errors import UserError
from reports.store import RECORDS

#: Of a checkout, where its own interpreter is looked for.
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
        raise UserError(f"{against} is no checkout of this project; make one with `git worktree add`")
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
    cells: Sequence[Cell], suite: Path, sides: tuple[Build, Build], processes: int, say: Callable[[str], None]
) -> None:
    """Run every cell so many times on each side, in turns.

    Args:
        cells: of the suite, as this build reads it.
        suite: its file, the same for both.
        sides: the two builds.
        processes: a side.
        say: told of every process.

    Raises:
        UserError: a build refuses the request, or is ended.
    """
    for cell in cells:
        for number in range(processes):
            for build in sides if number % 2 == 0 else reversed(sides):
                name = f"{cell.case.name} on {cell.backend} at {cell.choice.names[0]}"
                say(f"{name}: process {number + 1} of {processes}, {build.name}")
                _run(build, cell, suite)


def _run(build: Build, cell: Cell, suite: Path) -> None:
    arguments = (
        *("-m", "bench", "run", str(suite.resolve()), "--fresh", "--output", str(build.output.resolve())),
        *("--case", cell.case.name, "--backend", cell.backend, "--parameters", cell.choice.parameters.name),
        *("--samples", str(cell.samples), "--repeats", str(cell.repeats)),
        *("--threads", str(cell.choice.threads)),
    )
    before = _records(build)
    status, _, errors = _ask(build, *arguments)
    if _records(build) == before:  # a cell that fails has a record too
        last = (errors.strip().splitlines() or [f"exit status {status}"])[-1]
        raise UserError(f"the {build.name} in {build.checkout} does not run: {last.removeprefix('error: ')}")


def _records(build: Build) -> int:
    return len(list(build.output.glob(f"*/{RECORDS}")))


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
