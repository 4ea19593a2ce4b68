"""`bench validate`: read a suite and everything that it names, without running it."""

from __future__ import annotations

import click

from backends.registry import available
from bench.cli.foreseen import exit_status, refusals, summary
from bench.cli.screen import Screen
from bench.run.foreseen import foresee
from bench.spec.cells import expand
from bench.spec.suite import load_suite


@click.command()
@click.argument("suite")
def validate(suite: str) -> int:
    """Check SUITE, its models and its data, plan its cells, and tell which will not run, and why.

    Exit status: 1 where a cell cannot run by a mistake of the suite, or no cell can run at all.
    """
    loaded = load_suite(suite, list(available()))
    found, screen = foresee(expand(loaded)), Screen()
    for line in refusals(found):
        screen.say(line)
    screen.say(f"{loaded.path}: {summary(found)}")
    return exit_status(found)
