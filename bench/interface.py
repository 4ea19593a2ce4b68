"""What `import bench` gives a script or a notebook: the work of the commands, without their screens.

A mistake in what is asked for raises what a command would say: `bench.errors.UserError`, or the error of the
package that found it (`backends.errors.BackendError`, `models.errors.ModelError`,
`reports.errors.ReportError`).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path

from bench.environments.declaration import DEFAULT_BUILD
from bench.run.foreseen import Foreseen, foresee
from bench.run.listener import Listener
from bench.run.service import Service
from bench.spec.rules import load_rules
from bench.spec.selection import Selection
from reports.frame import to_frame
from reports.gate.compare import Comparison, compare
from reports.gate.sides import read_side
from reports.record import Record
from reports.store import load_outputs

__all__ = ["compare_records", "load_records", "plan_suite", "run_suite", "to_frame"]

#: One name, or several.
Names = str | Iterable[str]
Folder = str | Path


def run_suite(
    suite: Folder,
    output: Folder = "results",
    *,
    backends: Names = (),
    parameters: Names = (),
    cases: Names = (),
    samples: int | None = None,
    repeats: int | None = None,
    threads: int | None = None,
    rounds: int | None = None,
    fresh: bool = False,
    probes: bool = False,
    audit: bool = False,
    build: str = DEFAULT_BUILD,
    listener: Listener | None = None,
) -> list[Record]:
    """Run the cells of a suite, as `bench run` does, and return a record for each.

    A cell that a kept record under `output` answers is not run again. A cell that fails has a record too,
    whose `status` and `reason` say so. What is left out is as the suite says.

    Args:
        suite: the path of a suite, or its name under `suites/`.
        output: where runs are kept, a folder each.
        backends: only these.
        parameters: only these parameter sets, by alias or name.
        cases: only these.
        samples: held-out samples of a cell.
        repeats: evaluations of a cell, the first cold.
        threads: of the evaluator.
        rounds: fresh processes of a cell, in turns with the other cells.
        fresh: run cells again that a kept record answers.
        probes: decrypt every layer to see where precision goes; such a run is never timed.
        audit: count at the library's own calls, and fail a cell where the plan says otherwise; never timed.
        build: which build of the libraries.
        listener: told of everything as it happens; nobody is told without one.

    Raises:
        UserError, BackendError, ModelError, ReportError: something in the suite or the request is wrong.
    """
    cells = _selection(suite, backends, parameters, cases, samples, repeats, threads).cells()
    service = Service(
        Path(output), listener or Listener(), fresh=fresh, probes=probes, audit=audit, build=build
    )
    return list(service.records(cells, rounds))


def plan_suite(
    suite: Folder,
    *,
    backends: Names = (),
    parameters: Names = (),
    cases: Names = (),
    samples: int | None = None,
    threads: int | None = None,
    results: Iterable[Record] = (),
) -> list[Foreseen]:
    """Say what the cells of a suite will count, need and take, as `bench plan` does; nothing is encrypted.

    Args:
        suite: the path of a suite, or its name under `suites/`.
        backends: only these.
        parameters: only these parameter sets, by alias or name.
        cases: only these.
        samples: held-out samples of a cell.
        threads: of the evaluator.
        results: records from which times are predicted, in place of those that are shipped.

    Returns:
        For each cell its `status`; where it can run, its `estimate` for people and its `prediction` in
        numbers; where it cannot, the `reason`.

    Raises:
        UserError, BackendError, ModelError: something in the suite or the request is wrong.
    """
    chosen = _selection(suite, backends, parameters, cases, samples, None, threads)
    return foresee(chosen.cells(), list(results))


def load_records(*results: Folder) -> list[Record]:
    """Every record of the runs in some folders, each once and the oldest first.

    A line that holds no sound record is left out with a warning (`warnings.warn`) that names it.

    Raises:
        ReportError: a folder holds no run.
    """
    loaded = load_outputs([Path(one) for one in results])
    for why in loaded.refused:
        warnings.warn(f"refused: {why}", stacklevel=2)
    return [one.record for one in loaded.stored]


def compare_records(baseline: Folder, candidate: Folder, rules: Folder | None = None) -> Comparison:
    """Judge of every cell and measure whether a candidate is better, worse or the same as a baseline.

    As `bench compare` does. `pandas.DataFrame(comparison.findings)` is its table.

    Args:
        baseline: a folder of runs, or a file that `bench export --format json` wrote.
        candidate: likewise.
        rules: a file that says how much each kind of measure may lose; the defaults without one.

    Raises:
        UserError, ReportError: there is no run, or the rules are mistaken.
    """
    sides = read_side(Path(baseline)), read_side(Path(candidate))
    return compare(*sides, load_rules(None if rules is None else Path(rules)))


def _selection(
    suite: Folder,
    backends: Names,
    parameters: Names,
    cases: Names,
    samples: int | None,
    repeats: int | None,
    threads: int | None,
) -> Selection:
    named = _several(backends), _several(parameters), _several(cases)
    return Selection(str(suite), *named, samples=samples, repeats=repeats, threads=threads)


def _several(names: Names) -> tuple[str, ...]:
    """A name by itself is one, and not a sequence of letters."""
    return (names,) if isinstance(names, str) else tuple(names)
