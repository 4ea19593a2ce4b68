"""`bench submission`: a folder that the harnesses of github.com/fhe-benchmarking drive."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.commands.options import selection
from bench.cli.examples import examples
from bench.cli.screen import Screen
from bench.spec.selection import Selection

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def submission() -> None:
    """Write a submission to the suite of github.com/fhe-benchmarking/ml-inference, and build it."""


@submission.command(
    epilog=examples(
        "bench submission write mlp submitted --backend openfhe --parameters best_openfhe",
        "cp -r submitted/. ml-inference/",
    )
)
@selection
@click.argument("folder", type=_FOLDER)
def write(folder: Path, **selected: object) -> int:
    """Write the one cell that is selected of SUITE to FOLDER, to be laid over a clone of their repository."""
    from bench.submission.writing import submitted
    from bench.submission.writing import write as write_files

    found = submitted(Selection(**selected).cells())  # type: ignore[arg-type]
    screen = Screen()
    for path in write_files(found, folder):
        screen.say(str(path))
    screen.say(f"next: lay {folder} over a clone of their repository, and run its harness/run_submission.py")
    return 0


@submission.command(epilog=examples("bench submission build submission"))
@click.argument("folder", type=_FOLDER)
def build(folder: Path) -> int:
    """Make the library's environment, and the executables of FOLDER's stages, as their harness asks."""
    from bench.submission.building import build as build_executables

    screen = Screen()
    for path in build_executables(folder, lambda step: screen.say(f"{step.stage}: {step.detail}")):
        screen.say(str(path))
    return 0
