"""The rules of a gate, and what it requires, as commands take them."""

from __future__ import annotations

from pathlib import Path

import click

from bench.errors import UserError
from models.names import did_you_mean
from reports.gate.verdicts import Subject

rules_option = click.option(
    "--rules",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="How much each kind of measure may lose; suites/rules/default.yaml shows the defaults.",
)


def _required(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[Subject, ...]:
    """The subjects that lists of names hold.

    Raises:
        UserError: a name is none of them.
    """
    names = [subject.value for subject in Subject]
    asked = [name.strip() for one in given for name in one.split(",")]
    for name in asked:
        if name not in names:
            raise UserError(f"--require {name!r}: a gate judges no such thing{did_you_mean(name, names)}")
    return tuple(subject for subject in Subject if subject.value in asked)


require_option = click.option(
    "--require",
    multiple=True,
    metavar="LIST",
    callback=_required,
    help=f"Fail unless these were judged, all of them: {', '.join(subject.value for subject in Subject)}.",
)
