"""The rules of a gate, as commands take them."""

from __future__ import annotations

from pathlib import Path

import click

from bench.spec.document import read
from reports.gate.rules import Rules

rules_option = click.option(
    "--rules",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="How much each kind of measure may lose; suites/rules/default.yaml shows the defaults.",
)


def load_rules(path: Path | None) -> Rules:
    """The rules of a file, the defaults without one.

    Raises:
        UserError: file, line, what is wrong and what would be right.
    """
    return Rules() if path is None else read(path).validate(Rules)
