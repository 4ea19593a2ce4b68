"""The command line: a command a file, errors caught once."""

from __future__ import annotations

import io
import logging
import signal
import sys
import traceback
from contextlib import suppress
from typing import Any, NoReturn

import click

from backends.errors import BackendError
from bench.cli.later import Later
from bench.errors import UserError
from bench.run import interruption
from models.errors import ModelError
from reports.errors import ReportError
from reports.visible import LINES, visible

MISTAKES = (UserError, BackendError, ModelError, ReportError)
#: What ends a command with a sentence.
FORESEEN = (*MISTAKES, OSError, MemoryError)
VERSION = "0.1.0"
#: Those that log under their own names.
PACKAGES = ("bench", "backends", "models", "reports")


class Explained(click.Group):
    """Commands whose foreseen errors show where they come from, if that was asked for."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command; with `--traceback` an error prints its traceback, and its causes, on its way."""
        try:
            return super().invoke(context)
        except FORESEEN:
            if context.params["traceback"]:
                _say_error(traceback.format_exc())
            raise


@click.group(cls=Explained, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="bench", message="%(prog)s %(version)s")
@click.option("--traceback", is_flag=True, help="Print the traceback of an error, with its causes.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning"]),
    envvar="BENCH_LOG_LEVEL",
    help="Log to standard error what the harness does, also by BENCH_LOG_LEVEL; silent by default.",
)
def cli(traceback: bool, log_level: str | None) -> None:
    """Run polynomial transformers encrypted on several homomorphic-encryption libraries, and measure them."""
    if log_level is not None:
        _log(log_level.upper())


class Visible(logging.Formatter):
    """Lines of a log in which nothing commands the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """A line, or several where the message or its traceback has them."""
        return visible(super().format(record), LINES)


def _log(level: str) -> None:
    """Log this project's own lines, and of other packages the warnings alone."""
    handler = logging.StreamHandler()
    handler.setFormatter(Visible("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler])
    for package in PACKAGES:
        logging.getLogger(package).setLevel(level)


#: Every command: where it is, and its line in the help. Its module is imported when it is used.
for command in (
    Later("run:run", "Run the cells of a suite, and keep a record of each."),
    Later("serve:serve", "Run evaluators for key owners on other machines."),
    Later("show:show", "What the records of a folder say: who is best at what, on one screen."),
    Later("plan:plan", "What a suite's cells will count, need and take; nothing is encrypted."),
    Later("tune:tune", "Which library and parameters for a model, and the suite that checks it."),
    Later("inspect:inspect", "What a model is, and what each way to a polynomial would cost."),
    Later("init:init", "Write a commented suite for a model of your own, and its recipe."),
    Later("doctor:doctor", "What each backend has and lacks, and what to do."),
    Later("list:list_command", "Suites, backends, parameter sets, models and data sets."),
    Later("submission:submission", "Write a folder that the standard suites' own harness drives."),
    Later("conform:conform", "Hold a backend of any package to its contract, or write a skeleton of one."),
    Later("validate:validate", "Check a suite, its models and its data; or a recipe, or rules."),
    Later("convert:convert", "Train and convert the model of a recipe."),
    Later("ablate:ablate", "Train variants of a recipe, and compare them."),
    Later("export:export", "Print records for people and other programs."),
    Later("verify:verify", "Hold records against their raw outputs."),
    Later("clean:clean", "Put away what runs left that were cut off."),
    Later("report:report", "Write records to one HTML file."),
    Later("compare:compare", "Compare two sets of records, or two libraries in one."),
    Later("gate:gate", "Fail where records got worse than a baseline."),
    Later("accept:accept", "Take records into a baseline, with the reason."),
    Later("noise:noise", "Hold the noise that is told of primitives against records; --write ships it."),
    Later("times:times", "Times of records, for plans of machines that have none; --write ships them."),
    Later("schema:schema", "The JSON schema of suites, recipes, rules, ablations or fleets."),
    Later("completion:completion", "A script that makes a shell complete this command."),
):
    cli.add_command(command)


def main() -> None:
    """Run a command.

    Exit status: 0 all is well, 1 a failed cell, a regression or an interruption, 2 a wrong request.
    """
    _prepare()
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(file=shown)
        _say_error(shown.getvalue())
        sys.exit(2)
    except MISTAKES as error:
        _end(f"error: {error}", 2)
    except MemoryError as error:
        _end(f"error: this needs more memory than there is ({error}); ask for less", 2)
    except OSError as error:
        with suppress(OSError):
            _end(f"error: {error}; see to it and try again", 2)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # once is enough
        _end("interrupted; what was finished is kept", 1)


def _prepare() -> None:
    """End as any process that runs cells; what a terminal has no sign for is a question mark."""
    interruption.prepare()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _end(sentence: str, status: int) -> NoReturn:
    _say_error(visible(sentence))
    sys.exit(status)


def _say_error(text: str) -> None:
    """Lines on standard error, shown as they are."""
    click.echo(visible(text.rstrip("\n").expandtabs(2), LINES), err=True)
