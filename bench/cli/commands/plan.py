"""`bench plan`: counts, levels, refreshes, memory and time to expect; no cryptography."""

from __future__ import annotations

from itertools import groupby

import click

from backends.errors import PlanError
from backends.registry import get
from bench.cli.commands.options import Selection, selection
from bench.cli.foreseen import refusals, summary
from bench.cli.screen import Screen
from bench.cli.tables import table
from bench.run.foreseen import Foreseen, foresee, none_can_run
from bench.spec.cells import Cell
from reports.record import Status


@click.command()
@selection
def plan(**selected: object) -> int:
    """Say what the cells of SUITE will count, need and take; nothing is encrypted."""
    cells = Selection(**selected).cells()  # type: ignore[arg-type]
    screen, found = Screen(), foresee(cells)
    columns = [(one.cell, _column(one)) for one in found]
    for (case, parameters), group in groupby(columns, lambda pair: _heading(pair[0])):
        screen.print(table(f"{case} at {parameters}", [(cell.backend, column) for cell, column in group]))
    screen.say("seconds, memory and key sizes are estimates; counts are exact")
    for line in refusals(found):
        screen.say(line)
    if none_can_run(found):
        screen.say(summary(found))
    return int(none_can_run(found) or any("cannot" in column for _, column in columns))


def _heading(cell: Cell) -> tuple[str, str]:
    return cell.case.name, cell.parameter_set_name


def _column(one: Foreseen) -> dict[str, str]:
    if one.reason is not None:
        return {"unsupported" if one.status is Status.UNSUPPORTED else "cannot": one.reason}
    try:
        return one.loaded.estimate(one.cell, get(one.cell.backend))
    except PlanError as error:  # what only a plan finds
        return {"cannot": str(error)}
