"""`bench accept`: records into the baseline, with the reason kept."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import click

from bench.cli.commands.gate_options import rules_option
from bench.cli.examples import examples
from bench.cli.screen import Screen
from bench.errors import UserError
from bench.spec.rules import load_rules
from reports.baseline import read_records
from reports.gate import accept as acceptance
from reports.gate.sides import read_side, side
from reports.store import Stored


@click.command(
    epilog=examples(
        "bench accept results --baseline baseline.json --reason 'rotations are hoisted now'",
    )
)
@click.argument("results", type=click.Path(path_type=Path))
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="The file that takes the records.",
)
@rules_option
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept beside the baseline.")
@click.option("--drop-missing", is_flag=True, help="Drop the baseline's cells that RESULTS has not.")
def accept(results: Path, baseline: Path, rules: Path | None, reason: str, drop_missing: bool) -> int:
    """Take the newest records of every cell under RESULTS into the baseline FILE.

    Other cells of the baseline stay. The reason and what changed are added to FILE's `.reasons.jsonl`.
    """
    if not reason.strip():
        raise UserError("--reason is empty; say why, in a sentence that tells a reader next year")
    if not reason.isprintable():
        raise UserError("--reason holds signs that no reader sees; write one line of text")
    screen = Screen()
    old, candidate = read_records(baseline), read_side(results)
    records = acceptance.accepted(old, candidate, drop=drop_missing)
    before = side(Stored(record, None, None) for record in old)
    changed = acceptance.changes(before, candidate, load_rules(rules), drop=drop_missing)
    if not changed:
        screen.say(f"nothing differs; {baseline} stays as it is")
        return 0
    kept = acceptance.accept(baseline, records, reason.strip(), changed, datetime.now(timezone.utc))
    for cell, lines in kept.changes.items():
        screen.say(cell)
        for line in lines:
            screen.say(f"  {line}")
    screen.say(f"accepted into {baseline}; the reason is in {acceptance.reasons_file(baseline)}")
    return 0
