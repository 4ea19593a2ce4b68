"""`bench validate`: read a file and everything that it names, without running it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from backends.registry import available
from bench.cli.examples import examples
from bench.cli.foreseen import exit_status, refusals, summary
from bench.cli.screen import Screen
from bench.errors import UserError
from bench.run.foreseen import foresee
from bench.spec.cells import expand
from bench.spec.fleet import load_fleet
from bench.spec.rules import load_rules
from bench.spec.suite import load_suite
from models import ablation, recipe
from models.documents.reading import read
from reports.gate.rules import Rules

#: Other kinds of files: how each is read.
_READERS: Mapping[str, Callable[[Path], object]] = {
    "recipe": recipe.load,
    "ablation": ablation.load,
    "rules": load_rules,
    "fleet": load_fleet,
}


@click.command(epilog=examples("bench validate toy", "bench validate suites/vit_tiny.yaml"))
@click.argument("suite")
def validate(suite: str) -> int:
    """Check SUITE, its models and its data, plan its cells, and tell which will not run, and why.

    SUITE may also be a recipe, an ablation, a fleet or the rules of a gate, of which what is written is
    checked.

    Exit status: 1 where a cell cannot run by a mistake of the suite, or no cell can run at all.
    """
    screen, kind = Screen(), _kind(Path(suite))
    if kind is not None:
        _READERS[kind](Path(suite))
        screen.say(f"{suite}: {'rules' if kind == 'rules' else f'a {kind}'}, valid")
        return 0
    loaded = load_suite(suite, list(available()))
    found = foresee(expand(loaded))
    for line in refusals(found):
        screen.say(line)
    screen.say(f"{loaded.path}: {summary(found)}")
    return exit_status(found)


def _kind(path: Path) -> str | None:
    """What a file is by the keys that no other kind has; None of a suite, and of what is no such file."""
    if not path.exists() or path.is_dir():
        return None
    keys = set(read(path, UserError).content)
    if "ablation" in keys:
        return "ablation"
    if "fleet" in keys:
        return "fleet"
    if "preparation" in keys or "conversion" in keys:
        return "recipe"
    return "rules" if keys and keys <= set(Rules.model_fields) else None
