"""Options that several commands share: which cells of a suite are meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bench.fleet.engine import ENGINES
from bench.spec.file import MOST_REPEATS, MOST_SAMPLES, MOST_THREADS


def selection(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the suite argument and the options that select cells."""
    return selecting(click.argument("suite")(command))


def selecting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that select cells of a suite."""
    for decorate in (
        click.option("--threads", type=click.IntRange(1, MOST_THREADS), help="Threads of the evaluator."),
        click.option(
            "--repeats", type=click.IntRange(1, MOST_REPEATS), help="Evaluations a cell; the first is cold."
        ),
        click.option("--samples", type=click.IntRange(1, MOST_SAMPLES), help="Held-out samples to run."),
        click.option("--case", multiple=True, metavar="NAME", help="Only this case; may be repeated."),
        click.option(
            "--parameters",
            multiple=True,
            metavar="NAME",
            help="Only this set, by alias or name; may be repeated.",
        ),
        click.option(
            "--imitate",
            metavar="NAME",
            help="Have a simulator add the noise of this backend, to predict its precision; exact without.",
        ),
        click.option("--backend", multiple=True, metavar="NAME", help="Only this backend; may be repeated."),
    ):
        command = decorate(command)
    return command


#: Of a command that is of no suite, which could say how many.
THREADS = click.option(
    "--threads",
    type=click.IntRange(1, MOST_THREADS),
    default=1,
    show_default=True,
    help="Threads of the evaluator.",
)
FROM = click.option(
    "--from",
    "results",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Predict times from the records of this folder, in place of those that are shipped.",
)
BUILD = click.option(
    "--build", help="Of records that are named, take those of this build of the libraries, such as hexl."
)
TOKENS_OF_TEXT = click.option(
    "--tokens", type=click.IntRange(1, 1 << 16), help="Tokens of a model's text; 128 where absent."
)
DEGREE = click.option(
    "--degree", type=click.IntRange(2, 254), help="Of a model's polynomials; even, 8 where absent."
)
EXECUTOR = click.option(
    "--executor",
    type=click.Choice(list(ENGINES)),
    help="Make each cell or each training a task of this engine, on a machine of its own (docs/sweeps.md).",
)
