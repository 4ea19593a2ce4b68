"""`bench list`: what there is to name on the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
from rich.table import Table

from bench.cli.examples import examples
from bench.cli.listing import ROWS, Row
from bench.cli.screen import Screen

#: Signs of what stays in one line, longer texts being prose, and of the gap between columns.
LONGEST_NAME, GAP = 25, 2


@click.command("list", epilog=examples("bench list", "bench list parameters", "bench list models --json"))
@click.argument("what", required=False, type=click.Choice(list(ROWS)))
@click.option("--json", "as_json", is_flag=True, help="Print what is known of each as JSON.")
def list_command(what: str | None, as_json: bool) -> int:
    """List suites, backends, parameter sets, models or data sets; everything without an argument."""
    found = {kind: ROWS[kind]() for kind in ([what] if what else list(ROWS))}
    screen = Screen()
    if as_json:
        screen.document(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        return 0
    for kind, rows in found.items():
        made = _table(kind, rows)
        needed = sum((column.min_width or 0) + GAP for column in made.columns)
        Screen(width=max(needed, screen.width)).print(made)
    return 0


def _table(kind: str, rows: Sequence[Row]) -> Table:
    """A row a line, as far as names go: only prose breaks, and a terminal that is too narrow breaks lines."""
    made = Table(title=kind, title_justify="left", box=None, pad_edge=False, min_width=len(kind))
    headings = list(dict.fromkeys(name for row in rows for name in row))
    for heading in headings:
        longest = max(len(text) for text in (heading, *(row.get(heading, "") for row in rows)))
        whole = longest <= LONGEST_NAME
        made.add_column(heading, min_width=min(longest, LONGEST_NAME), no_wrap=whole, overflow="fold")
    for row in rows:
        made.add_row(*(row.get(name, "") for name in headings))
    return made
