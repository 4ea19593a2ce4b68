"""`bench clean`: put away what runs left that were cut off."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.examples import examples
from bench.cli.screen import Screen
from bench.run.journal import CellJournal, left
from bench.run.scratch import abandoned, sweep
from reports.cleaning import leftovers


@click.command(epilog=examples("bench clean results --dry-run", "bench clean results"))
@click.argument("results", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what there is, and leave it.")
def clean(results: Path, dry_run: bool) -> None:
    """Put away what runs under RESULTS left that were cut off; no record, and nothing in use, is touched."""
    screen, found = Screen(), 0
    for folder in abandoned(results):
        found += 1
        screen.say(f"{folder}: of the parties of a run that was killed; it is removed")
    for folder in left(results):
        found += 1
        screen.say(f"{folder}: batches of a cell that was not finished; they are removed")
        if not dry_run:
            CellJournal(folder).forget()
            folder.rmdir()
    if not dry_run:
        sweep(results)
    for leftover in leftovers(results):
        found += 1
        screen.say(f"{leftover.path}: {leftover.what}")
        if not dry_run:
            leftover.put_away()
    if not found:
        screen.say("nothing was left")
