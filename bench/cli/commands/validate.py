"""`bench validate`: read a suite and everything that it names, without running it."""

from __future__ import annotations

import click

from backends.registry import available
from bench.cli.screen import Screen
from bench.run.kinds import load
from bench.spec.cells import expand
from bench.spec.suite import load_suite


@click.command()
@click.argument("suite")
def validate(suite: str) -> int:
    """Check SUITE, its models and its data."""
    loaded = load_suite(suite, list(available()))
    cells = expand(loaded)
    for cell in {cell.case.name: cell for cell in cells}.values():
        load(cell)
    Screen().say(f"{loaded.path}: {len(cells)} cells, all valid")
    return 0
