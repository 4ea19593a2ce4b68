"""`bench convert`: a recipe to a checkpoint with every rung and its ladder."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click
from rich.console import Console

from bench.errors import UserError
from bench.suite import CHECKPOINTS


@click.command()
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the checkpoint; a folder of the recipe's name under models/checkpoints otherwise.",
)
def convert(recipe: Path, output: Path | None) -> int:
    """Train the models of RECIPE, convert them, and write a checkpoint with its ladder."""
    if find_spec("torch") is None:
        raise UserError("training needs torch; install it with `pip install -e '.[train]'`")
    from models.pipeline import convert as run_recipe

    folder = output or CHECKPOINTS / recipe.stem
    if folder.exists():
        raise UserError(f"{folder} exists and is not overwritten; choose another folder with --output")
    console = Console()
    ladder = run_recipe(
        recipe,
        folder,
        lambda line: console.print(line, highlight=False, markup=False),
    )
    console.print(ladder)
    return 0
