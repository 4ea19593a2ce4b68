"""`bench verify`: whether records can be believed."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.examples import examples
from bench.cli.refused import name_refused
from bench.cli.screen import Screen
from reports.store import load_output
from reports.verification import faults


@click.command(epilog=examples("bench verify results"))
@click.argument("results", type=click.Path(path_type=Path, exists=True, file_okay=False))
def verify(results: Path) -> int:
    """Hold the records under RESULTS against their raw outputs: digests, and every metric computed again.

    Exit status: 1 where a record cannot be believed, or a line was refused.
    """
    loaded, screen, wrong = load_output(results), Screen(), 0
    name_refused(loaded.refused)
    for stored in loaded.stored:
        found = list(faults(stored))
        wrong += bool(found)
        for fault in found:
            screen.say(f"{stored.record.run_id}, {stored.record.cell}: {fault}")
    raw = sum(stored.raw is not None for stored in loaded.stored)
    screen.say(f"records: {len(loaded.stored)}, with raw outputs {raw}, wrong {wrong}")
    return int(bool(wrong or loaded.refused))
