"""`bench submission`: a folder that the harness of github.com/fhe-benchmarking/ml-inference drives."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.commands.options import selection
from bench.cli.examples import examples
from bench.cli.screen import Screen
from bench.errors import UserError
from bench.spec.selection import Selection


@click.command(
    epilog=examples(
        "bench submission mlp --backend openfhe --parameters best_openfhe --output submitted",
        "bench submission mlp --backend openfhe --parameters shared13 --threads 2 --output submitted",
    )
)
@selection
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="A new folder for the submission, to be laid over a clone of their repository.",
)
@click.option(
    "--build",
    is_flag=True,
    help="Instead, make the executables of the submission in the folder SUITE, which their harness asks for.",
)
def submission(output: Path | None, build: bool, **selected: object) -> int:
    """Write the one cell that is selected of SUITE as a submission to fhe-benchmarking's ml-inference."""
    screen = Screen()
    if build:
        from bench.submission.building import build as build_executables

        folder = Path(str(selected["suite"]))
        for path in build_executables(folder, lambda step: screen.say(f"{step.stage}: {step.detail}")):
            screen.say(str(path))
        return 0
    if output is None:
        raise UserError("there is no folder to write to; name one with --output")
    from bench.submission.writing import submitted, write

    found = submitted(Selection(**selected).cells())  # type: ignore[arg-type]
    for path in write(found, output):
        screen.say(str(path))
    screen.say(f"next: lay {output} over a clone of their repository, and run its harness/run_submission.py")
    return 0
