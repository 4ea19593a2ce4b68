"""`bench convert`: a recipe to a checkpoint with every stage of conversion (rung) and its ladder."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from bench.cli.commands.training_options import WORK_FOLDER, require_torch
from bench.cli.examples import examples
from bench.cli.reached import reached
from bench.cli.screen import Screen
from bench.spec.suite import CHECKPOINTS
from models.recipe import load


@click.command(
    epilog=examples(
        "bench convert models/recipes/vit_tiny.yaml --output my_vit",
        "bench convert models/recipes/vit_cifar10_full.yaml --random-weights",
    )
)
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
    name = load(recipe).name
    require_torch()
    from models.pipeline import convert as run_recipe

    folder = output or CHECKPOINTS / (f"{name}_random" if random_weights else name)
    screen = Screen()
    unfinished = work / recipe.stem
    ladder = run_recipe(recipe, folder, unfinished, screen.say, untrained=random_weights)
    if not keep_work and not random_weights:  # with random weights, what is there belongs to a training
        shutil.rmtree(unfinished, ignore_errors=True)
    for line in reached(ladder):
        screen.say(line)
    return 0
