"""`bench gate`: an exit status when something got worse, so that a continuous integration service fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bench.ab.verdict import judge, steps_with
from bench.cli.commands.gate_options import require_option, rules_option
from bench.cli.commands.gate_ways import against_options, chosen_way
from bench.cli.examples import examples
from bench.cli.screen import Screen
from bench.cli.writing import prepare
from bench.spec.rules import load_rules
from reports import history as histories
from reports.gate import markdown
from reports.gate.junit import to_junit
from reports.gate.verdicts import Subject
from reports.trends import Step


@click.command(
    epilog=examples(
        "bench gate results --baseline baseline.json",
        "bench gate results --against ../before --suite toy --backend tenseal",
    )
)
@click.argument("results", type=click.Path(path_type=Path))
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What RESULTS are held to: a file of `bench export --format json`, or a folder of runs.",
)
@rules_option
@click.option(
    "--history",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Add what was measured to this file, and tell the steps in it.",
)
@click.option(
    "--summary",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the verdicts there in Markdown.",
)
@click.option(
    "--junit",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the verdicts there as JUnit XML; what was not judged is skipped.",
)
@require_option
@against_options
def gate(
    results: Path,
    baseline: Path | None,
    rules: Path | None,
    history: Path | None,
    summary: Path | None,
    junit: Path | None,
    require: tuple[Subject, ...],
    **against: Any,
) -> int:
    """Hold the newest records of every cell under RESULTS to a baseline.

    The verdict says what was judged: times of another machine are not, whatever they are. What is required
    and could not be judged fails the gate.

    Exit status: 0 nothing got worse, 1 something did or was not judged though required, 2 the request was
    wrong.
    """
    held_to, way = load_rules(rules), chosen_way(results, baseline, **against)
    for path, option in ((summary, "--summary"), (junit, "--junit"), (history, "--history")):
        prepare(path, option)
    sides = way.sides(held_to.time)
    verdict = judge(*sides, held_to, require)
    text = markdown.gate(verdict.comparison, [] if history is None else _steps(history, verdict.entry))
    Screen().document(text)
    if summary is not None:
        summary.write_text(text, encoding="utf-8")
    if junit is not None:
        junit.write_text(to_junit(verdict.comparison), encoding="utf-8")
    if history is not None:
        histories.append(history, verdict.entry)
    return int(not verdict.comparison.passed)


def _steps(history: Path, entry: histories.Entry) -> list[Step]:
    """The newest steps of a history; lines that are refused are named."""
    steps, refused = steps_with(history, entry)
    for line in refused:
        Screen(stderr=True).say(f"refused: {line}")
    return steps
