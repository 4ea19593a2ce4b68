"""`bench compare`: two sets of records, cell by cell and measure by measure."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.commands.gate_options import rules_option
from bench.cli.screen import Screen
from bench.spec.rules import load_rules
from reports.gate import markdown
from reports.gate.compare import compare as compare_sides
from reports.gate.sides import read_side


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@rules_option
def compare(a: Path, b: Path, rules: Path | None) -> int:
    """Say of every cell and measure whether B is better, worse or the same as A, or why neither can be said.

    A and B are folders of runs, or files that `export --format json` wrote.
    """
    comparison = compare_sides(read_side(a), read_side(b), load_rules(rules))
    Screen().document(markdown.compared(comparison))
    return int(bool(comparison.refused))
