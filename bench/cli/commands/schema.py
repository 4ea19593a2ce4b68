"""`bench schema`: the JSON schema of a kind of YAML file, for editors."""

from __future__ import annotations

import click

from bench.cli.examples import examples
from bench.cli.screen import Screen
from bench.spec.schemas import KINDS
from bench.spec.schemas import schema as text


@click.command(epilog=examples("bench schema suite", "bench schema recipe > recipe.schema.json"))
@click.argument("kind", type=click.Choice(list(KINDS)))
def schema(kind: str) -> int:
    """Print the JSON schema of a KIND of file; those of this version lie beside the files that it ships."""
    Screen().document(text(kind))
    return 0
