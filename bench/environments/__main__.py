"""`python -m bench.environments DECLARATION`: installs a backend into this interpreter; tox's way in."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bench.environments.declaration import load
from bench.environments.install import install_here
from bench.errors import UserError
from reports.visible import visible


@click.command()
@click.argument("declaration", type=click.Path(path_type=Path))
def main(declaration: Path) -> None:
    """Install what the environment.yaml DECLARATION asks for into this interpreter."""
    try:
        versions = install_here(
            load(declaration), lambda step: _say(f"{step.backend}: {step.stage}: {step.detail}")
        )
    except UserError as error:
        click.echo(visible(str(error)), err=True)
        sys.exit(2)
    _say(", ".join(f"{name} {version}" for name, version in versions.items()))


def _say(line: str) -> None:
    """One line, shown as it is whatever a tool has written there."""
    click.echo(visible(line))


main()
