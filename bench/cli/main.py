"""The command line: a command a file, errors caught once."""

from __future__ import annotations

import io
import signal
import sys
from contextlib import suppress
from types import FrameType

import click
from rich.console import Console

from backends.errors import BackendError
from bench.cli.commands.ablate import ablate
from bench.cli.commands.accept import accept
from bench.cli.commands.compare import compare
from bench.cli.commands.convert import convert
from bench.cli.commands.doctor import doctor
from bench.cli.commands.export import export
from bench.cli.commands.gate import gate
from bench.cli.commands.list import list_command
from bench.cli.commands.plan import plan
from bench.cli.commands.report import report
from bench.cli.commands.run import run
from bench.cli.commands.validate import validate
from bench.errors import UserError
from models.errors import ModelError
from reports.errors import ReportError

MISTAKES = (UserError, BackendError, ModelError, ReportError)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Run polynomial transformers encrypted on several homomorphic-encryption libraries, and measure them."""


for command in (
    run,
    plan,
    doctor,
    list_command,
    validate,
    convert,
    ablate,
    export,
    report,
    compare,
    gate,
    accept,
):
    cli.add_command(command)


def main() -> None:
    """Run a command.

    Exit status: 0 all is well, 1 a failed cell, a regression or an interruption, 2 a wrong request.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    console = Console(stderr=True, soft_wrap=True)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a sign shows a question mark
            stream.reconfigure(errors="replace")
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except MISTAKES as error:
        console.print(f"error: {error}", highlight=False, markup=False)
        sys.exit(2)
    except OSError as error:
        with suppress(OSError):
            console.print(f"error: {error}; see to it and try again", highlight=False, markup=False)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # once is enough
        console.print("interrupted; what was finished is kept")
        sys.exit(1)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Handle a request to end as Ctrl-C: parties are ended and their folders removed on the way out."""
    raise KeyboardInterrupt
