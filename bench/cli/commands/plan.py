"""`bench plan`: counts, levels, refreshes, memory and time to expect; no cryptography."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

import click

from bench.cli.commands.options import Selection, selection
from bench.cli.foreseen import exit_status, refusals, summary
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
    for (case, parameters), group in groupby(found, lambda one: _heading(one.cell)):
        columns = [(one.cell.backend, _column(one)) for one in group]
        screen.print(table(f"{case} at {parameters}", columns))
    screen.say("seconds, memory and key sizes are estimates; counts are exact")
    for line in refusals(found):
        screen.say(line)
    if none_can_run(found):
        screen.say(summary(found))
    return exit_status(found)


def _heading(cell: Cell) -> tuple[str, str]:
    return cell.case.name, cell.parameter_set_name


def _column(one: Foreseen) -> Mapping[str, str]:
    if one.reason is None:
        return one.estimate
    return {"unsupported" if one.status is Status.UNSUPPORTED else "cannot": one.reason}
