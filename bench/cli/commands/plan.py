"""`bench plan`: counts, levels, refreshes, memory and time to expect; no cryptography."""

from __future__ import annotations

from itertools import groupby

import click

from backends.errors import PlanError, Unsupported
from backends.registry import get
from bench.cli.commands.options import Selection, selection
from bench.cli.screen import Screen
from bench.cli.tables import table
from bench.run.kinds import load
from bench.spec.cells import Cell


@click.command()
@selection
def plan(**selected: object) -> int:
    """Say what the cells of SUITE will count, need and take; nothing is encrypted."""
    cells = Selection(**selected).cells()  # type: ignore[arg-type]
    screen = Screen()
    columns = [(cell, _column(cell)) for cell in cells]
    for (case, parameters), group in groupby(columns, lambda pair: _heading(pair[0])):
        screen.print(table(f"{case} at {parameters}", [(cell.backend, column) for cell, column in group]))
    screen.say("seconds, memory and key sizes are estimates; counts are exact")
    return int(any("cannot" in column for _, column in columns))


def _heading(cell: Cell) -> tuple[str, str]:
    return cell.case.name, cell.parameter_set.name


def _column(cell: Cell) -> dict[str, str]:
    loaded = load(cell)
    try:
        return loaded.estimate(cell, get(cell.backend))
    except Unsupported as error:
        return {"unsupported": str(error)}
    except PlanError as error:
        return {"cannot": str(error)}
