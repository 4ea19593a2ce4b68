"""What the commands that train share: their folder of work, and that torch is there."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from bench.errors import UserError

WORK_FOLDER = click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of unfinished work, from which an interrupted run goes on; .work by default.",
    default=Path(".work"),
)


def require_torch() -> None:
    """Raise UserError where torch is absent."""
    if find_spec("torch") is None:
        raise UserError("training needs torch; install it with `pip install 'torch>=2.9,<3'`")
