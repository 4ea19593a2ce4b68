"""`bench conform`: the conformance kit on a backend of any package, or a skeleton to begin one."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.markup import escape

from backends.conformance import skeleton as template
from backends.registry import get
from bench.environments.ensure import ensure
from bench.environments.interpreters import cache_folder
from bench.run.conformance import Outcome
from bench.run.conformance import conform as check

_COLOURS = {"passed": "green", "failed": "red", "left out": "yellow"}


@click.command()
@click.argument("name")
@click.option(
    "--skeleton",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Instead, write a package there with the skeleton of a backend of that name.",
)
def conform(name: str, skeleton: Path | None) -> int:
    """Hold the backend NAME to its contract, in its own environment: values, levels, counts, secrecy."""
    console = Console(highlight=False, soft_wrap=True)
    if skeleton is not None:
        for path in template.write(name, skeleton):
            console.print(escape(str(path)))
        return 0
    descriptor = get(name)
    environment = ensure(descriptor, lambda step: console.print(escape(f"{step.stage}: {step.detail}")))
    logs = cache_folder() / "logs" / f"conform-{name}"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    states: Counter[str] = Counter()

    def tell(outcome: Outcome) -> None:
        states[outcome.state] += 1
        reason = f": {escape(outcome.reason)}" if outcome.reason else ""
        colour = _COLOURS[outcome.state]
        console.print(f"[{colour}]{outcome.state:8}[/]  {outcome.group}: {escape(outcome.check)}{reason}")

    with TemporaryDirectory(prefix="bench-conform-") as scratch:
        check(descriptor, environment.python, Path(scratch), logs, tell)
    console.print(", ".join(f"{states[state]} {state}" for state in _COLOURS))
    if states["failed"]:
        console.print(escape(f"logs: {logs}"))
    return int(bool(states["failed"]))
