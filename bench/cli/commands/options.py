"""Options that several commands share: which cells of a suite are meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from backends.registry import available
from bench.spec.cells import Cell, expand
from bench.spec.file import MOST_REPEATS, MOST_SAMPLES, MOST_THREADS
from bench.spec.suite import load_suite


@dataclass(frozen=True)
class Selection:
    """What was asked for on the command line."""

    suite: str
    backend: tuple[str, ...]
    parameters: tuple[str, ...]
    case: tuple[str, ...]
    samples: int | None
    repeats: int | None
    threads: int | None
    imitate: str | None = None

    def cells(self) -> list[Cell]:
        """The cells of the suite that are meant.

        Raises:
            UserError: something in the suite or the request is wrong.
        """
        suite = load_suite(self.suite, list(available()))
        return expand(
            suite,
            list(self.backend),
            list(self.parameters),
            list(self.case),
            self.samples,
            self.repeats,
            self.threads,
            self.imitate,
        )


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
