"""`bench ablate`: variants of a recipe, each trained from several seeds, and their table."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from bench.cli.ablation_table import table
from bench.cli.commands.options import EXECUTOR
from bench.cli.commands.training_options import WORK_FOLDER, require_torch
from bench.cli.examples import examples
from bench.cli.screen import Screen
from bench.fleet.ablation import made
from bench.fleet.engine import started
from models import ablation as ablations


@click.command(
    epilog=examples(
        "bench ablate suites/ablations/length_scaling.yaml",
        "bench ablate suites/ablations/degree.yaml --executor dask",
    )
)
@click.argument("ablation", type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("results/ablations"),
    help="Folder in which runs are recorded, one line each; results/ablations by default.",
)
@WORK_FOLDER
@EXECUTOR
def ablate(ablation: Path, output: Path, work: Path, executor: str | None) -> int:
    """Train every variant of ABLATION from every seed, record the runs, and print their table.

    Runs that are recorded already are not made again. Training that diverges is recorded as such.
    """
    screen, unfinished = Screen(), work / "ablations"
    if executor is None:
        require_torch()
        rows = ablations.run(ablation, output, unfinished, screen.say)
    else:
        with started(executor, output) as engine:
            rows = ablations.run(
                ablation, output, unfinished, screen.say, partial(made, engine, unfinished, screen.say)
            )
    screen.document(f"{table(rows, ablations.RUNGS)}\n")
    return 0
