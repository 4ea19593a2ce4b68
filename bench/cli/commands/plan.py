"""`bench plan`: counts, levels, refreshes, memory and time to expect; no cryptography."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

import click
import psutil

from bench.cli import fleet_tables
from bench.cli.commands.inspect import names_model, tell
from bench.cli.commands.options import BUILD, DEGREE, FROM, TOKENS_OF_TEXT, selection
from bench.cli.examples import examples
from bench.cli.foreseen import exit_status, refusals, summary, too_large
from bench.cli.refused import records_of
from bench.cli.screen import Screen
from bench.cli.tables import table
from bench.errors import UserError
from bench.fleet import planned as sweep
from bench.run.foreseen import Foreseen, foresee, none_can_run
from bench.run.prediction.against import Compared, compared, summaries
from bench.spec.cells import Cell
from bench.spec.fleet import load_fleet
from bench.spec.selection import Selection
from reports.record import Record, Status


@click.command(
    epilog=examples(
        "bench plan vit_tiny --parameters shared14",
        "bench plan toy --json",
        "bench plan vit_tiny --from results --against results",
        "bench plan layers --machine suites/fleets/three_sizes.yaml",
    )
)
@selection
@FROM
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Hold predictions against the records of this folder, each without what is known of its own case.",
)
@click.option(
    "--machine",
    type=click.Path(path_type=Path),
    help="A file of machines: which cells fit which, when they run there, and what that costs; simulated.",
)
@BUILD
@TOKENS_OF_TEXT
@DEGREE
@click.option("--json", "as_json", is_flag=True, help="Print what is foreseen of every cell as JSON.")
def plan(
    results: Path | None,
    against: Path | None,
    machine: Path | None,
    build: str | None,
    tokens: int | None,
    degree: int | None,
    as_json: bool,
    **selected: object,
) -> int:
    """Say what the cells of SUITE will count, need and take; nothing is encrypted.

    SUITE may also be a folder of Hugging Face's or a shape, of which `bench inspect` tells the rest.
    """
    if machine is not None and against is not None:
        raise UserError("--against holds predictions of this machine; leave out --machine, or ask twice")
    known = records_of(results, build)
    if names_model(str(selected["suite"])):
        others = {**selected, "against": against, "machine": machine}
        return _tell_model(str(others.pop("suite")), others, tokens, degree, known, as_json)
    if tokens is not None or degree is not None:
        name = "--tokens" if degree is None else "--degree"
        raise UserError(f"{name} is of a folder's model or a shape; a suite says it itself, so leave it out")
    if machine is not None:
        fleet = load_fleet(machine)  # before minutes of planning
        planned = sweep.plan(Selection(**selected).cells(), fleet, known)  # type: ignore[arg-type]
        return _tell_sweep(planned, as_json)
    cells = Selection(**selected).cells()  # type: ignore[arg-type]
    held = known if against == results else records_of(against, build)
    screen, found = Screen(), foresee(cells, known, unseen=against is not None)
    if as_json:
        screen.document(json.dumps([_document(one) for one in found], indent=1, ensure_ascii=False) + "\n")
        return exit_status(found)
    for (case, parameters), group in groupby(found, lambda one: _heading(one.cell)):
        columns = [(one.cell.backend, _column(one)) for one in group]
        screen.print(table(f"{case} at {parameters}", columns))
    screen.say("seconds, memory and sizes are predicted; counts are exact")
    if against is not None:
        _hold(compared(found, held), against, screen)
    for line in (*refusals(found), *too_large(found, psutil.virtual_memory().total)):
        screen.say(line)
    if none_can_run(found):
        screen.say(summary(found))
    return exit_status(found)


def _tell_model(
    target: str,
    others: dict[str, object],
    tokens: int | None,
    degree: int | None,
    known: Sequence[Record],
    as_json: bool,
) -> int:
    """Tell of a folder's model or a shape what `bench inspect` does; options of suites are refused."""
    threads = others.pop("threads")
    given = [f"--{name}" for name, value in others.items() if value not in (None, ())]
    if given:
        raise UserError(
            f"{', '.join(given)} would choose among the cells of a suite, and {target} has none; leave it out"
        )
    return tell(
        target,
        tokens=tokens,
        threads=threads if isinstance(threads, int) else 1,
        degree=degree,
        records=known,
        as_json=as_json,
    )


def _tell_sweep(planned: sweep.Planned, as_json: bool) -> int:
    """Tell of a sweep on a fleet; 1 where a cell fits no machine or cannot run."""
    screen, status = Screen(), max(exit_status(planned.found), int(bool(planned.homeless)))
    if as_json:
        told = {"cells": [_document(one) for one in planned.found], "sweep": fleet_tables.document(planned)}
        screen.document(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
        return status
    for one in fleet_tables.tables(planned):
        screen.print(one)
    for line in (*fleet_tables.sentences(planned), *refusals(planned.found)):
        screen.say(line)
    return status


def _hold(held: Sequence[Compared], folder: Path, screen: Screen) -> None:
    """A line for each figure of each record, and how far they are off by backend."""
    if not held:
        screen.say(f"no record of {folder} is of these cells")
        return
    for one in held:
        screen.say(
            f"{one.backend}, {one.case} at {one.parameter_set}: {one.figure} {one.predicted:.3g} predicted, "
            f"{one.measured:.3g} measured, {100 * one.off:+.0f} %"
        )
    columns: dict[str, dict[str, str]] = {}
    for (backend, figure), off in summaries(held).items():
        told = f"{100 * off.median:.1f} % / {100 * off.worst:.1f} % ({off.cells})"
        columns.setdefault(backend, {})[figure] = told
    screen.print(table("how far predictions are off: median / worst (records)", columns.items()))


def _document(one: Foreseen) -> dict[str, object]:
    """What is foreseen of a cell as plain data: predicted numbers, and what the tables tell."""
    cell, told = one.cell, one.prediction
    numbers = {} if told is None else {"seconds": dict(told.seconds), "evaluator_bytes": told.evaluator_bytes}
    return {
        "suite": cell.suite,
        "case": cell.case.name,
        "backend": cell.backend,
        "parameters": cell.parameter_set.names[0],
        "parameter_set": cell.parameter_set_name,
        "threads": cell.parameter_set.threads,
        "status": one.status.value,
        "reason": one.reason,
        **numbers,
        "estimate": dict(one.estimate),
    }


def _heading(cell: Cell) -> tuple[str, str]:
    return cell.case.name, cell.parameter_set_name


def _column(one: Foreseen) -> Mapping[str, str]:
    if one.reason is None:
        return one.estimate
    return {"unsupported" if one.status is Status.UNSUPPORTED else "cannot": one.reason}
