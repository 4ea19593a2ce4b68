"""`bench convert`: a recipe to a checkpoint with every rung and its ladder."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bench.errors import UserError
from bench.spec.suite import CHECKPOINTS
from models.ladder import TOLD

WORK_FOLDER = click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of unfinished work, from which an interrupted run goes on; .work by default.",
    default=Path(".work"),
)


@click.command()
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the checkpoint; a folder of the recipe's name under models/checkpoints otherwise.",
)
@WORK_FOLDER
@click.option("--keep-work", is_flag=True, help="Keep the work folder, to convert again without training.")
@click.option(
    "--random-weights", is_flag=True, help="Train nothing: a checkpoint for timing alone, which says so."
)
def convert(recipe: Path, output: Path | None, work: Path, keep_work: bool, random_weights: bool) -> int:
    """Train the models of RECIPE, convert them, and write a checkpoint with its ladder.

    An interrupted run goes on from its last finished epoch when the same command is given again.
    """
    require_torch()
    from models.pipeline import convert as run_recipe

    folder = output or CHECKPOINTS / (f"{recipe.stem}_random" if random_weights else recipe.stem)
    console = Console()
    unfinished = work / recipe.stem
    ladder = run_recipe(recipe, folder, unfinished, printer(console), untrained=random_weights)
    if not (
        keep_work or random_weights
    ):  # random weights leave nothing there: what is there is of a training
        shutil.rmtree(unfinished, ignore_errors=True)
    for line in _reached(ladder):
        console.print(line, highlight=False)
    return 0


def _reached(ladder: dict[str, Any]) -> list[str]:
    """What every rung reaches, in the order in which the rungs are made."""
    if "held_out" not in ladder:
        return ["the weights are random: nothing was measured"]
    metric, scores = ladder["metric"], ladder["held_out"]
    made = (rung for rung in TOLD if rung in scores)
    return [f"{rung}: held-out {metric} {scores[rung][metric]:.4f}" for rung in made]


def printer(console: Console) -> Callable[[str], None]:
    """Prints lines of progress as they are."""
    return lambda line: console.print(line, highlight=False, markup=False)


def require_torch() -> None:
    """Raise UserError where torch is absent."""
    if find_spec("torch") is None:
        raise UserError("training needs torch; install it with `pip install -e '.[train]'`")
