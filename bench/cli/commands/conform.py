"""`bench conform`: the conformance kit on a backend of any package, or a skeleton to begin one."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory

import click
from rich.text import Text

from backends.conformance import skeleton as template
from backends.registry import available, get
from bench.cli.examples import examples
from bench.cli.screen import Screen, styled
from bench.environments.declaration import DEFAULT_BUILD
from bench.environments.ensure import check_build, ensure
from bench.environments.interpreters import cache_folder
from bench.errors import UserError
from bench.run.conformance import Outcome
from bench.run.conformance import conform as check
from bench.spec.typed import typed
from reports.visible import visible

_COLOURS = {"passed": "green", "failed": "red", "left out": "yellow"}


@click.command(
    epilog=examples(
        "bench conform tenseal",
        "bench conform mine --skeleton mine",
    )
)
@click.argument("name")
@click.option(
    "--skeleton",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Instead, write a package there with the skeleton of a backend of that name.",
)
@click.option(
    "--build",
    default=DEFAULT_BUILD,
    show_default=True,
    help="Which build of the library, such as hexl where the backend declares it.",
)
def conform(name: str, skeleton: Path | None, build: str) -> int:
    """Hold the backend NAME to its contract, in its own environment: values, levels, counts, secrecy."""
    screen = Screen()
    if skeleton is not None:
        if name in available():
            raise UserError(f"a backend is called {name!r} already; choose another name")
        for path in template.write(name, skeleton):
            screen.say(str(path))
        package = quote(str(skeleton))
        screen.say(f"next: fill it in, install it with pip install {package}, then {typed('conform', name)}")
        return 0
    descriptor = get(name)
    check_build([descriptor], build)
    environment = ensure(descriptor, lambda step: screen.say(f"{step.stage}: {step.detail}"), build)
    logs = cache_folder() / "logs" / f"conform-{name}"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    states: Counter[str] = Counter()

    def tell(outcome: Outcome) -> None:
        states[outcome.state] += 1
        screen.print(_line(outcome), soft_wrap=True)

    with TemporaryDirectory(prefix="bench-conform-") as work:
        check(descriptor, environment.python, Path(work), logs, tell)
    screen.say(", ".join(f"{states[state]} {state}" for state in _COLOURS))
    if states["failed"]:
        screen.say(f"logs: {logs}")
    return int(bool(states["failed"]))


def _line(outcome: Outcome) -> Text:
    """A check's state, what it is, and why it did not pass."""
    reason = f": {outcome.reason}" if outcome.reason else ""
    return styled(f"{outcome.state:8}", _COLOURS[outcome.state]).append(
        visible(f"  {outcome.group}: {outcome.check}{reason}"), style="default"
    )
