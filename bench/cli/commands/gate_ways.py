"""The two ways to gate: results as they are held to a baseline, or two builds run in turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import click

from bench.ab.builds import builds
from bench.ab.turns import run_both
from bench.cli.commands.options import selecting
from bench.cli.screen import Screen
from bench.errors import UserError
from bench.spec.file import MOST_REPEATS
from bench.spec.selection import Selection
from bench.spec.suite import find_suite
from reports.gate.rules import TimeRule


@dataclass(frozen=True)
class HeldToBaseline:
    """RESULTS as they are, held to a file or a folder of runs."""

    results: Path
    baseline: Path

    def sides(self, rule: TimeRule) -> tuple[Path, Path]:
        """Where the baseline's records are, and the candidate's."""
        return self.baseline, self.results


@dataclass(frozen=True)
class AgainstCheckout:
    """The build in a checkout and this one, whose runs go to RESULTS.

    Attributes:
        results: gets the folders of both.
        checkout: the baseline's.
        selection: the cells that both run.
        processes: fresh ones a side; None for as many as the rule about times needs.
        python: the baseline's interpreter; None for the checkout's own, else this one.
    """

    results: Path
    checkout: Path
    selection: Selection
    processes: int | None
    python: Path | None

    def sides(self, rule: TimeRule) -> tuple[Path, Path]:
        """Run both; the folders of the baseline's and of the candidate's runs."""
        cells = self.selection.cells()
        both = builds(self.checkout, self.results, self.python)
        say = Screen(stderr=True).say
        run_both(cells, find_suite(self.selection.suite), both, self.processes, rule, say)
        return both[0].output, both[1].output


Way: TypeAlias = HeldToBaseline | AgainstCheckout


def against_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a gate that runs two builds, with those that select cells."""
    decorators = (
        click.option(
            "--against",
            type=click.Path(path_type=Path, file_okay=False),
            metavar="CHECKOUT",
            help="Instead of --baseline: run --suite with the build in CHECKOUT and with this one, in turns.",
        ),
        click.option(
            "--suite", metavar="SUITE", help="With --against: what to run; the options below select cells."
        ),
        click.option(
            "--processes",
            type=click.IntRange(1, MOST_REPEATS),
            help="With --against: fresh processes a side; by default as many as find the rules' difference "
            "in any of the cells' times, at the spread that they assume.",
        ),
        click.option(
            "--python",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="With --against: CHECKOUT's interpreter; by default its .venv/bin/python, else this one.",
        ),
    )
    command = selecting(command)
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def chosen_way(
    results: Path,
    baseline: Path | None,
    *,
    against: Path | None,
    suite: str | None,
    processes: int | None,
    python: Path | None,
    **selected: Any,
) -> Way:
    """The way that the options ask for.

    Raises:
        UserError: they ask for neither, for both, or for parts of both.
    """
    if (baseline is None) == (against is None):
        raise UserError(
            "a gate needs something to hold RESULTS to; give --baseline FILE or --against CHECKOUT"
        )
    if (against is None) != (suite is None):
        raise UserError("--against and --suite go together; give both, or --baseline alone")
    if against is not None and suite is not None:
        return AgainstCheckout(results, against, Selection(suite=suite, **selected), processes, python)
    if any((processes, python, *selected.values())):
        raise UserError(
            "RESULTS are gated as they are; leave out --processes, --python and what selects cells, "
            "or give --against"
        )
    assert baseline is not None
    return HeldToBaseline(results, baseline)
