"""`bench list`: what there is to name on the command line."""

from __future__ import annotations

import click
from rich.table import Table

from bench.cli.listing import ROWS
from bench.cli.screen import Screen


@click.command("list")
@click.argument("what", required=False, type=click.Choice(list(ROWS)))
def list_command(what: str | None) -> int:
    """List suites, backends, parameter sets, models or data sets; everything without an argument."""
    table = Table("kind", "name", "what it is", box=None)
    for column in table.columns:
        column.overflow = "fold"
    for kind in [what] if what else list(ROWS):
        for name, text in ROWS[kind]():
            table.add_row(kind, name, text)
    Screen().print(table)
    return 0
