"""`bench init`: a commented suite, and a recipe where the model is still to be converted."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.examples import examples
from bench.cli.screen import Screen
from bench.cli.writing import prepare
from bench.errors import UserError
from bench.spec.starting import started
from bench.spec.typed import typed


@click.command(
    epilog=examples(
        "bench init mine",
        "bench init mine --model vit_tiny --data digits",
        "bench init mine --model my_model --output suites_of_mine",
    )
)
@click.argument("name")
@click.option(
    "--model",
    metavar="MODEL",
    help="A checkpoint by its name or folder, or a folder that Hugging Face's `save_pretrained` wrote.",
)
@click.option(
    "--data", metavar="NAME", help="Data of a checkpoint; those of its recipe by default, else digits."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder of the files; the working directory by default.",
)
def init(name: str, model: str | None, data: str | None, output: Path) -> int:
    """Write the suite NAME.yaml, commented, and a recipe where MODEL is one of Hugging Face's.

    What is there already is not overwritten. `bench validate` accepts both files as they are.
    """
    files = started(name, output, model, data)
    for path in files:
        if path.exists():
            raise UserError(f"{path} is there already; choose another name, or move it away")
    for path in files:
        prepare(path)
    screen = Screen()
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
        screen.say(str(path))
    suite = next(iter(files))
    screen.say(f"next: {typed('validate', suite)}, then {typed('run', suite)}")
    return 0
