"""`bench compare`: two sets of records, or two libraries in one, measure by measure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from bench.cli import rivals as shown
from bench.cli.commands.gate_options import rules_option
from bench.cli.examples import examples
from bench.cli.refused import name_refused
from bench.cli.screen import Screen
from bench.errors import UserError
from bench.spec.rules import load_rules
from reports.gate import markdown
from reports.gate.compare import compare as compare_sides
from reports.gate.sides import read_side
from reports.gate.verdicts import Finding
from reports.rivals import rivals


@click.command(
    epilog=examples(
        "bench compare baseline.json results",
        "bench compare results --backend openfhe --backend tenseal",
        "bench compare results --backend openfhe --backend tenseal --json",
    )
)
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path), required=False)
@rules_option
@click.option(
    "--backend",
    multiple=True,
    metavar="NAME",
    help="In place of B: the two backends of A that are put side by side; give it twice.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what is found as JSON.")
def compare(a: Path, b: Path | None, rules: Path | None, backend: tuple[str, ...], as_json: bool) -> int:
    """Say of every cell and measure whether B is better, worse or the same as A, or why neither can be said.

    A and B are folders of runs, or files that `export --format json` wrote. With --backend twice and no B,
    two libraries of A are put side by side by case and parameter set, with ratios, and with what stands in
    the way of comparing them: other threads, machines or samples, and processes too few to tell.
    """
    if backend:
        return _libraries(a, b, rules, backend, as_json)
    if b is None:
        raise UserError("B is missing; name a second set of records, or two backends with --backend")
    comparison = compare_sides(read_side(a), read_side(b), load_rules(rules))
    if as_json:
        name_refused(comparison.refused)
        _document([_finding(one) for one in comparison.findings])
    else:
        Screen().document(markdown.compared(comparison))
    return int(bool(comparison.refused))


def _libraries(a: Path, b: Path | None, rules: Path | None, backends: Sequence[str], as_json: bool) -> int:
    if len(backends) == 2 and len(set(backends)) == 1:
        raise UserError(f"--backend names {backends[0]} twice; name two backends")
    if b is not None or rules is not None or len(backends) != 2:
        raise UserError("two backends are compared within one set of records; give --backend twice and no B")
    side = read_side(a)
    name_refused(side.refused)
    found, alone = rivals(side, *backends)
    if not found:
        raise UserError(f"{a} has no case that ended ok on both {' and '.join(backends)}; run it on both")
    if as_json:
        _document([shown.document(one) for one in found])
        return int(bool(side.refused))
    screen = Screen()
    for one in found:
        screen.print(shown.table(one))
        for line in shown.notes(one):
            screen.say(line)
    for record in alone:
        screen.say(f"{record.case} at {record.set_title}: only on {record.backend}")
    return int(bool(side.refused))


def _document(rows: list[dict[str, object]]) -> None:
    Screen().document(json.dumps(rows, indent=1, allow_nan=False) + "\n")


def _finding(one: Finding) -> dict[str, object]:
    """A verdict as plain data; bits of what is exact are no number, and so null."""
    values = (one.before, one.after)
    before, after = (shown.finite(value) if isinstance(value, float) else value for value in values)
    return {
        **{name: getattr(one, name) for name in ("cell", "measure", "title", "why")},
        "before": before,
        "after": after,
        "verdict": one.verdict.value,
        "unit": one.unit.value,
    }
