"""How a sweep on a fleet is told: what fits where, what each kind of machine does, what runs when."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from bench.fleet.planned import Planned, Share, Task
from bench.fleet.simulation import Run
from bench.spec.cells import Cell
from reports.figures import ABSENT, seconds, significant

#: Runs that are shown; all of them are in the JSON.
SHOWN_RUNS = 20


def tables(planned: Planned) -> Iterator[Table]:
    """What fits where, what each kind of machine does, and what runs when."""
    kinds = [kind.name for kind in planned.fleet.machines]
    fits = _table("what fits which machine, and takes there", "task", *kinds)
    for task in planned.tasks:
        fits.add_row(_named(task), *(_there(task, kind) for kind in kinds))
    yield fits
    fleet = _table(
        f"{planned.fleet.fleet}: {planned.fleet.title}",
        *("machine", "used", "computes", "held", planned.fleet.currency, "kWh"),
    )
    for share in planned.shares:
        fleet.add_row(*_share(share))
    yield fleet
    runs = _table("what begins first", "begins", "ends", "machine", "task")
    for run in planned.runs[:SHOWN_RUNS]:
        machine = f"{run.kind.name} {run.number}"
        runs.add_row(seconds(run.start_s), seconds(run.end_s), machine, _named(planned.tasks[run.task]))
    yield runs


def sentences(planned: Planned) -> Iterator[str]:
    """How long the sweep takes and what it costs, what is not in that, and that all of it is simulated."""
    count = sum(kind.count for kind in planned.fleet.machines)
    used = sum(share.used for share in planned.shares)
    if planned.runs:
        longest = max(planned.runs, key=lambda run: run.end_s - run.start_s)
        energy = planned.energy_kwh
        drawn = "" if energy is None else f" and {significant(energy)} kWh"
        yield (
            f"{_tasks(len(planned.runs))} on {used} of {count} machines: the last ends after "
            f"{seconds(planned.end_s)}, for {significant(planned.price)} {planned.fleet.currency}{drawn}"
        )
        yield (
            f"the longest, {_named(planned.tasks[longest.task])}, takes "
            f"{seconds(longest.end_s - longest.start_s)}"
        )
    yield "simulated from predicted seconds, by the prices and speeds of the file; nothing was measured"
    for task in planned.homeless:
        why = ", ".join(f"{kind}: {lacks}" for kind, lacks in task.lacking.items())
        yield f"{_named(task)} fits no machine ({why})"
    if planned.untold:
        names = ", ".join(map(_cell_name, planned.untold))
        yield f"not in it, because their seconds are not predicted: {names}"


def document(planned: Planned) -> dict[str, object]:
    """The same as plain data, with every run."""
    places = {run.task: run for run in planned.runs}
    return {
        "fleet": planned.fleet.fleet,
        "currency": planned.fleet.currency,
        "simulated": True,
        "end_s": planned.end_s,
        "price": planned.price,
        "energy_kwh": planned.energy_kwh,
        "machines": [
            {
                "name": share.kind.name,
                "count": share.kind.count,
                "used": share.used,
                "busy_s": share.busy_s,
                "held_s": share.held_s,
                "price": share.price,
                "energy_kwh": share.energy_kwh,
            }
            for share in planned.shares
        ],
        "tasks": [_task(task, places.get(place)) for place, task in enumerate(planned.tasks)],
        "untold": [_cell(cell) for cell in planned.untold],
    }


def _task(task: Task, run: Run | None) -> dict[str, object]:
    ran = None
    if run is not None:
        ran = {"kind": run.kind.name, "number": run.number, "start_s": run.start_s, "end_s": run.end_s}
    return {
        "cells": [_cell(cell) for cell in task.cells],
        "processes": task.rounds,
        "seconds": dict(task.seconds),
        "lacking": dict(task.lacking),
        "machine": ran,
    }


def _cell(cell: Cell) -> dict[str, str]:
    return {"case": cell.case.name, "backend": cell.backend, "parameter_set": cell.parameter_set_name}


def _named(task: Task) -> str:
    first = task.cells[0]
    if task.rounds == 1:
        return _cell_name(first)
    return f"{first.case.name}: {len(task.cells)} cells, {task.rounds} processes"


def _cell_name(cell: Cell) -> str:
    return f"{cell.case.name} on {cell.backend} at {cell.parameter_set.names[0]}"


def _there(task: Task, kind: str) -> str:
    return seconds(task.seconds[kind]) if kind in task.seconds else task.lacking[kind]


def _share(share: Share) -> tuple[str, ...]:
    energy = ABSENT if share.energy_kwh is None else significant(share.energy_kwh)
    return (
        share.kind.name,
        f"{share.used} of {share.kind.count}",
        seconds(share.busy_s),
        seconds(share.held_s),
        significant(share.price),
        energy,
    )


def _tasks(count: int) -> str:
    return f"{count} task{'s' * (count != 1)}"


def _table(title: str, *columns: str) -> Table:
    made = Table(*columns, title=title, title_justify="left", min_width=len(title))
    made.columns[0].no_wrap = True
    for column in made.columns[1:]:
        column.overflow = "fold"
    return made
