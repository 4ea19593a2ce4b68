"""`bench gate`: whether something got worse, so that a continuous integration service fails."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from bench.ab.turns import builds, take_turns
from bench.cli.commands.gate_options import load_rules, rules_option
from bench.cli.commands.options import Selection, selecting
from bench.errors import UserError
from bench.spec.suite import find_suite
from reports import history as histories
from reports.gate import markdown
from reports.gate.compare import compare
from reports.gate.rules import TimeRule
from reports.gate.sides import read_side
from reports.gate.times import needed_at, times_tested
from reports.trends import Step, newest_steps

#: So many of the newest steps of the history are told.
STEPS = 10


@click.command()
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
    "--against",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="CHECKOUT",
    help="Instead of --baseline: run --suite with the build in CHECKOUT and with this one, in turns.",
)
@click.option("--suite", metavar="SUITE", help="With --against: what to run; the options below select cells.")
@click.option(
    "--processes",
    type=click.IntRange(1),
    help="With --against: fresh processes a side; by default as many as find the rules' difference in any of "
    "the cells' times, at the spread that they assume.",
)
@click.option(
    "--python",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="With --against: CHECKOUT's interpreter; by default its .venv/bin/python, else this one.",
)
@selecting
def gate(
    results: Path,
    baseline: Path | None,
    rules: Path | None,
    history: Path | None,
    summary: Path | None,
    against: Path | None,
    suite: str | None,
    processes: int | None,
    python: Path | None,
    **selected: object,
) -> int:
    """Hold the newest records of every cell under RESULTS to a baseline.

    Exit status: 0 nothing got worse, 1 something did, 2 the request was wrong.
    """
    held_to = load_rules(rules)
    if (baseline is None) == (against is None):
        raise UserError(
            "a gate needs something to hold RESULTS to; give --baseline FILE or --against CHECKOUT"
        )
    if (against is None) != (suite is None):
        raise UserError("--against and --suite go together; give both, or --baseline alone")
    if against is None and any((processes, python, *selected.values())):
        raise UserError(
            "RESULTS are gated as they are; leave out --processes, --python and what selects cells, "
            "or give --against"
        )
    if against is not None and suite is not None:
        baseline, results = _run_both(results, against, suite, processes, python, held_to.time, selected)
    assert baseline is not None
    old, candidate = read_side(baseline), read_side(results)
    if not old.cells and not old.refused:
        raise UserError(f"{baseline} holds no record; hold RESULTS to a run, or to an export of one")
    comparison = compare(old, candidate, held_to)
    entry = histories.entry(candidate, passed=comparison.passed)
    text = markdown.gate(comparison, [] if history is None else _newest_steps(history, entry))
    click.echo(text, nl=False)
    if summary is not None:
        summary.write_text(text, encoding="utf-8")
    if history is not None:
        histories.append(history, entry)
    return int(not comparison.passed)


def _run_both(
    results: Path,
    against: Path,
    suite: str,
    processes: int | None,
    python: Path | None,
    rule: TimeRule,
    selected: dict[str, object],
) -> tuple[Path, Path]:
    """Run both builds; the folders of the baseline's and of the candidate's runs.

    How many times the cells have, and so how many processes they take, is known once each has run.
    """
    cells = Selection(suite=suite, **selected).cells()  # type: ignore[arg-type]
    old, new = sides = builds(against, results, python)
    run = partial(take_turns, cells, find_suite(suite), sides, say=partial(click.echo, err=True))
    run(range(processes or 1))
    if processes is None:
        run(range(1, _enough(times_tested(read_side(new.output), rule), rule)))
    return old.output, new.output


def _enough(times: int, rule: TimeRule) -> int:
    """Processes a side that are enough for so many times, which is told."""
    if not times:  # nothing ended well, and more of it tells no more
        return 1
    count = needed_at(rule.spread, times, rule)
    found = f"find a difference of {rule.difference - 1:.0%} in any of {times} times"
    click.echo(f"{count} processes a side {found} at a spread of {rule.spread:.0%}", err=True)
    return count


def _newest_steps(path: Path, entry: histories.Entry) -> list[Step]:
    """The newest steps of a history with one more entry in it.

    Raises:
        UserError: the file is there and is not a history; it is left as it is.
    """
    known = histories.load(path) if path.exists() else histories.History()
    if known.refused and not known.entries:
        raise UserError(f"{path} is not a history of gates; name another file with --history")
    for refused in known.refused:
        click.echo(f"refused: {refused}", err=True)
    return newest_steps([*known.entries, entry], STEPS)
